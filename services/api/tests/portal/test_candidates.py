"""Candidates through pages: the list, profile, documents, timeline, and adding them."""

from __future__ import annotations

import re

import httpx
import pytest
from blacklight_shared.models import CandidateStatus, ExtractionStatus

from services.api.tests.conftest import Tenant
from services.api.tests.factories import add_candidate, add_document, add_job, add_match, add_role
from services.api.tests.portal.conftest import Browser

_VERSION = re.compile(r'name="version" value="([^"]+)"')
HOSTILE = "<script>alert(1)</script>\u202e"


async def _candidate(tenant: Tenant, **fields: object) -> int:
    made = await tenant.make("/api/v1/candidates", **({"first_name": "Ada"} | fields))
    candidate_id: int = made["id"]
    return candidate_id


async def _save(browser: Browser, candidate_id: int, **fields: str) -> httpx.Response:
    """Send the form as it is shown, with some fields changed."""
    form = await browser.open(f"/candidates/{candidate_id}/edit")
    found = _VERSION.search(form)
    assert found is not None
    return await browser.send(f"/candidates/{candidate_id}/edit", version=found[1], **fields)


class TestList:
    async def test_searches_filters_and_sorts(self, tenant: Tenant, recruiter: Browser) -> None:
        await _candidate(tenant, last_name="Zimmer", preferred_roles=["Lamp Lighter"])
        await _candidate(tenant, last_name="Abbot", status="approved")
        assert "Zimmer" not in await recruiter.open("/candidates?search=abb")
        assert "Zimmer" not in await recruiter.open("/candidates?status=approved")
        by_name = await recruiter.open("/candidates?sort=name")
        assert by_name.index("Abbot") < by_name.index("Zimmer")
        role = re.search(r'<option value="(\d+)">Lamp Lighter', by_name)
        assert role is not None
        assert "Abbot" not in await recruiter.open(f"/candidates?role_id={role[1]}")

    async def test_pages_by_name_show_everyone_once(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        for last_name in ("Cole", "Abbot", "Baker", "Abbot"):
            await _candidate(tenant, last_name=last_name)
        seen: list[str] = []
        path = "/candidates?sort=name&limit=1"
        for _page in range(4):
            text = await recruiter.open(path)
            seen += re.findall(r'class="row-link"[^>]*>Ada (\w+)<', text)
            following = re.search(r'rel="next" href="([^"]+)"', text)
            path = f"/candidates{following[1]}".replace("&amp;", "&") if following else ""
        assert seen == ["Abbot", "Abbot", "Baker", "Cole"]
        assert path == ""


class TestProfile:
    async def test_tells_what_a_person_entered_from_what_the_cv_said(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            candidate = await add_candidate(
                session,
                tenant.tenant_id,
                headline="Welder",
                location="Leeds",
                edited_fields=["headline"],
            )
            await add_document(session, candidate)
        text = await recruiter.open(f"/candidates/{candidate.id}")
        assert re.search(r"Welder</strong>\s*<span class=\"origin\"", text)
        assert re.search(r"Leeds\s*<span class=\"origin cv\"", text)

    async def test_saving_changes_only_what_was_changed(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        candidate_id = await _candidate(tenant, email="ada@example.com", skills=["Python"])
        response = await _save(
            recruiter,
            candidate_id,
            first_name="Ada",
            last_name="Marsh",
            email="ada@example.com",
            skills="Python\r\nSQL\r\n\r\n",
            willing_to_relocate="",
            **{"education-0-degree": "BSc", "education-0-start_year": "2010"},
        )
        assert response.status_code == 303
        saved = await tenant.get(f"/api/v1/candidates/{candidate_id}")
        assert saved["skills"] == ["Python", "SQL"]
        assert saved["education"][0]["degree"] == "BSc"
        assert set(saved["edited_fields"]) == {
            "education",
            "email",
            "first_name",
            "last_name",
            "skills",
        }

    async def test_the_same_form_twice_changes_once(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        candidate_id = await _candidate(tenant)
        form = await recruiter.open(f"/candidates/{candidate_id}/edit")
        found = _VERSION.search(form)
        assert found is not None
        for _time in range(2):
            response = await recruiter.send(
                f"/candidates/{candidate_id}/edit", version=found[1], headline="Welder"
            )
            assert response.status_code == 303
        timeline = await recruiter.open(f"/candidates/{candidate_id}/timeline")
        assert timeline.count("Changed headline") == 1

    async def test_a_form_that_is_outdated_changes_nothing(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        candidate_id = await _candidate(tenant, headline="Welder")
        response = await recruiter.send(
            f"/candidates/{candidate_id}/edit", version="2020", headline="Cook"
        )
        assert response.status_code == 409
        assert "has changed since you opened this form" in response.text
        assert 'value="Cook"' in response.text
        saved = await tenant.get(f"/api/v1/candidates/{candidate_id}")
        assert saved["headline"] == "Welder"

    async def test_what_is_refused_is_shown_again(self, tenant: Tenant, recruiter: Browser) -> None:
        candidate_id = await _candidate(tenant)
        response = await _save(
            recruiter,
            candidate_id,
            email="nobody",
            headline=HOSTILE,
            skills="x" * 300,
            **{"education-0-start_year": "12"},
        )
        assert response.status_code == 422
        assert "<script>alert" not in response.text
        assert "&lt;script&gt;" in response.text
        for field in ("email", "skills"):
            assert f'id="{field}-help"' in response.text

    async def test_the_status_moves_as_allowed(self, tenant: Tenant, hr: Browser) -> None:
        candidate_id = await _candidate(tenant)
        assert ">Approve</button>" in await hr.open(f"/candidates/{candidate_id}")
        for _time in range(2):
            response = await hr.send(f"/candidates/{candidate_id}/status", status="approved")
            assert response.status_code == 303
        refused = await hr.send(f"/candidates/{candidate_id}/status", status="assigned")
        assert refused.status_code == 409
        events = [name for name, _ in await tenant.events()]
        assert events.count("job-match/generate-candidate") == 1

    @pytest.mark.parametrize("tab", ["", "/edit", "/matches", "/documents", "/timeline"])
    async def test_others_candidates_do_not_exist(
        self, other_tenant: Tenant, admin: Browser, tab: str
    ) -> None:
        candidate_id = await _candidate(other_tenant)
        assert (await admin.http.get(f"/candidates/{candidate_id}{tab}")).status_code == 404


class TestAdding:
    async def test_by_hand(self, tenant: Tenant, recruiter: Browser) -> None:
        response = await recruiter.send(
            "/candidates/new",
            first_name="Ada",
            email="ada@example.com",
            skills="Python\nSQL",
            preferred_roles="Lamp Lighter",
            status="approved",
        )
        assert response.status_code == 303
        text = await recruiter.open(response.headers["location"])
        assert "Lamp Lighter" in text
        assert "The candidate was added." in text
        again = await recruiter.send("/candidates/new", first_name="A", email="ada@example.com")
        assert again.status_code == 409
        assert "Another candidate has this address." in again.text

    async def test_nobody_is_no_candidate(self, recruiter: Browser) -> None:
        response = await recruiter.send("/candidates/new", headline="Welder")
        assert response.status_code == 422
        assert "at least one of first_name" in response.text

    async def test_by_a_cv(self, tenant: Tenant, recruiter: Browser) -> None:
        token = await recruiter.csrf()
        responses = [
            await recruiter.http.post(
                "/candidates/from-cv",
                data={"csrf_token": token},
                files={"file": ("cv.txt", b"Ada Marsh, welder.", "text/plain")},
            )
            for _time in range(2)
        ]
        assert responses[0].status_code == 303
        assert responses[0].headers["location"] == responses[1].headers["location"]
        assert "The CV is being read" in await recruiter.open(responses[0].headers["location"])
        assert [name for name, _ in await tenant.events()] == ["candidate/resume.uploaded"]

    @pytest.mark.parametrize(
        ("content", "status"), [(b"\x00\x01\x02", 415), (b"", 422)], ids=["binary", "empty"]
    )
    async def test_by_a_file_that_is_no_cv(
        self, recruiter: Browser, content: bytes, status: int
    ) -> None:
        response = await recruiter.http.post(
            "/candidates/from-cv",
            data={"csrf_token": await recruiter.csrf()},
            files={"file": ("cv.pdf", content, "application/pdf")},
        )
        assert response.status_code == status
        assert "From a CV" in response.text


class TestDocuments:
    async def test_upload_download_and_delete(self, tenant: Tenant, recruiter: Browser) -> None:
        candidate_id = await _candidate(tenant)
        path = f"/candidates/{candidate_id}/documents"
        response = await recruiter.http.post(
            path,
            data={"csrf_token": await recruiter.csrf(), "kind": "other"},
            files={"file": ("notes.txt", b"Prefers mornings.", "text/plain")},
        )
        assert response.status_code == 303
        text = await recruiter.open(path)
        found = re.search(rf'href="({path}/\d+)/content"', text)
        assert found is not None
        downloaded = await recruiter.http.get(f"{found[1]}/content")
        assert downloaded.content == b"Prefers mornings."
        assert downloaded.headers["content-disposition"].startswith("attachment")
        assert (await recruiter.send(f"{found[1]}/delete")).status_code == 303
        assert (await recruiter.send(f"{found[1]}/delete")).status_code == 404
        assert "No documents yet" in await recruiter.open(path)

    async def test_no_file_is_told(self, tenant: Tenant, recruiter: Browser) -> None:
        candidate_id = await _candidate(tenant)
        response = await recruiter.send(f"/candidates/{candidate_id}/documents", kind="resume")
        assert response.status_code == 422
        assert "Choose a file." in response.text

    async def test_says_how_far_a_cv_is_read(self, tenant: Tenant, recruiter: Browser) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            candidate = await add_candidate(session, tenant.tenant_id)
            await add_document(session, candidate, extraction_status=ExtractionStatus.SCANNED)
        text = await recruiter.open(f"/candidates/{candidate.id}/documents")
        assert "Picture without text" in text
        followed = await recruiter.open(f"/candidates/{candidate.id}/documents/progress")
        assert '"done":true' in followed


class TestTimeline:
    async def test_tells_decisions_mails_and_matches_the_latest_first(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            role = await add_role(session)
            candidate = await add_candidate(session, tenant.tenant_id, status=CandidateStatus.NEW)
            match = await add_match(
                session, candidate, await add_job(session, title="Lamp Lighter", role_id=role.id)
            )
        await recruiter.send(f"/candidates/{candidate.id}/status", status="approved")
        await recruiter.send(f"/matches/{match.id}/status", status="shortlisted")
        text = await recruiter.open(f"/candidates/{candidate.id}/timeline")
        assert text.index("Shortlisted for") < text.index("Became")
        assert text.count("Sam Rivera") >= 2
        first = await recruiter.open(f"/candidates/{candidate.id}/timeline?limit=1")
        following = re.search(r'rel="next" href="([^"]+)"', first)
        assert following is not None
        second = await recruiter.open(
            f"/candidates/{candidate.id}/timeline{following[1]}".replace("&amp;", "&")
        )
        assert "Shortlisted for" not in second
        assert "Became" in second
