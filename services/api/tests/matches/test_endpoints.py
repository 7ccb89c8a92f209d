from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from blacklight_shared.database import Database
from blacklight_shared.models import (
    Candidate,
    CandidateJobMatch,
    JobPosting,
    MatchStatus,
    TenantSkill,
)
from blacklight_shared.skills import SkillTaxonomy

from services.api.tests.conftest import Tenant
from services.api.tests.factories import (
    add_candidate,
    add_candidate_features,
    add_job,
    add_job_features,
    add_match,
)

REQUIRED, NICE_TO_HAVE = 2, 1


def skill(name: str) -> int:
    found = SkillTaxonomy.builtin().resolve(name)
    assert found is not None
    return found


@dataclass(frozen=True)
class Pair:
    candidate: Candidate
    job: JobPosting
    match: CandidateJobMatch
    own_skill_id: int

    @property
    def path(self) -> str:
        return f"/api/v1/matches/{self.match.id}"

    @property
    def of_candidate(self) -> str:
        return f"/api/v1/candidates/{self.candidate.id}/matches"

    @property
    def of_job(self) -> str:
        return f"/api/v1/jobs/{self.job.id}/matches"


@pytest.fixture
async def pair(tenant: Tenant, database: Database) -> Pair:
    """A candidate and a posting that fit well, with all that scoring knew."""
    async with database.tenant_session(tenant.tenant_id) as session:
        own = TenantSkill(tenant_id=tenant.tenant_id, name="Acme ATS", normalized_name="acme ats")
        session.add(own)
        await session.flush()
        candidate = await add_candidate(session, tenant.tenant_id, location="Austin, TX")
        job = await add_job(session, title="Data Scientist", location="Dallas, TX")
        javascript, python, sql = skill("JavaScript"), skill("Python"), skill("SQL")
        await add_candidate_features(
            session,
            candidate,
            [(javascript, "ECMAScript"), (own.id, "acme")],
            years_experience=6,
            latitude=30.27,
            longitude=-97.74,
        )
        await add_job_features(
            session,
            job,
            [
                (javascript, "JS", REQUIRED),
                (own.id, "Acme ATS", NICE_TO_HAVE),
                (python, "python3", REQUIRED),
                (sql, "SQL", NICE_TO_HAVE),
            ],
            min_years=3,
            work_mode=1,
            latitude=32.78,
            longitude=-96.8,
        )
        match = await add_match(
            session,
            candidate,
            job,
            score=83.25,
            skills_score=75.0,
            experience_score=100.0,
            location_score=60.0,
            weights=[0.5, 0.3125, 0.1875, 0.0, 0.0],
            matched_skill_ids=[javascript, own.id],
            missing_skill_ids=[python, sql, 999_999],
        )
    return Pair(candidate, job, match, own.id)


class TestExplanation:
    async def test_says_why(self, tenant: Tenant, pair: Pair) -> None:
        shown = await tenant.get(pair.path)
        assert (shown["score"], shown["grade"], shown["is_recommended"]) == (83.25, "A", True)
        assert shown["candidate"]["id"] == pair.candidate.id
        assert shown["job"]["title"] == "Data Scientist"
        assert shown["summary"].startswith("Very good match")
        assert any("6 years" in reason for reason in shown["reasons"])

    async def test_breaks_the_score_down(self, tenant: Tenant, pair: Pair) -> None:
        breakdown = {part["category"]: part for part in (await tenant.get(pair.path))["breakdown"]}
        assert list(breakdown) == ["skills", "experience", "location", "salary", "semantic"]
        assert breakdown["skills"]["weight_base"] == 0.4
        assert breakdown["skills"]["weight_applied"] == 0.5
        assert breakdown["skills"]["points"] == 37.5
        assert breakdown["salary"]["score_percent"] is None
        assert "km away" in breakdown["location"]["words"]

    async def test_names_skills_in_the_words_of_both_sides(
        self, tenant: Tenant, pair: Pair
    ) -> None:
        shown = await tenant.get(pair.path)
        assert shown["matched_skills"] == [
            {
                "id": skill("JavaScript"),
                "name": "JavaScript",
                "in_profile": "ECMAScript",
                "in_posting": "JS",
                "is_required": True,
            },
            {
                "id": pair.own_skill_id,
                "name": "Acme ATS",
                "in_profile": "acme",
                "in_posting": "Acme ATS",
                "is_required": False,
            },
        ]
        assert [
            (s["name"], s["in_posting"], s["is_required"]) for s in shown["missing_skills"]
        ] == [
            ("Python", "python3", True),
            ("SQL", "SQL", False),
        ]

    async def test_works_while_features_are_being_made_again(
        self, tenant: Tenant, pair: Pair, database: Database
    ) -> None:
        async with database.tenant_session(tenant.tenant_id) as session:
            other = await add_candidate(session, tenant.tenant_id)
            job = await add_job(session)
            match = await add_match(session, other, job, matched_skill_ids=[skill("SQL")])
        shown = await tenant.get(f"/api/v1/matches/{match.id}")
        assert shown["matched_skills"][0]["in_profile"] is None

    async def test_grades_by_the_tenants_limits(self, tenant: Tenant, pair: Pair) -> None:
        limits = {"a_plus": 80, "a": 75, "b": 70, "c": 60, "d": 50}
        await tenant.http.put("/api/v1/tenant/matching", json={"grade_limits": limits})
        assert (await tenant.get(pair.path))["grade"] == "A+"


