"""What other weights would make of the matches that exist."""

from __future__ import annotations

from typing import Any

import pytest
from blacklight_api.tenants import preview as module
from blacklight_shared.database import Database
from blacklight_shared.events import MatchingSettingsChanged
from blacklight_shared.models import MatchStatus, OutboxEvent
from sqlalchemy import select

from services.api.tests.conftest import Tenant
from services.api.tests.factories import add_candidate, add_job, add_match

PREVIEW = "/api/v1/tenant/matching/preview"
SKILLS_ONLY = {"skills": 1.0, "experience": 0.0, "location": 0.0, "salary": 0.0, "semantic": 0.0}
BOTH_ALIKE = {"skills": 0.5, "experience": 0.5, "location": 0.0, "salary": 0.0, "semantic": 0.0}


async def test_scores_are_put_together_as_matching_does(tenant: Tenant, database: Database) -> None:
    await add_matches(
        tenant,
        database,
        # Compared in both: (60 + 90) / 2 = 75.
        {"score": 72.0, "skills_score": 60.0, "experience_score": 90.0, "is_recommended": True},
        # Experience was demanded and is unknown: it earns nothing, 60 / 2 = 30.
        {"score": 55.0, "skills_score": 60.0, "experience_score": None, "is_recommended": False},
        # Somebody has acted on it, so it stays.
        {
            "score": 55.0,
            "skills_score": 10.0,
            "experience_score": 10.0,
            "is_recommended": False,
            "status": MatchStatus.SHORTLISTED,
        },
        {"score": 99.0, "skills_score": 99.0, "status": MatchStatus.CLOSED},
    )
    shown = await preview(tenant, weights=BOTH_ALIKE, recommend_threshold=75)
    assert shown == {
        "counted": 3,
        "is_sample": False,
        "recommended_now": 1,
        "recommended_then": 1,
        "newly_recommended": 0,
        "no_longer_recommended": 0,
        "lost": 1,
        "grades_now": {"a_plus": 0, "a": 0, "b": 1, "c": 0, "d": 2},
        "grades_then": {"a_plus": 0, "a": 0, "b": 1, "c": 0, "d": 0},
    }


async def test_categories_that_do_not_count_give_their_weight_to_the_others(
    tenant: Tenant, database: Database
) -> None:
    no_experience = [1.0, 0.0, 0.0, 0.0, 0.0]
    values = {"skills_score": 80.0, "experience_score": None, "weights": no_experience}
    await add_matches(tenant, database, values | {"score": 60.0, "is_recommended": False})
    shown = await preview(tenant, weights=BOTH_ALIKE)
    assert shown["newly_recommended"] == 1
    assert shown["grades_then"]["a"] == 1


async def test_too_little_evidence_is_no_match(tenant: Tenant, database: Database) -> None:
    await add_matches(tenant, database, {"skills_score": None, "experience_score": 100.0})
    assert (await preview(tenant, weights=SKILLS_ONLY))["lost"] == 1


async def test_a_large_list_is_sampled_and_says_so(
    tenant: Tenant, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAMPLE_SIZE", 2)
    await add_matches(tenant, database, {}, {}, {})
    shown = await preview(tenant)
    assert (shown["counted"], shown["is_sample"]) == (2, True)


async def test_it_sees_only_the_own_matches(
    tenant: Tenant, other_tenant: Tenant, database: Database
) -> None:
    await add_matches(other_tenant, database, {})
    assert (await preview(tenant))["counted"] == 0


async def test_saving_has_all_matches_scored_again_once(tenant: Tenant, database: Database) -> None:
    for _ in range(2):
        saved = await tenant.http.put("/api/v1/tenant/matching", json={"weights": SKILLS_ONLY})
        assert saved.status_code == 200
    async with database.tenant_session(tenant.tenant_id) as session:
        query = select(OutboxEvent.data).where(OutboxEvent.name == MatchingSettingsChanged.name)
        assert list(await session.scalars(query)) == [{"tenant_id": tenant.tenant_id}]


async def preview(tenant: Tenant, **config: Any) -> dict[str, Any]:
    response = await tenant.http.post(PREVIEW, json=config)
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def add_matches(tenant: Tenant, database: Database, *values: dict[str, Any]) -> None:
    async with database.tenant_session(tenant.tenant_id) as session:
        candidate = await add_candidate(session, tenant.tenant_id)
        for fields in values:
            await add_match(session, candidate, await add_job(session), **fields)
