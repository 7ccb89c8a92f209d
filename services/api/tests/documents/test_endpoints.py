from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Any

import httpx
import pytest
from blacklight_api.documents.files import MAX_DOCUMENT_BYTES, NAMELESS, safe_filename

from services.api.tests.conftest import Tenant

CANDIDATES = "/api/v1/candidates"
FROM_RESUME = f"{CANDIDATES}/from-resume"
TEXT = b"Ada Marsh\nData Scientist\nPython, SQL"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # Without a date of its own: tests are named after these bytes, in every worker of a run.
        archive.writestr(zipfile.ZipInfo("word/document.xml"), "<w:document/>")
    return buffer.getvalue()


async def upload(
    tenant: Tenant, path: str, content: bytes, name: str = "cv.pdf", **form: Any
) -> httpx.Response:
    return await tenant.http.post(path, files={"file": (name, content)}, data=form)


@pytest.fixture
async def path(tenant: Tenant) -> str:
    made = await tenant.make(CANDIDATES, first_name="Ada")
    return f"{CANDIDATES}/{made['id']}/documents"


class TestUpload:
    @pytest.mark.parametrize(
        ("content", "content_type"),
        [
            (TEXT, "text/plain"),
            (PDF, "application/pdf"),
            (
                docx(),
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
        ],
    )
    async def test_tells_the_kind_by_content(
        self, tenant: Tenant, path: str, content: bytes, content_type: str
    ) -> None:
        response = await upload(tenant, path, content, name="whatever.exe")
        assert response.status_code == 201, response.text
        document = response.json()
        assert document["content_type"] == content_type
        assert document["extraction_status"] == "pending"
        assert document["size_bytes"] == len(content)

    async def test_of_a_resume_asks_for_it_to_be_read(self, tenant: Tenant, path: str) -> None:
        document = (await upload(tenant, path, TEXT)).json()
        expected = {
            "candidate_id": document["candidate_id"],
            "tenant_id": tenant.tenant_id,
            "document_id": document["id"],
        }
        assert await tenant.events() == [("candidate/resume.uploaded", expected)]

    async def test_of_anything_else_does_not(self, tenant: Tenant, path: str) -> None:
        assert (await upload(tenant, path, TEXT, kind="other")).status_code == 201
        assert await tenant.events() == []

    async def test_of_the_same_again_gives_the_same(self, tenant: Tenant, path: str) -> None:
        first = await upload(tenant, path, TEXT, name="one.txt")
        again = await upload(tenant, path, TEXT, name="two.txt")
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert len(await tenant.events()) == 1

    @pytest.mark.parametrize(
        ("content", "status"),
        [
            (b"", 422),
            (b"\x89PNG\r\n\x1a\n\x00\x00", 415),
            (b"PK\x03\x04 not really a zip", 415),
            (b"x" * (MAX_DOCUMENT_BYTES + 1), 413),
            (b"x" * (MAX_DOCUMENT_BYTES * 2), 413),
        ],
        ids=["empty", "picture", "broken zip", "too large", "far too large"],
    )
    async def test_of_what_is_not_a_document(
        self, tenant: Tenant, path: str, content: bytes, status: int
    ) -> None:
        response = await upload(tenant, path, content)
        assert response.status_code == status
        assert response.headers["Content-Type"] == "application/problem+json"
        assert (await tenant.get(path))["items"] == []
        assert await tenant.events() == []

    async def test_of_exactly_the_limit(self, tenant: Tenant, path: str) -> None:
        assert (await upload(tenant, path, b"x" * MAX_DOCUMENT_BYTES)).status_code == 201

    async def test_without_a_file_names_the_field(self, tenant: Tenant, path: str) -> None:
        response = await tenant.http.post(path, data={"kind": "resume"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "file"


class TestDownload:
    async def test_gives_the_file_and_never_lets_it_run(self, tenant: Tenant, path: str) -> None:
        name = 'r\u00e9sum\u00e9 "x".html'
        made = (await upload(tenant, path, b"<script>alert(1)</script>", name=name)).json()
        response = await tenant.http.get(f"{path}/{made['id']}/content")
        assert response.content == b"<script>alert(1)</script>"
        assert response.headers["Content-Type"] == "text/plain"
        assert response.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''r%")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"].startswith("sandbox")


class TestFilename:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("cv.pdf", "cv.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\cv.pdf", "cv.pdf"),
            ("cv\x00\r\n.pdf", "cv.pdf"),
            ("cv\u202efdp.exe", "cvfdp.exe"),
            ("", NAMELESS),
            ("  ", NAMELESS),
            ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ],
    )
    def test_is_made_safe(self, given: str, expected: str) -> None:
        assert safe_filename(given) == expected