class TestLists:
    @pytest.fixture
    async def ladder(self, tenant: Tenant, pair: Pair, database: Database) -> Pair:
        """The pair, and five more matches of either side with scores that tie."""
        async with database.tenant_session(tenant.tenant_id) as session:
            for score in (95.5, 87.3, 87.3, 71.0, 55.1):
                await add_match(
                    session,
                    pair.candidate,
                    await add_job(session),
                    score=score,
                    is_recommended=score >= 80,
                    status=MatchStatus.VIEWED if score == 95.5 else MatchStatus.NEW,
                )
                await add_match(
                    session,
                    await add_candidate(session, tenant.tenant_id),
                    pair.job,
                    score=score,
                    is_recommended=score >= 80,
                    status=MatchStatus.VIEWED if score == 95.5 else MatchStatus.NEW,
                )
        return pair

    @pytest.mark.parametrize(
        ("query", "scores"),
        [
            ({}, [95.5, 87.3, 87.3, 83.25, 71.0, 55.1]),
            ({"min_score": 87.3}, [95.5, 87.3, 87.3]),
            ({"grade": ["A+", "B"]}, [95.5, 71.0]),
            ({"grade": "C"}, []),
            ({"status": "viewed"}, [95.5]),
            ({"recommended": False}, [71.0, 55.1]),
        ],
    )
    async def test_are_filtered_and_the_best_come_first(
        self, tenant: Tenant, ladder: Pair, query: dict[str, Any], scores: list[float]
    ) -> None:
        for path in (ladder.of_candidate, ladder.of_job):
            found = await tenant.get(path, **query)
            assert [item["score"] for item in found["items"]] == scores

    async def test_are_paged_without_gaps_at_equal_scores(
        self, tenant: Tenant, ladder: Pair
    ) -> None:
        whole = [item["id"] for item in (await tenant.get(ladder.of_candidate))["items"]]
        seen: list[int] = []
        cursor: dict[str, str] = {}
        while True:
            page = await tenant.get(ladder.of_candidate, limit=1, **cursor)
            seen.extend(item["id"] for item in page["items"])
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert seen == whole

    async def test_of_a_global_posting_hold_only_own_candidates(
        self, tenant: Tenant, other_tenant: Tenant, pair: Pair, database: Database
    ) -> None:
        async with database.tenant_session(other_tenant.tenant_id) as session:
            stranger = await add_candidate(session, other_tenant.tenant_id, first_name="Zoe")
            await add_match(session, stranger, pair.job, score=99)
        names = [
            item["candidate"]["first_name"] for item in (await tenant.get(pair.of_job))["items"]
        ]
        assert names == ["Ada"]

    async def test_hold_no_deleted_candidate(self, tenant: Tenant, pair: Pair) -> None:
        await tenant.http.delete(f"/api/v1/candidates/{pair.candidate.id}")
        assert (await tenant.get(pair.of_job))["items"] == []
        assert (await tenant.http.get(pair.path)).status_code == 404


class TestStatus:
    async def test_is_noted_with_who_and_when(self, tenant: Tenant, pair: Pair) -> None:
        changed = (await tenant.http.patch(pair.path, json={"status": "shortlisted"})).json()
        assert changed["status"] == "shortlisted"
        assert changed["status_changed_at"] is not None
        again = (await tenant.http.patch(pair.path, json={"status": "shortlisted"})).json()
        assert again["status_changed_at"] == changed["status_changed_at"]
        log = await tenant.get("/api/v1/audit-log", entity_type="match")
        assert [entry["changes"] for entry in log["items"]] == [
            {"from": "new", "to": "shortlisted"}
        ]

    async def test_is_not_closed_by_hand(self, tenant: Tenant, pair: Pair) -> None:
        response = await tenant.http.patch(pair.path, json={"status": "closed"})
        assert response.status_code == 422

    async def test_of_a_closed_one_stays(
        self, tenant: Tenant, pair: Pair, database: Database
    ) -> None:
        async with database.tenant_session(tenant.tenant_id) as session:
            (await session.merge(pair.match)).status = MatchStatus.CLOSED
        response = await tenant.http.patch(pair.path, json={"status": "applied"})
        assert response.status_code == 409


class TestMatchingAgain:
    @pytest.mark.parametrize(
        ("verb", "event", "extra"),
        [
            ("regenerate", "job-match/generate-candidate", {"trigger": "manual"}),
            ("refresh", "job-match/refresh-candidate", {}),
        ],
    )
    async def test_is_asked_for(
        self, tenant: Tenant, pair: Pair, verb: str, event: str, extra: dict[str, str]
    ) -> None:
        response = await tenant.http.post(f"{pair.of_candidate}/{verb}")
        assert response.status_code == 202
        assert response.json()["event_id"]
        expected = {"candidate_id": pair.candidate.id, "tenant_id": tenant.tenant_id, **extra}
        assert await tenant.events() == [(event, expected)]

    @pytest.mark.parametrize("verb", ["regenerate", "refresh"])
    async def test_is_refused_for_those_who_are_not_matched(
        self, tenant: Tenant, verb: str
    ) -> None:
        made = await tenant.make("/api/v1/candidates", first_name="Ada")
        response = await tenant.http.post(f"/api/v1/candidates/{made['id']}/matches/{verb}")
        assert response.status_code == 409
        assert await tenant.events() == []
