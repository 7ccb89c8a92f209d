"""Matches through pages: why, with evidence; decisions; making them again."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from blacklight_api.matches.highlighting import highlighted
from blacklight_shared.models import Candidate, MatchStatus
from blacklight_shared.skills import SkillTaxonomy
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, update

from services.api.tests.conftest import Tenant
from services.api.tests.factories import (
    add_candidate,
    add_candidate_features,
    add_job,
    add_job_features,
    add_match,
)
from services.api.tests.portal.conftest import Browser

TAXONOMY = SkillTaxonomy.builtin()
PYTHON = TAXONOMY.resolve("Python") or 0
SQL = TAXONOMY.resolve("SQL") or 0


@dataclass(frozen=True)
class Pair:
    candidate_id: int
    job_id: int
    match_id: int


async def _match(tenant: Tenant, **fields: object) -> Pair:
    """A candidate with Python, and a posting that asks for Python and SQL."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        candidate = await add_candidate(session, tenant.tenant_id)
        await add_candidate_features(session, candidate, [(PYTHON, "python 3")])
        job = await add_job(
            session,
            title="Data Engineer",
            description="Write <b>Python</b> and SQL all day.",
            imported_by_tenant_id=tenant.tenant_id,
        )
        await add_job_features(session, job, [(PYTHON, "Python", 2), (SQL, "SQL", 2)])
        values = {"matched_skill_ids": [PYTHON], "missing_skill_ids": [SQL]} | fields
        match = await add_match(session, candidate, job, **values)
        return Pair(candidate.id, job.id, match.id)


class TestMatch:
    async def test_the_posting_shows_the_evidence_and_nothing_is_markup(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        pair = await _match(tenant)
        text = await recruiter.open(f"/matches/{pair.match_id}")
        assert re.search(r'&lt;b&gt;<mark class="matched"[^>]*>Python</mark>&lt;/b&gt;', text)
        assert re.search(r'<mark class="missing"[^>]*>SQL</mark>', text)
        assert "python 3" in text

    async def test_others_matches_do_not_exist(self, other_tenant: Tenant, admin: Browser) -> None:
        pair = await _match(other_tenant)
        assert (await admin.http.get(f"/matches/{pair.match_id}")).status_code == 404
        sent = await admin.send(f"/matches/{pair.match_id}/status", status="shortlisted")
        assert sent.status_code == 404


class TestDecision:
    async def test_is_kept_and_leads_back(self, tenant: Tenant, recruiter: Browser) -> None:
        pair = await _match(tenant)
        back = f"/candidates/{pair.candidate_id}/matches?grade=A"
        for _time in range(2):
            response = await recruiter.send(
                f"/matches/{pair.match_id}/status", status="shortlisted", next=back
            )
            assert response.headers["location"] == back
        assert "Shortlisted" in await recruiter.open(back)

    async def test_leads_to_no_other_site(self, tenant: Tenant, recruiter: Browser) -> None:
        pair = await _match(tenant)
        response = await recruiter.send(
            f"/matches/{pair.match_id}/status", status="applied", next="//evil.example.com"
        )
        assert response.headers["location"] == f"/matches/{pair.match_id}"

    async def test_replaces_a_piece_of_the_page(self, tenant: Tenant, recruiter: Browser) -> None:
        pair = await _match(tenant)
        response = await recruiter.http.post(
            f"/matches/{pair.match_id}/status",
            data={"status": "rejected", "next": "/"},
            headers={"X-Fragment": "1", "X-CSRF-Token": await recruiter.csrf()},
        )
        assert response.status_code == 200
        assert f'id="decision-{pair.match_id}"' in response.text
        assert "<html" not in response.text

    @pytest.mark.parametrize(("status", "expected"), [("closed", 422), ("<b>", 422), ("", 422)])
    async def test_is_one_that_a_person_takes(
        self, tenant: Tenant, recruiter: Browser, status: str, expected: int
    ) -> None:
        pair = await _match(tenant)
        response = await recruiter.send(f"/matches/{pair.match_id}/status", status=status)
        assert response.status_code == expected

    async def test_a_closed_match_offers_none(self, tenant: Tenant, recruiter: Browser) -> None:
        pair = await _match(tenant, status=MatchStatus.CLOSED)
        assert "Shortlist" not in await recruiter.open(f"/matches/{pair.match_id}")


class TestList:
    async def test_of_a_candidate_filters_by_grade_and_status(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        pair = await _match(tenant, score=85.0)
        path = f"/candidates/{pair.candidate_id}/matches"
        assert "Data Engineer" in await recruiter.open(f"{path}?grade=A&status=new")
        assert "None of the matches" in await recruiter.open(f"{path}?grade=B")
        assert "None of the matches" in await recruiter.open(f"{path}?status=applied")

    async def test_of_a_posting_names_the_candidates(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        pair = await _match(tenant)
        assert "Ada Marsh" in await recruiter.open(f"/jobs/{pair.job_id}/candidates")
        assert "None of those" in await recruiter.open(f"/jobs/{pair.job_id}/candidates?grade=D")

    async def test_of_a_posting_shows_own_candidates_only(
        self, tenant: Tenant, other_tenant: Tenant, recruiter: Browser
    ) -> None:
        pair = await _match(other_tenant)
        assert "Nobody fits yet" in await recruiter.open(f"/jobs/{pair.job_id}/candidates")


class TestMatchingAgain:
    async def test_is_asked_for_and_followed_to_its_end(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        pair = await _match(tenant)
        path = f"/candidates/{pair.candidate_id}/matches"
        response = await recruiter.send(f"{path}/regenerate")
        waiting = response.headers["location"]
        assert f'data-live="{path}/progress?since=never"' in await recruiter.open(waiting)
        assert [name for name, _ in await tenant.events()] == ["job-match/generate-candidate"]

        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await session.execute(
                update(Candidate)
                .where(Candidate.id == pair.candidate_id)
                .values(matched_at=func.now())
            )
        assert '"done":true' in await recruiter.open(f"{path}/progress?since=never")
        assert "data-live" not in await recruiter.open(waiting)

    async def test_needs_a_candidate_who_is_matched(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        made = await tenant.make("/api/v1/candidates", first_name="Ada")
        path = f"/candidates/{made['id']}/matches"
        assert "Only approved candidates are matched" in await recruiter.open(path)
        assert (await recruiter.send(f"{path}/regenerate")).status_code == 409


_WORDS = st.lists(
    st.sampled_from(["Python", "SQL", "<b>", "and", "\n", "R", "é", "sql.", "&amp;"]), max_size=20
)


class TestHighlighting:
    @given(_WORDS)
    def test_passages_are_the_text_and_marks_are_of_the_match(self, words: list[str]) -> None:
        text = " ".join(words)
        passages = highlighted(text, TAXONOMY, matched={PYTHON: "Python"}, missing={SQL: "SQL"})
        assert "".join(passage.text for passage in passages) == text
        marked = {passage.evidence: passage.skill for passage in passages if passage.skill}
        assert marked.items() <= {"matched": "Python", "missing": "SQL"}.items()
        assert ("matched" in marked) == ("Python" in words)
