from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from blacklight_devstack.boundaries import IS_LONG, Deaths, check_every_boundary
from blacklight_devstack.engine_testing import RunResult, TestEngine, running_engine, served_app
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_devstack.pytest_plugin import FreshDatabases
from blacklight_registration.analyses.lifecycle import UNSAVED
from blacklight_shared.events import RegistrationReceived
from blacklight_shared.models import OutboxEvent, RegistrationStatus
from blacklight_shared.registrations import Completeness, LinkedInStatus
from sqlalchemy import create_engine, select, text

from services.registration.tests.world import (
    FUNCTION,
    Web,
    World,
    a_world,
    settings_for,
    worker_app,
)


@pytest.fixture
def worker(engine: TestEngine, database: DatabaseUrls) -> Iterator[None]:
    with served_app(worker_app(settings_for(database, engine))):
        yield


MANY = 200 if IS_LONG else 16
PER_SITE = 8
PATIENCE_SECONDS = 600


async def run(engine: TestEngine, *events: RegistrationReceived) -> list[RunResult]:
    ids = [engine.send(event)[0] for event in events]
    return [
        await asyncio.to_thread(engine.wait_for_run, event_id, FUNCTION, timeout=PATIENCE_SECONDS)
        for event_id in ids
    ]


@pytest.mark.usefixtures("worker")
class TestAnalysis:
    async def test_each_stage_is_said_once(
        self, engine: TestEngine, world: World, web: Web
    ) -> None:
        event = await world.register(company_website=web.site("corner-bakery"))

        [ended] = await run(engine, event)

        assert ended.output == {"outcome": "completed", "completeness": "full", "warnings": []}
        registration = await world.registration(event)
        assert registration.status == RegistrationStatus.COMPLETED
        assert (registration.step, registration.percent) == ("done", 100.0)
        progress = await progress_of(world)
        assert [data["step"] for data in progress] == [
            "reading_site",
            "choosing_pages",
            "reading_pages",
            "making_profile",
            "asking_linkedin",
            "summarising",
            "saving",
            "done",
        ]
        assert {data["request_id"] for data in progress} == {str(event.request_id)}

    async def test_no_person_is_named_in_events(
        self, engine: TestEngine, world: World, web: Web
    ) -> None:
        event = await world.register(
            first_name="Zelda",
            last_name="Quist",
            company_website=web.site("corner-bakery"),
            linkedin="https://www.linkedin.com/in/zelda-quist",
        )

        [ended] = await run(engine, event)

        told = f"{await progress_of(world)} {event.model_dump_json()} {ended}".lower()
        assert "zelda" not in told
        assert "quist" not in told

    async def test_a_profile_without_a_service_is_not_made_up(
        self, engine: TestEngine, world: World
    ) -> None:
        event = await world.register(linkedin="https://www.linkedin.com/in/ada-marsh")

        await run(engine, event)

        [dossier] = await world.dossiers(event)
        assert dossier.linkedin.status is LinkedInStatus.NOT_AVAILABLE
        assert dossier.linkedin.headline is None
        assert dossier.completeness is Completeness.EMPTY
        assert dossier.missing[0].part == "website"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({}, "company_website"),
            ({"company_website": "http://10.0.0.1/"}, "company_website"),
            ({"linkedin": "https://example.com/in/ada"}, "linkedin"),
        ],
    )
    async def test_what_cannot_be_analysed_fails_at_once(
        self, engine: TestEngine, world: World, fields: dict[str, Any], field: str
    ) -> None:
        event = await world.register(**fields)

        [ended] = await run(engine, event)

        assert ended.status == "Failed"
        assert ended.output["name"] == "ValidationError"
        await failed(world, event, field)

    async def test_a_registration_that_was_deleted_fails_at_once(
        self, engine: TestEngine, world: World
    ) -> None:
        event = await world.register(company_website="https://example.com/")
        gone = event.model_copy(update={"request_id": UUID(int=1)})

        [ended] = await run(engine, gone)

        assert ended.output["name"] == "NotFoundError"

    async def test_the_same_event_is_analysed_once(
        self, engine: TestEngine, world: World, web: Web
    ) -> None:
        event = await world.register(company_website=web.site("corner-bakery"))
        await run(engine, event)
        engine.send(event)
        other = await world.register(company_website=web.site("corner-bakery-2"))
        await run(engine, other)

        assert len(await world.dossiers(event)) == 1
        assert web.paths("corner-bakery").count("/") == 1

    async def test_an_older_analysis_gives_way(
        self, engine: TestEngine, world: World, web: Web
    ) -> None:
        event = await world.register(company_website=web.site("corner-bakery"), analysis_number=2)

        [ended] = await run(engine, event)

        assert ended.output["outcome"] == "skipped"
        assert web.paths("corner-bakery") == []

    async def test_a_dossier_that_cannot_be_saved_is_a_warning(
        self, engine: TestEngine, world: World, web: Web, database: DatabaseUrls
    ) -> None:
        break_saving(database)
        event = await world.register(company_website=web.site("corner-bakery"))

        [ended] = await run(engine, event)

        assert ended.status == "Completed"
        assert ended.output["warnings"] == [UNSAVED]
        registration = await world.registration(event)
        assert registration.status == RegistrationStatus.COMPLETED
        assert registration.warnings == [UNSAVED]
        assert await world.dossiers(event) == []
        assert web.paths("corner-bakery").count("/") == 1


