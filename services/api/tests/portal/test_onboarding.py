"""The page of an invited person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from blacklight_shared.models import ExtractionStatus
from fastapi import FastAPI

from services.api.tests.conftest import ClientFor, Tenant
from services.api.tests.invited import INVITATIONS, RESUME, token_of
from services.api.tests.portal.test_invitations import HOSTILE
from services.api.tests.reading import READING, could_not_read, have_read

_SEEN = re.compile(r'name="seen" value="([^"]*)"')
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Candidate:
    """An invited person at a browser."""

    http: httpx.AsyncClient
    token: str
    invitation_id: int

    async def begin(self) -> httpx.Response:
        """Follow the link of the mail."""
        return await self.http.get("/onboarding", params={"token": self.token})

    async def open(self, step: str) -> str:
        """A step, which must be there."""
        response = await self.http.get(f"/onboarding/{step}")
        assert response.status_code == 200, response.text
        return response.text

    async def send(self, step: str, files: Any = None, **fields: Any) -> httpx.Response:
        """Send a form; redirects are not followed."""
        found = _CSRF.search(await self.open("check"))
        assert found is not None
        data = {"csrf_token": found[1], **fields}
        return await self.http.post(f"/onboarding/{step}", data=data, files=files)

    async def upload(self, content: bytes = RESUME, kind: str = "resume") -> httpx.Response:
        """Upload a file."""
        return await self.send("documents", files={"file": ("cv.txt", content)}, kind=kind)


@pytest.fixture
async def candidate(app: FastAPI, tenant: Tenant, client_for: ClientFor) -> Candidate:
    made = await tenant.make(INVITATIONS, email="ada@example.com", first_name="Ada")
    token = await token_of(app, tenant, made["id"])
    return Candidate(await client_for(None), token, made["id"])


class TestLink:
    async def test_the_token_leaves_the_address(self, candidate: Candidate) -> None:
        begun = await candidate.begin()

        assert begun.headers["location"] == "/onboarding/cv"
        cookie = begun.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert candidate.token not in await candidate.open("about")

    @pytest.mark.parametrize("token", ["", "none", "\x00", HOSTILE, "x" * 4_000])
    async def test_a_link_that_opens_nothing_is_explained(
        self, anonymous: httpx.AsyncClient, token: str
    ) -> None:
        answer = await anonymous.get("/onboarding", params={"token": token}, follow_redirects=True)

        assert answer.status_code == 404
        assert "This link is closed" in answer.text

    async def test_a_cancelled_invitation_closes_the_page(
        self, candidate: Candidate, tenant: Tenant
    ) -> None:
        await candidate.begin()
        await tenant.http.post(f"{INVITATIONS}/{candidate.invitation_id}/cancel")

        answer = await candidate.http.get("/onboarding/about")

        assert "This link is closed" in answer.text


class TestSteps:
    async def test_each_step_is_kept_and_comes_back(self, candidate: Candidate) -> None:
        await candidate.begin()

        about = await candidate.send("about", first_name="Ada", last_name="Marsh", phone="")
        paused = await candidate.send("work", skills="Python\r\nSQL\r\n", then="pause")

        assert about.headers["location"] == "/onboarding/work"
        assert paused.headers["location"] == "/onboarding/work"
        shown = await candidate.open("work")
        assert "the link in your mail" in shown
        assert "Python\nSQL</textarea>" in shown
        assert 'value="Marsh"' in await candidate.open("about")

    async def test_a_box_can_be_unticked(self, candidate: Candidate, tenant: Tenant) -> None:
        await candidate.begin()
        await candidate.send("work", work_modes=["", "remote"], willing_to_relocate=["", "true"])
        await candidate.send("work", work_modes=[""], willing_to_relocate=[""])

        kept = (await tenant.get(f"{INVITATIONS}/{candidate.invitation_id}"))["profile"]

        assert (kept["work_modes"], kept["willing_to_relocate"]) == ([], False)

    async def test_what_is_not_allowed_is_shown_again(self, candidate: Candidate) -> None:
        await candidate.begin()

        refused = await candidate.send("about", first_name="A\x00da", location=HOSTILE)

        assert refused.status_code == 422
        assert 'id="first_name-help"' in refused.text
        assert "<script>alert" not in refused.text
        assert "alert(1)" not in await candidate.open("about")

    async def test_files_come_and_go(self, candidate: Candidate) -> None:
        await candidate.begin()
        for _twice in range(2):
            assert (await candidate.upload()).status_code == 303
        shown = await candidate.open("cv")
        assert shown.count("/delete") == 1
        document_id = re.findall(r"documents/(\d+)/delete", shown)[0]

        assert (await candidate.send(f"documents/{document_id}/delete")).status_code == 303
        assert (await candidate.send(f"documents/{document_id}/delete")).status_code == 404
        assert "/delete" not in await candidate.open("cv")

    @pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n"])
    async def test_a_file_that_is_no_document_is_explained(
        self, candidate: Candidate, content: bytes
    ) -> None:
        await candidate.begin()

        refused = await candidate.upload(content)

        assert refused.status_code in {415, 422}
        assert 'role="alert"' in refused.text

    async def test_a_form_without_the_right_token_changes_nothing(
        self, candidate: Candidate
    ) -> None:
        await candidate.begin()
        fields = {"csrf_token": "stale", "first_name": "Eve"}

        stale = await candidate.http.post("/onboarding/about", data=fields)
        foreign = await candidate.http.post(
            "/onboarding/about", data=fields, headers={"Origin": "https://evil.example.com"}
        )

        assert (stale.status_code, foreign.status_code) == (403, 403)
        assert "Eve" not in await candidate.open("about")


class TestResume:
    async def test_its_reading_is_shown_and_followed(
        self, candidate: Candidate, tenant: Tenant
    ) -> None:
        await candidate.begin()
        assert "Reading your CV" not in await candidate.open("cv")
        await candidate.upload()
        for step in ("cv", "about", "work"):
            assert "Reading your CV" in await candidate.open(step)

        await have_read(tenant, candidate.invitation_id, fills=["phone", "skills"])

        followed = await candidate.http.get("/onboarding/reading")
        assert '"done":true' in followed.text
        shown = await candidate.open("about")
        assert "From your CV: phone, skills." in shown
        assert 'value="+1 512 555 0100"' in shown
        assert "Python\nSQL\nKafka</textarea>" in await candidate.open("work")

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (ExtractionStatus.SCANNED, "is a picture"),
            (ExtractionStatus.FAILED, "could not be read"),
        ],
    )
    async def test_that_cannot_be_read_is_told(
        self, candidate: Candidate, tenant: Tenant, status: ExtractionStatus, words: str
    ) -> None:
        await candidate.begin()
        await candidate.upload()
        await could_not_read(tenant, candidate.invitation_id, status)

        assert f"cv.txt {words}" in await candidate.open("cv")

    async def test_is_not_undone_by_a_form_that_was_open_before(
        self, candidate: Candidate, tenant: Tenant
    ) -> None:
        await candidate.begin()
        await candidate.upload()
        unseen = _SEEN.findall(await candidate.open("about"))
        fills = ["phone", "headline", "location"]
        reading = READING.model_copy(update={"location": "Austin"})
        await have_read(tenant, candidate.invitation_id, reading, fills=fills)
        seen = _SEEN.findall(await candidate.open("about"))

        typed = {"phone": "", "headline": "", "location": "Dallas"}
        refused = await candidate.send("about", **typed, seen=unseen[0], first_name="\x00")
        assert _SEEN.findall(refused.text) == unseen
        await candidate.send("about", **typed, seen=unseen[0])
        kept = (await tenant.get(f"{INVITATIONS}/{candidate.invitation_id}"))["profile"]
        assert (kept["phone"], kept["location"]) == (READING.phone, "Dallas")

        await candidate.send("about", phone="", headline="Surveyor", seen=seen[0])
        kept = (await tenant.get(f"{INVITATIONS}/{candidate.invitation_id}"))["profile"]
        assert (kept["phone"], kept["headline"]) == (None, "Surveyor")
        assert "From your CV" not in await candidate.open("about")


class TestSubmitting:
    async def test_everything_is_handed_in_once(self, candidate: Candidate, tenant: Tenant) -> None:
        await candidate.begin()
        await candidate.send("about", first_name="Ada", last_name="Marsh")
        too_early = await candidate.send("submit")
        await candidate.upload()

        sent = await candidate.send("submit")
        done = await candidate.http.get(sent.headers["location"])
        again = await candidate.http.get("/onboarding/check")

        assert too_early.status_code == 422
        assert "Upload a CV" in too_early.text
        assert "has your profile now" in done.text
        assert again.status_code == 404
        kept = await tenant.get(f"{INVITATIONS}/{candidate.invitation_id}")
        assert kept["status"] == "submitted"
