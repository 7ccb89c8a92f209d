"""Every workflow ends in the same way, wherever its worker is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import pytest
from blacklight_devstack.boundaries import IS_LONG, Deaths, Play, check_every_boundary
from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.engine_testing import TestEngine, served_app
from blacklight_devstack.pytest_plugin import FreshDatabases
from blacklight_matching.app import APP_ID
from blacklight_matching.features.candidates import prepare_candidates
from blacklight_matching.features.postings import prepare_postings
from blacklight_matching.functions.backfill_embeddings import backfill_embeddings
from blacklight_matching.functions.generate_candidate_matches import generate_candidate_matches
from blacklight_matching.functions.match_jobs_to_candidates import match_jobs_to_candidates
from blacklight_matching.functions.parse_resume import parse_resume
from blacklight_matching.functions.read_invitation_resume import read_invitation_resume
from blacklight_matching.functions.refresh_candidate_matches import refresh_candidate_matches
from blacklight_matching.functions.update_job_embedding import update_job_embedding
from blacklight_shared.database import Database
from blacklight_shared.events import (
    BackfillEmbeddings,
    EmbeddedEntity,
    Event,
    GenerateCandidateMatches,
    JobPostingUpdated,
    MatchTrigger,
    RefreshCandidateMatches,
)
from blacklight_shared.models import (
    Candidate,
    CandidateInvitation,
    InvitationDocument,
    JobImportBatch,
)
from blacklight_shared.workflows import Workflow
from sqlalchemy import select, text, update

from services.matching.tests.functions.conftest import connected_to, worker_app
from services.matching.tests.functions.test_matching import PROFILE, chunk_of, imported
from services.matching.tests.functions.test_parse_resume import RESUME, uploaded
from services.matching.tests.functions.test_read_invitation_resume import handed_in
from services.matching.tests.world import HashedEmbeddings, World

Story = Callable[[Database, World, int], Awaitable[Event]]
"""Makes rows in a new database with one tenant, and names the event that starts the workflow."""


async def a_chunk(db: Database, world: World, tenant_id: int) -> Event:
    await somebody(world, tenant_id)
    return await chunk_of(db, await imported(world, "Data Engineer", "Quokka Wrangler"))


async def an_approval(db: Database, world: World, tenant_id: int) -> Event:
    candidate_id = await somebody(world, tenant_id)
    await an_open_posting(db, world)
    return GenerateCandidateMatches(
        candidate_id=candidate_id, tenant_id=tenant_id, trigger=MatchTrigger.ONBOARDING_APPROVAL
    )


async def a_refresh(db: Database, world: World, tenant_id: int) -> Event:
    candidate_id = await somebody(world, tenant_id)
    await an_open_posting(db, world)
    return RefreshCandidateMatches(candidate_id=candidate_id, tenant_id=tenant_id)


async def a_change(db: Database, world: World, tenant_id: int) -> Event:
    await somebody(world, tenant_id)
    [job_id] = await imported(world, "Data Engineer")
    return JobPostingUpdated(job_id=job_id, changed_fields=["title"])


async def a_cv(db: Database, world: World, tenant_id: int) -> Event:
    return await uploaded(db, tenant_id, await world.candidate(tenant_id))


async def an_invited_cv(db: Database, world: World, tenant_id: int) -> Event:
    return await handed_in(db, tenant_id, profile={"headline": "Quokka Wrangler"})


async def an_extracted_cv(db: Database, world: World, tenant_id: int) -> Event:
    event = await handed_in(db, tenant_id, profile={"headline": "Quokka Wrangler"})
    async with db.tenant_session(tenant_id) as session:
        await session.execute(update(InvitationDocument).values(text=RESUME))
    return event


async def missing_embeddings(db: Database, world: World, tenant_id: int) -> Event:
    await imported(world, *["Data Engineer"] * 3)
    return BackfillEmbeddings(entity_type=EmbeddedEntity.JOBS, batch_size=2)


class Scene(NamedTuple):
    """A workflow with what starts it, how many matches it makes, and how many calls it takes."""

    workflow: Workflow[Any, Any, Any]
    story: Story
    matches: int = 0
    calls: int = 4


ALWAYS = [
    Scene(match_jobs_to_candidates, a_chunk, matches=1),
    Scene(generate_candidate_matches, an_approval, matches=1),
    Scene(backfill_embeddings, missing_embeddings),
    Scene(read_invitation_resume, an_extracted_cv, calls=3),
]

WHEN_LONG = [
    Scene(refresh_candidate_matches, a_refresh, matches=1),
    Scene(update_job_embedding, a_change, matches=1),
    Scene(parse_resume, a_cv),
    Scene(read_invitation_resume, an_invited_cv, calls=3),
]
"""The first two take the steps of those above; each life of the others starts processes."""

SCENES = [*ALWAYS, *WHEN_LONG] if IS_LONG else ALWAYS


class Place(NamedTuple):
    """Where workflows are played."""

    databases: FreshDatabases
    engine: TestEngine
    engines: KeptEngines
    worker_engines: KeptEngines


@pytest.mark.parametrize("scene", SCENES, ids=[scene.story.__name__ for scene in SCENES])
async def test_the_end_is_the_same(
    scene: Scene,
    databases: FreshDatabases,
    engine: TestEngine,
    kept_engines: KeptEngines,
    worker_engines: KeptEngines,
) -> None:
    place = Place(databases, engine, kept_engines, worker_engines)
    play = play_of(scene.workflow, scene.story, scene.matches, place)
    await check_every_boundary(play, at_least=scene.calls)


def play_of(
    workflow: Workflow[Any, Any, Any],
    story: Story,
    matches: int,
    place: Place,
) -> Play:
    """Plays one workflow alone: what it asks of others stays asked.

    What the run returns is no part of its end: it counts what the last attempt had left to do.
    """

    async def play(deaths: Deaths) -> object:
        with place.databases() as urls:
            async with connected_to(urls, place.engines) as db:
                world = World(db)
                tenant_id = await world.tenant()
                event = await story(db, world, tenant_id)
                app = worker_app(
                    place.engine, urls, place.worker_engines, HashedEmbeddings(), (workflow,)
                )
                with served_app(deaths.of(app)):
                    [event_id] = place.engine.send(event)
                    run = await asyncio.to_thread(
                        place.engine.wait_for_run, event_id, f"{APP_ID}-{workflow.id}", timeout=60
                    )
                assert run.status == "Completed", run.output
                assert len(await world.matches(tenant_id)) == matches
                return await rows(db, world, tenant_id)

    return play


async def somebody(world: World, tenant_id: int) -> int:
    role_id = await world.role("Data Engineer")
    candidate_id = await world.candidate(tenant_id, roles=[role_id], **PROFILE)
    async with world.db.tenant_session(tenant_id) as session:
        await prepare_candidates(session, [candidate_id])
    return candidate_id


async def an_open_posting(db: Database, world: World) -> None:
    """A posting as an earlier run has left it."""
    [job_id] = await imported(world, "Data Engineer")
    async with db.global_session() as session:
        await session.execute(
            text("UPDATE job_postings SET role_id = (SELECT id FROM global_roles)")
        )
        await prepare_postings(session, [job_id])


async def rows(db: Database, world: World, tenant_id: int) -> Sequence[object]:
    """What the database holds in the end, without the times."""
    async with db.tenant_session(tenant_id) as session:
        candidates = [
            (one.status, one.titles, one.skills, one.edited_fields, one.matched_at is not None)
            for one in await session.scalars(select(Candidate).order_by(Candidate.id))
        ]
        forms = (await session.scalars(select(CandidateInvitation.profile))).all()
        documents = [
            (one.extraction_status, one.filled_fields)
            for one in await session.scalars(select(InvitationDocument))
        ]
        counts = [
            await session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 -- constants
            for table in (
                *("audit_log", "candidate_embeddings", "candidate_features", "job_embeddings"),
                *("job_features", "candidate_preferred_roles", "global_roles", "role_aliases"),
            )
        ]
    async with db.global_session() as session:
        batches = (await session.scalars(select(JobImportBatch.status))).all()
    return candidates, forms, documents, counts, batches, await world.matches(tenant_id)