class TestFromResume:
    async def test_makes_a_candidate(self, tenant: Tenant) -> None:
        response = await upload(
            tenant, FROM_RESUME, TEXT, status="approved", preferred_roles=["Welder", "Fitter"]
        )
        assert response.status_code == 201, response.text
        made = response.json()
        assert made["candidate"]["status"] == "approved"
        assert [role["name"] for role in made["candidate"]["preferred_roles"]] == [
            "Welder",
            "Fitter",
        ]
        assert made["candidate"]["edited_fields"] == ["preferred_roles"]
        assert made["document"]["candidate_id"] == made["candidate"]["id"]
        events = [name for name, _ in await tenant.events() if name != "role/created"]
        assert events == ["job-match/generate-candidate", "candidate/resume.uploaded"]

    async def test_takes_roles_by_id(self, tenant: Tenant) -> None:
        role = await tenant.make("/api/v1/roles", name="Crane Driver From Resume")
        made = (await upload(tenant, FROM_RESUME, TEXT, preferred_roles=[str(role["id"])])).json()
        assert made["candidate"]["preferred_roles"][0]["id"] == role["id"]

    async def test_of_the_same_file_gives_the_same_candidate(self, tenant: Tenant) -> None:
        first = await upload(tenant, FROM_RESUME, TEXT)
        again = await upload(tenant, FROM_RESUME, TEXT, status="approved")
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()

    async def test_at_the_same_time_makes_one_candidate(self, tenant: Tenant) -> None:
        responses = await asyncio.gather(*(upload(tenant, FROM_RESUME, TEXT) for _ in range(4)))
        assert sorted(response.status_code for response in responses) == [200, 200, 200, 201]
        assert len({response.json()["candidate"]["id"] for response in responses}) == 1

    async def test_after_deletion_makes_a_new_one(self, tenant: Tenant) -> None:
        first = (await upload(tenant, FROM_RESUME, TEXT)).json()["candidate"]["id"]
        await tenant.http.delete(f"{CANDIDATES}/{first}")
        again = await upload(tenant, FROM_RESUME, TEXT)
        assert again.status_code == 201
        assert again.json()["candidate"]["id"] != first

    async def test_tenants_do_not_share(self, tenant: Tenant, other_tenant: Tenant) -> None:
        for caller in (tenant, other_tenant):
            assert (await upload(caller, FROM_RESUME, TEXT)).status_code == 201

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"status": "assigned"}, "status"),
            ({"status": "nonsense"}, "status"),
            ({"preferred_roles": ["Welder", "99999999999"]}, "preferred_roles.1"),
            ({"preferred_roles": ["9" * 30]}, "preferred_roles.0"),
        ],
    )
    async def test_with_bad_fields_makes_nothing(
        self, tenant: Tenant, form: dict[str, Any], field: str
    ) -> None:
        response = await upload(tenant, FROM_RESUME, TEXT, **form)
        assert response.status_code == 422, response.text
        assert response.json()["errors"][0]["field"] == field
        assert (await tenant.get(CANDIDATES))["items"] == []
