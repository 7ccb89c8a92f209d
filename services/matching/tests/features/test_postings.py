from __future__ import annotations

from typing import Any

import pytest
from blacklight_matching.features.postings import prepare_postings
from blacklight_matching.scoring.skills import NICE_TO_HAVE, REQUIRED
from blacklight_shared.database import Database
from blacklight_shared.models import JobFeatures, JobPosting, JobStatus, TenantSkill
from blacklight_shared.skills import SkillTaxonomy
from blacklight_shared.work_terms import WorkMode
from sqlalchemy import update

from services.matching.tests.world import World

SKILLS = SkillTaxonomy.builtin()
PYTHON, SQL, DOCKER = (SKILLS.resolve(name) for name in ("Python", "SQL", "Docker"))


async def prepared(db: Database, job_id: int, tenant_id: int | None = None) -> JobFeatures:
    world = World(db)
    async with world.session(tenant_id) as session:
        await prepare_postings(session, [job_id])
    async with world.session(tenant_id) as session:
        return await session.get_one(JobFeatures, job_id)


class TestPreparePostings:
    async def test_reads_the_text(self, db: Database, world: World) -> None:
        features = await prepared(
            db,
            await world.posting(
                "Colleague",
                location="Boston, MA",
                description=(
                    "Requirements: SQL and Python. 4-6 years of experience.\n"
                    "Nice to have: Docker.\nThis is a remote position. $50 per hour."
                ),
            ),
        )

        assert dict(zip(features.skill_ids, features.skill_importance, strict=True)) == {
            PYTHON: REQUIRED,
            SQL: REQUIRED,
            DOCKER: NICE_TO_HAVE,
        }
        assert features.skill_ids[-1] == DOCKER
        assert set(features.skill_words) == {"SQL", "Python", "Docker"}
        assert (features.min_years, features.max_years) == (4, 6)
        assert features.work_mode == WorkMode.REMOTE
        assert features.country >= 0
        assert features.city >= 0
        assert features.salary_min_year_usd == pytest.approx(50 * 2080)

    async def test_fields_go_before_the_text(self, db: Database, world: World) -> None:
        features = await prepared(
            db,
            await world.posting(
                "Colleague",
                description=(
                    "Nice to have: Docker. 9+ years of experience. Remote position. $50 per hour."
                ),
                skills=["docker", "no such thing"],
                experience_min_years=2,
                work_mode="onsite",
                salary_min=100,
                salary_max=200,
                salary_currency="EUR",
                salary_period="day",
            ),
        )

        assert dict(zip(features.skill_ids, features.skill_importance, strict=True)) == {
            DOCKER: REQUIRED
        }
        assert features.skill_words == ["docker"]
        assert (features.min_years, features.max_years) == (2, None)
        assert features.work_mode == WorkMode.ONSITE
        assert features.salary_min_year_usd is not None
        assert features.salary_max_year_usd == pytest.approx(2 * features.salary_min_year_usd)

    @pytest.mark.parametrize(
        "values",
        [
            {"salary_min": 10, "salary_currency": "XXX", "salary_period": "year"},
            {"salary_min": 0, "salary_currency": "USD", "salary_period": "year"},
            {"salary_min": 10},
        ],
    )
    async def test_pay_that_says_nothing_is_unknown(
        self, db: Database, world: World, values: dict[str, Any]
    ) -> None:
        features = await prepared(db, await world.posting("Welder", **values))
        assert features.salary_min_year_usd is None

    @pytest.mark.parametrize(
        "changed",
        [
            {"title": "Welder"},
            {"description": "SQL"},
            {"location": "Paris"},
            {"skills": ["SQL"]},
            {"work_mode": "hybrid"},
            {"experience_max_years": 3},
            {"salary_max": 90_000},
        ],
    )
    async def test_only_what_changed_is_derived_again(
        self, db: Database, world: World, changed: dict[str, Any]
    ) -> None:
        jobs = [await world.posting("Data Engineer", description="Python") for _ in range(3)]
        async with db.global_session() as session:
            assert await prepare_postings(session, jobs) == 3
            assert await prepare_postings(session, jobs) == 0
            await session.execute(
                update(JobPosting).where(JobPosting.id == jobs[1]).values(**changed)
            )
            assert await prepare_postings(session, jobs) == 1

    async def test_role_follows_and_status_leaves_alone(self, db: Database, world: World) -> None:
        job_id, role_id = await world.posting("Welder"), await world.role("Welder")
        await prepared(db, job_id)
        async with db.global_session() as session:
            await session.execute(update(JobPosting).values(role_id=role_id))
        assert (await prepared(db, job_id)).role_id == role_id
        async with db.global_session() as session:
            await session.execute(update(JobPosting).values(title="X", status=JobStatus.CLOSED))
            assert await prepare_postings(session, [job_id]) == 0

    async def test_a_tenants_own_skills_count_in_its_own_postings(
        self, db: Database, world: World
    ) -> None:
        tenant_id = await world.tenant()
        async with db.tenant_session(tenant_id) as session:
            skill = TenantSkill(
                tenant_id=tenant_id, name="Zorbing", normalized_name="zorbing", aliases=["zorb"]
            )
            session.add(skill)
            await session.flush()
            skill_id = skill.id
        own = await world.posting(
            "Guide", description="Must know zorbing.", source_tenant_id=tenant_id
        )
        everyones = await world.posting("Guide", description="Must know zorbing.")

        assert (await prepared(db, own, tenant_id)).skill_ids == [skill_id]
        assert (await prepared(db, everyones, tenant_id)).skill_ids == []
        async with db.tenant_session(tenant_id) as session:
            await session.execute(update(TenantSkill).values(name="Zorb Rolling"))
            assert await prepare_postings(session, [own, everyones]) == 1
