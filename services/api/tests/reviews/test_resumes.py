"""HR sees what was entered beside what the CV says, and chooses which of them counts."""

from __future__ import annotations

from typing import Any

import pytest
from blacklight_shared.models import CandidateDocument, ExtractionStatus
from blacklight_shared.resumes import ResumeReading
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import undefer

from services.api.tests.conftest import ClientFor, Tenant
from services.api.tests.invited import INVITATIONS, ONBOARDING, Invited, invite
from services.api.tests.reading import READING, could_not_read, have_read
from services.api.tests.reviews.test_endpoints import CANDIDATES


@pytest.fixture
async def invited(app: FastAPI, tenant: Tenant, client_for: ClientFor) -> Invited:
    """Has uploaded a CV, which was read and filled the headline; the rest was written by hand."""
    invited = await invite(app, tenant, client_for)
    await invited.save(first_name="Ada", last_name="Marsh", phone="555-0199", skills=["python"])
    await invited.upload()
    await have_read(tenant, invited.invitation_id, fills=["headline"])
    return invited


async def submit(invited: Invited) -> None:
    assert (await invited.http.post(f"{ONBOARDING}/submit")).status_code == 204


async def choose(invited: Invited, *fields: str) -> tuple[int, dict[str, Any]]:
    path = f"{INVITATIONS}/{invited.invitation_id}/taken-from-resume"
    answer = await invited.tenant.http.put(path, json={"fields": fields})
    return answer.status_code, answer.json()


async def approved(invited: Invited) -> dict[str, object]:
    answer = await invited.tenant.http.post(f"{INVITATIONS}/{invited.invitation_id}/approve")
    candidate: dict[str, object] = await invited.tenant.get(
        f"{CANDIDATES}/{answer.json()['candidate_id']}"
    )
    return candidate


class TestTakingFromTheResume:
    async def test_counts_at_the_approval_and_loses_nothing_before(self, invited: Invited) -> None:
        await submit(invited)

        status, shown = await choose(invited, "phone", "skills")

        assert (status, shown["taken_from_resume"]) == (200, ["phone", "skills"])
        assert shown["resume"] == READING.model_dump(mode="json")
        kept = (await invited.seen_by_hr())["profile"]
        assert (kept["phone"], kept["skills"]) == ("555-0199", ["python"])
        candidate = await approved(invited)
        assert candidate["phone"] == "+1 512 555 0100"
        assert candidate["skills"] == ["python", "SQL", "Kafka"]
        assert candidate["headline"] == "Data Scientist"

    async def test_can_be_taken_back(self, invited: Invited) -> None:
        await submit(invited)
        await choose(invited, "phone", "skills")
        for _twice in range(2):
            assert (await choose(invited))[1]["taken_from_resume"] == []

        assert (await approved(invited))["phone"] == "555-0199"

    @pytest.mark.parametrize("field", ["languages", "salary_expected", "nonsense"])
    async def test_needs_that_the_cv_says_something(self, invited: Invited, field: str) -> None:
        await submit(invited)

        status, problem = await choose(invited, "phone", field)

        assert status == 422
        [error] = problem["errors"]
        assert error["field"] == "fields.1"
        assert "headline" in error["message"]

    async def test_needs_a_submission(self, invited: Invited) -> None:
        assert (await choose(invited, "phone"))[0] == 409

    async def test_the_newest_cv_speaks_first(self, tenant: Tenant, invited: Invited) -> None:
        await invited.upload(b"Ada Marsh, statistician")
        newer = ResumeReading(headline="Statistician", languages=["Dutch"])
        await have_read(tenant, invited.invitation_id, newer)

        said = (await invited.seen_by_hr())["resume"]

        assert (said["headline"], said["languages"]) == ("Statistician", ["Dutch"])
        assert said["phone"] == READING.phone


class TestApproval:
    async def test_keeps_what_was_read(self, tenant: Tenant, invited: Invited) -> None:
        await submit(invited)
        candidate = await approved(invited)

        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            document = await session.scalar(
                select(CandidateDocument).options(
                    undefer(CandidateDocument.text), undefer(CandidateDocument.reading)
                )
            )
        assert document is not None
        assert (document.candidate_id, document.text) == (candidate["id"], "Ada Marsh")
        assert document.page_count == 2
        assert document.reading == READING.model_dump(mode="json")
        # Until the worker has completed the profile with it.
        assert document.extraction_status == ExtractionStatus.PENDING
        assert "candidate/resume.uploaded" in [name for name, _ in await tenant.events()]

    async def test_has_no_picture_read_again(self, tenant: Tenant, invited: Invited) -> None:
        await could_not_read(tenant, invited.invitation_id, ExtractionStatus.SCANNED, "a picture")
        await submit(invited)
        candidate = await approved(invited)

        documents = await tenant.get(f"{CANDIDATES}/{candidate['id']}/documents")
        assert documents["items"][0]["extraction_status"] == "scanned"
        assert "candidate/resume.uploaded" not in [name for name, _ in await tenant.events()]

    async def test_leaves_empty_what_the_person_has_emptied(self, invited: Invited) -> None:
        await invited.save(headline=None)
        await submit(invited)

        candidate = await approved(invited)

        assert candidate["headline"] is None
        edited = candidate["edited_fields"]
        assert isinstance(edited, list)
        assert "headline" in edited
        assert "location" not in edited

    async def test_does_not_empty_what_is_known_of_a_candidate(
        self, tenant: Tenant, invited: Invited
    ) -> None:
        known = await tenant.make(CANDIDATES, email=invited.email, location="Austin")
        await invited.save(location=None)
        await submit(invited)

        candidate = await approved(invited)

        assert (candidate["id"], candidate["location"]) == (known["id"], "Austin")
