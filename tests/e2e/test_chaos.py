from __future__ import annotations

import asyncio
import os
import random
import uuid

import pytest
import pytest_asyncio
from blacklight_devstack.stack import Stack

from .conftest import Firm, MakeFirm
from .world import market

IS_LONG = os.environ.get("BLACKLIGHT_CHAOS") == "long"
KILLS = 4 if IS_LONG else 1
VICTIMS = ["engine", "matching", "gateway", "postgres"]

WORLD = market(postings=2_000 if IS_LONG else 400, resumes=6, seed=11)

pytestmark = [pytest.mark.chaos]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def undisturbed(make_firm: MakeFirm) -> set[tuple[str, str, float]]:
    """The end state that every disturbed run must reach."""
    firm = await make_firm()
    await firm.bring_in(WORLD.resumes)
    batch = await firm.matched(await firm.import_jobs(WORLD.postings))
    assert batch["counts"]["jobs_new"] == len(WORLD.postings)
    return await firm.match_set()


@pytest.mark.timeout(1_200 if IS_LONG else 400)
@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_kill_during_an_import_changes_nothing_in_the_end(
    victim: str,
    stack: Stack,
    make_firm: MakeFirm,
    undisturbed: set[tuple[str, str, float]],
) -> None:
    if victim not in stack.names:
        pytest.skip("the engine is the user's, and not ours to kill")
    firm = await make_firm()
    await firm.bring_in(WORLD.resumes)
    chance = random.Random(os.environ.get("BLACKLIGHT_CHAOS_SEED", uuid.uuid4().hex))

    importing = asyncio.create_task(import_until_taken(firm))
    for _kill in range(KILLS):
        await asyncio.sleep(chance.uniform(0.1, 3.0))
        await stack.kill(victim)
        await asyncio.sleep(chance.uniform(0.0, 1.0))
        await stack.start(victim)
    batch = await importing

    completed = await firm.matched(batch)
    counts = completed["counts"]
    assert counts["jobs_new"] == len(WORLD.postings)
    assert counts["chunks_matched"] == counts["chunks"]
    assert await firm.match_set() == undisturbed


async def import_until_taken(firm: Firm) -> dict[str, object]:
    """As a client does it: the same request again until it is answered."""
    return await firm.import_jobs(WORLD.postings, batch_id=uuid.uuid4().hex)
