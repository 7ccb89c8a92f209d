from __future__ import annotations

from typing import Any

import pytest
from blacklight_matching.features.candidates import prepare_candidates
from blacklight_shared.database import Database
from blacklight_shared.models import Candidate, CandidateFeatures, TenantSkill
from blacklight_shared.skills import SkillTaxonomy
from blacklight_shared.work_terms import WorkMode
from sqlalchemy import update

from services.matching.tests.world import World

SKILLS = SkillTaxonomy.builtin()
PYTHON, SQL = (SKILLS.resolve(name) for name in ("Python", "SQL"))


async def prepared(db: Database, tenant_id: int, candidate_id: int) -> CandidateFeatures:
    async with db.tenant_session(tenant_id) as session:
        await prepare_candidates(session, [candidate_id])
    async with db.tenant_session(tenant_id) as session:
        return await session.get_one(CandidateFeatures, candidate_id)


class TestPrepareCandidates:
    async def test_reads_the_profile(self, db: Database, world: World) -> None:
        tenant_id = await world.tenant()
        candidate_id = await world.candidate(
            tenant_id,
            skills=["python", "5 years of SQL", "SQL"],
            location="Berlin, Germany",
            years_experience=7.5,
            work_modes=["hybrid", "remote"],
            willing_to_relocate=True,
            salary_expected=5000,
            salary_currency="USD",
            salary_period="month",
        )

        features = await prepared(db, tenant_id, candidate_id)

        words = dict(zip(features.skill_ids, features.skill_words, strict=True))
        assert words == {PYTHON: "python", SQL: "SQL"}
        assert features.skill_ids == sorted(features.skill_ids)
        assert features.years_experience == 7.5
        assert features.work_mode_mask == 1 << WorkMode.HYBRID | 1 << WorkMode.REMOTE
        assert features.willing_to_relocate
        assert features.salary_expected_year_usd == 60_000
        assert features.latitude == pytest.approx(52.5, abs=0.2)

    async def test_an_empty_profile_says_nothing(self, db: Database, world: World) -> None:
        tenant_id = await world.tenant()
        features = await prepared(db, tenant_id, await world.candidate(tenant_id))

        assert features.skill_ids == []
        assert (features.country, features.region, features.city) == (-1, -1, -1)
        assert features.years_experience is None
        assert features.salary_expected_year_usd is None
        assert features.work_mode_mask == 0

    @pytest.mark.parametrize(
        "changed",
        [{"skills": ["SQL"]}, {"location": "Paris"}, {"years_experience": 3}, {"work_modes": []}],
    )
    async def test_only_what_changed_is_derived_again(
        self, db: Database, world: World, changed: dict[str, Any]
    ) -> None:
        tenant_id = await world.tenant()
        people = [
            await world.candidate(tenant_id, skills=["Python"], work_modes=["remote"])
            for _ in range(3)
        ]
        async with db.tenant_session(tenant_id) as session:
            assert await prepare_candidates(session, people) == 3
            assert await prepare_candidates(session, people) == 0
            await session.execute(
                update(Candidate).where(Candidate.id == people[1]).values(phone="1", **changed)
            )
            await session.execute(
                update(Candidate).where(Candidate.id == people[2]).values(phone="2")
            )
            assert await prepare_candidates(session, people) == 1

    async def test_skills_of_the_tenant_count(self, db: Database, world: World) -> None:
        mine, theirs = await world.tenant(), await world.tenant()
        people = {
            tenant: await world.candidate(tenant, skills=["zorb"]) for tenant in (mine, theirs)
        }
        for tenant, candidate_id in people.items():
            assert (await prepared(db, tenant, candidate_id)).skill_ids == []
        async with db.tenant_session(mine) as session:
            skill = TenantSkill(
                tenant_id=mine, name="Zorbing", normalized_name="zorbing", aliases=["zorb"]
            )
            session.add(skill)
            await session.flush()
            skill_id = skill.id

        assert (await prepared(db, mine, people[mine])).skill_ids == [skill_id]
        assert (await prepared(db, theirs, people[theirs])).skill_ids == []