@pytest.mark.chaos
async def test_wherever_the_worker_dies_there_is_one_dossier(
    tmp_path: Path, databases: FreshDatabases, web: Web
) -> None:
    """And no page that was stored is asked for again."""
    site = "meridian-health"

    async def play(deaths: Deaths) -> object:
        web.forget()
        with databases() as urls, an_engine(tmp_path) as engine:
            settings = settings_for(urls, engine)
            async with a_world(settings) as world:
                with served_app(deaths.of(worker_app(settings))):
                    event = await world.register(company_website=web.site(site))
                    [ended] = await run(engine, event)
                return (
                    ended.output,
                    [dossier.model_dump() for dossier in await world.dossiers(event)],
                    [data["step"] for data in await progress_of(world)],
                    sorted(web.paths(site)),
                )

    # A death before the answer comes after the page was stored, one before the work before it was
    # asked for: so every address is asked for once in every play.
    assert await check_every_boundary(play, at_least=8) >= 8


@pytest.mark.chaos
@pytest.mark.timeout(2 * PATIENCE_SECONDS)
async def test_many_at_once_keep_the_limits(
    engine: TestEngine, database: DatabaseUrls, web: Web
) -> None:
    """Few requests at a time to a site, and a pause between any two of them."""
    delay = timedelta(milliseconds=40)
    settings = settings_for(
        database,
        engine,
        registration_host_delay=delay,
        registration_page_timeout=timedelta(seconds=60),
    )
    sites = [f"corner-bakery-{number}" for number in range(MANY // PER_SITE)]
    async with a_world(settings) as world:
        events = [
            await world.register(company_website=web.site(sites[number % len(sites)]))
            for number in range(MANY)
        ]
        with served_app(worker_app(settings)):
            await run(engine, *events)
        statuses = {(await world.registration(event)).status for event in events}
    seen = web.seen()
    assert statuses == {RegistrationStatus.COMPLETED}
    assert max(seen.most_open.values()) <= 3
    for site in sites:
        of_site = [request for request in seen.requests if request.host == f"{site}.localhost"]
        began = [request.began_seconds for request in of_site]
        assert [request.path for request in of_site].count("/") == PER_SITE
        assert began[-1] - began[0] >= 0.9 * delay.total_seconds() * (len(began) - 1)


@contextmanager
def an_engine(folder: Path) -> Iterator[TestEngine]:
    number = len(list(folder.iterdir()))
    inner = folder / str(number)
    inner.mkdir()
    with running_engine(inner) as engine:
        yield engine


async def progress_of(world: World) -> list[dict[str, Any]]:
    async with world.database.tenant_session(world.tenant_id) as session:
        rows = await session.scalars(
            select(OutboxEvent.data)
            .where(OutboxEvent.name == "registration/progress")
            .order_by(OutboxEvent.sequence)
        )
        return list(rows)


async def failed(world: World, event: RegistrationReceived, field: str) -> None:
    """Wait until the failure is written down where recruiters look."""
    for _ in range(200):
        registration = await world.registration(event)
        if registration.status == RegistrationStatus.FAILED:
            assert field in (registration.failure or "")
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the registration is not marked as failed")


def break_saving(urls: DatabaseUrls) -> None:
    """Let the database refuse to keep finished dossiers."""
    engine = create_engine(urls.owner)
    with engine.begin() as connection:
        connection.execute(
            text(
                "ALTER TABLE registration_dossiers ADD CONSTRAINT no_room CHECK (document IS NULL)"
            )
        )
    engine.dispose()
