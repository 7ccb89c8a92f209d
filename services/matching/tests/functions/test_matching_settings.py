"""A firm's matches follow its settings, through the engine."""

from __future__ import annotations

import asyncio
import time
from importlib import import_module

import pytest
from blacklight_matching.functions.apply_matching_settings import apply_matching_settings
from blacklight_shared.database import Database
from blacklight_shared.events import MatchingSettingsChanged
from blacklight_shared.models import Candidate, CandidateStatus
from sqlalchemy import select

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.world import World

GIVE_UP_AFTER_SECONDS = 30


async def test_every_candidate_who_may_be_matched_is_matched_again(
    worker: Worker, db: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module("blacklight_matching.functions.apply_matching_settings")
    monkeypatch.setattr(module, "CANDIDATES_PER_PAGE", 2)
    tenant_id, other_id = await world.tenant(), await world.tenant()
    role = await world.role("Blacksmith")
    matchable = [await world.candidate(tenant_id, roles=[role]) for _ in range(3)]
    rejected = await world.candidate(tenant_id, roles=[role], status=CandidateStatus.REJECTED)
    elsewhere = await world.candidate(other_id, roles=[role])

    event = MatchingSettingsChanged(tenant_id=tenant_id)
    result = await asyncio.to_thread(worker.run, apply_matching_settings, event)

    assert result.output == {"candidates": len(matchable)}
    assert await matched_ids(db, tenant_id, len(matchable)) == set(matchable)
    assert rejected not in await matched_ids(db, tenant_id, 0)
    assert elsewhere not in await matched_ids(db, other_id, 0)


async def matched_ids(db: Database, tenant_id: int, expected: int) -> set[int]:
    """The candidates that were matched, waiting until there are as many as expected."""
    give_up_at = time.monotonic() + GIVE_UP_AFTER_SECONDS
    while True:
        async with db.tenant_session(tenant_id) as session:
            query = select(Candidate.id).where(Candidate.matched_at.is_not(None))
            found = set(await session.scalars(query))
        if len(found) >= expected or time.monotonic() > give_up_at:
            return found
        await asyncio.sleep(0.1)
