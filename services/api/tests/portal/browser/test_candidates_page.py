"""Candidates and their matches, in a browser."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import pytest_asyncio
from blacklight_shared.database import Database
from blacklight_shared.models import CandidateStatus
from blacklight_shared.skills import SkillTaxonomy
from playwright.async_api import ViewportSize, expect

from services.api.tests.conftest import settings_for
from services.api.tests.factories import (
    add_candidate,
    add_candidate_features,
    add_document,
    add_job,
    add_job_features,
    add_match,
)
from services.api.tests.portal.browser.conftest import (
    DESKTOP,
    PHONE,
    SIZES,
    Site,
    Visit,
    check_page,
)

PYTHON, SQL, SPARK = (
    SkillTaxonomy.builtin().resolve(name) or 0 for name in ("Python", "SQL", "Apache Spark")
)
DESCRIPTION = """About the role
You own the pipelines behind our reports. You write Python and SQL every day, review the work of
two colleagues and talk to the people who read the numbers.

Requirements
- 5+ years with Python
- SQL, also in large databases
- Apache Spark would be a plus
"""


@dataclass(frozen=True)
class World:
    candidate_id: int
    job_id: int
    match_ids: list[int]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(site: Site) -> World:
    """A candidate with three matches, and a CV that was read."""
    database = Database.from_settings(settings_for(site.urls))
    async with database.tenant_session(site.tenant_id) as session:
        candidate = await add_candidate(
            session,
            site.tenant_id,
            email="ada@example.com",
            phone="+1 512 555 0100",
            headline="Data engineer who likes clean tables",
            summary="Eight years of pipelines, from nightly jobs to streams.",
            location="Austin, TX, United States",
            titles=["Senior Data Engineer", "Analyst"],
            skills=["Python", "SQL", "Airflow", "dbt", "PostgreSQL"],
            years_experience=8,
            languages=["English", "Spanish"],
            education=[{"degree": "BSc", "field": "Statistics", "institution": "UT Austin"}],
            salary_expected=130_000,
            salary_currency="USD",
            salary_period="year",
            work_modes=["remote", "hybrid"],
            edited_fields=["phone", "salary_expected", "headline"],
        )
        await add_document(session, candidate)
        await add_candidate_features(
            session, candidate, [(PYTHON, "Python"), (SQL, "SQL")], years_experience=8
        )
        await add_candidate(session, site.tenant_id, first_name="Bo", status=CandidateStatus.NEW)
        matches = []
        jobs = []
        for number, title in enumerate(("Data Engineer", "Analytics Engineer", "BI Developer")):
            job = await add_job(
                session,
                title=title,
                company="Northwind Analytics",
                location="Austin, TX",
                description=DESCRIPTION,
            )
            await add_job_features(
                session, job, [(PYTHON, "Python", 2), (SQL, "SQL", 2), (SPARK, "Apache Spark", 1)]
            )
            match = await add_match(
                session,
                candidate,
                job,
                score=88.0 - 12 * number,
                location_score=100.0,
                semantic_score=71.0,
                matched_skill_ids=[PYTHON, SQL],
                missing_skill_ids=[SPARK],
            )
            matches.append(match.id)
            jobs.append(job.id)
    await database.close()
    return World(candidate.id, jobs[0], matches)


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=SIZES)
async def test_a_match_is_understood_and_shortlisted(
    visit: Visit, site: Site, world: World, size: ViewportSize, theme: str
) -> None:
    page = await visit(f"/candidates/{world.candidate_id}/matches", size=size, theme=theme)
    await check_page(page)
    first = page.locator("li.match").first
    await first.get_by_role("button", name="Shortlist").click()
    await expect(first.get_by_text("Shortlisted")).to_be_visible()
    await first.get_by_role("button", name="Take back").click()
    await expect(first.get_by_role("button", name="Seen")).to_be_visible()

    await first.get_by_role("link", name="Data Engineer").click()
    await expect(page.locator("mark.matched", has_text="Python").first).to_be_visible()
    await expect(page.locator("mark.missing", has_text="Spark")).to_be_visible()
    await check_page(page)


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=SIZES)
async def test_a_profile_is_found_and_edited(
    visit: Visit, site: Site, world: World, size: ViewportSize, theme: str
) -> None:
    page = await visit("/candidates", size=size, theme=theme)
    await check_page(page)
    await page.get_by_label("Search", exact=True).fill("marsh")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Ada Marsh").click()
    await expect(page.get_by_text("from the CV").first).to_be_visible()
    await check_page(page)

    await page.get_by_role("link", name="Edit").click()
    await check_page(page)
    await page.get_by_label("Headline").fill("Data engineer")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("The profile is saved.")
