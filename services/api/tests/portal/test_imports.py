"""Importing postings through pages: a file, its columns, the import and its errors."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest
from blacklight_shared.models import (
    BatchStatus,
    ImportErrorSeverity,
    JobImportBatch,
    JobImportError,
    JobImportFile,
)
from sqlalchemy import select

from services.api.tests.conftest import Tenant
from services.api.tests.factories import add_batch
from services.api.tests.portal.conftest import Browser

CSV = "Stelle,Firma,Gehalt,salary\nPflegerin,Köln Klinik,viel,40\n<b>Koch</b>,,,\n"


async def _upload(browser: Browser, content: bytes, name: str = "jobs.csv") -> httpx.Response:
    return await browser.http.post(
        "/jobs/import",
        data={"csrf_token": await browser.csrf()},
        files={"file": (name, content, "application/octet-stream")},
    )


async def _uploaded(browser: Browser, content: bytes = CSV.encode()) -> str:
    """The page of the columns of a file."""
    response = await _upload(browser, content)
    assert response.status_code == 303, response.text
    return response.headers["location"]


class TestFile:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    async def test_shows_its_first_rows_before_anything_is_imported(
        self, tenant: Tenant, recruiter: Browser, encoding: str
    ) -> None:
        text = await recruiter.open(await _uploaded(recruiter, CSV.encode(encoding)))
        assert "Köln Klinik" in text
        assert "&lt;b&gt;Koch" in text
        assert re.search(r'name="column-3".*?value="salary_text" selected', text, re.DOTALL)
        assert await tenant.events() == []

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("jobs.xlsx", b"PK", "Choose a file that ends in"),
            ("jobs.csv", b"", "holds no postings"),
            ("jobs.json", b"{", "must be a JSON list"),
            ("jobs.jsonl", b"\x00\x01", "holds no postings"),
        ],
    )
    async def test_that_cannot_be_read_is_refused(
        self, recruiter: Browser, name: str, content: bytes, message: str
    ) -> None:
        response = await _upload(recruiter, content, name)
        assert response.status_code == 422
        assert message in response.text

    async def test_has_to_be_chosen(self, recruiter: Browser) -> None:
        response = await recruiter.send("/jobs/import")
        assert response.status_code == 422
        assert "Choose a file." in response.text

    async def test_of_others_does_not_exist(
        self, tenant: Tenant, other_tenant: Tenant, recruiter: Browser
    ) -> None:
        path = await _uploaded(recruiter)
        async with tenant.database.tenant_session(other_tenant.tenant_id) as session:
            assert (await session.scalars(select(JobImportFile))).all() == []
        missing = re.sub(r"\d+$", "999999", path)
        assert (await recruiter.http.get(missing)).status_code == 404
        assert (await recruiter.send(missing, source="feed")).status_code == 404

    async def test_is_not_for_hr(self, hr: Browser) -> None:
        assert (await hr.http.get("/jobs/import")).status_code == 403
        assert (await _upload(hr, CSV.encode())).status_code == 403


class TestColumns:
    async def test_the_import_is_asked_for_once_as_the_person_says(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        path = await _uploaded(recruiter)
        fields = {"column-0": "title", "column-1": "company", "column-3": "", "source": "own"}
        responses = [await recruiter.send(path, **fields) for _time in range(2)]
        locations = {response.headers["location"] for response in responses}
        assert len(locations) == 1
        assert [name for name, _ in await tenant.events()] == ["jobs/import.requested"]
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            file = (await session.scalars(select(JobImportFile))).one()
            part = await session.scalar(
                select(JobImportBatch).where(JobImportBatch.file_id == file.id)
            )
        assert file.row_count == 2
        assert file.column_mapping["title"] == "Stelle"
        assert file.column_mapping["salary_text"] == ""
        assert part is not None
        assert (part.source, part.visibility) == ("own", "tenant")
        shown = await recruiter.open(locations.pop())
        assert "data-live=" in shown

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"column-0": "company"}, "Say which column holds the title."),
            ({"column-0": "title", "column-1": "title"}, "Two columns cannot both be: Title."),
            ({"column-0": "title", "source": "Not Allowed"}, 'id="source-help"'),
            ({"column-0": "title", "column-1": "<script>"}, "Map these fields"),
        ],
    )
    async def test_what_does_not_fit_is_shown_again(
        self, tenant: Tenant, recruiter: Browser, fields: dict[str, str], message: str
    ) -> None:
        response = await recruiter.send(await _uploaded(recruiter), **({"source": "own"} | fields))
        assert response.status_code == 422
        assert message in response.text
        assert "<script>" not in response.text.replace("<script type", "")
        assert await tenant.events() == []


class TestBatch:
    async def test_tells_what_was_wrong_and_gives_it_as_a_file(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            batch = await add_batch(session, tenant.tenant_id)
            part = await add_batch(session, tenant.tenant_id, parent_batch_id=batch.id)
            session.add_all(
                JobImportError(
                    batch_id=part.id,
                    tenant_id=tenant.tenant_id,
                    line=line,
                    severity=ImportErrorSeverity.ERROR,
                    field="title",
                    message="=A title is missing.",
                )
                for line in (2, 7)
            )
        path = f"/jobs/import/batches/{batch.batch_key}"
        text = await recruiter.open(path)
        assert text.count("A title is missing.") == 2
        assert f"import_batch_id={part.id}" in text
        assert "data-live" not in text
        downloaded = await recruiter.http.get(f"{path}/errors.csv")
        assert downloaded.headers["content-disposition"].startswith("attachment")
        rows = list(csv.DictReader(io.StringIO(downloaded.text)))
        assert [row["line"] for row in rows] == ["2", "7"]
        assert rows[0]["message"] == "'=A title is missing."

    async def test_is_followed_to_its_end(self, tenant: Tenant, recruiter: Browser) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            batch = await add_batch(session, tenant.tenant_id, status=BatchStatus.FAILED)
        path = f"/jobs/import/batches/{batch.batch_key}"
        assert '"done":true' in await recruiter.open(f"{path}/progress")
        assert "The import has failed." in await recruiter.open(path)

    @pytest.mark.parametrize("part", ["", "/progress", "/errors.csv"])
    async def test_of_others_does_not_exist(
        self, tenant: Tenant, other_tenant: Tenant, admin: Browser, part: str
    ) -> None:
        async with tenant.database.tenant_session(other_tenant.tenant_id) as session:
            batch = await add_batch(session, other_tenant.tenant_id)
        response = await admin.http.get(f"/jobs/import/batches/{batch.batch_key}{part}")
        assert response.status_code == 404

    async def test_is_listed(self, tenant: Tenant, recruiter: Browser) -> None:
        assert "No imports yet" in await recruiter.open("/jobs/import")
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await add_batch(session, tenant.tenant_id, source="own-feed")
        assert "own-feed" in await recruiter.open("/jobs/import")
