from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from blacklight_shared.database import Database
from blacklight_shared.events import (
    CandidateDeleted,
    Event,
    GenerateCandidateMatches,
    JobPostingUpdated,
    RefreshCandidateMatches,
)
from blacklight_shared.models import OutboxEvent
from blacklight_shared.outbox import EventApi, OutboxRelay, add_events, relay
from blacklight_shared.outbox.delivery import EngineUnavailableError
from blacklight_shared.outbox.metrics import OUTBOX_DEAD
from sqlalchemy import func, select, text, update

from .conftest import Engine


def generate(candidate_id: int) -> GenerateCandidateMatches:
    return GenerateCandidateMatches(candidate_id=candidate_id, tenant_id=1)


async def write(db: Database, tenant_id: int, *events: Event) -> None:
    async with db.tenant_session(tenant_id) as session:
        await add_events(session, events, tenant_id=tenant_id)


async def outbox(db: Database) -> list[OutboxEvent]:
    async with db.system_session() as session:
        return list(await session.scalars(select(OutboxEvent).order_by(OutboxEvent.sequence)))


async def drain(outbox_relay: OutboxRelay) -> None:
    while await outbox_relay.relay_batch():
        pass


async def test_events_are_sent_under_their_outbox_id(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    await write(db, tenant_id, generate(1), generate(2))

    await drain(OutboxRelay(db, event_api))

    rows = await outbox(db)
    assert [event["id"] for event in engine.received] == [str(row.id) for row in rows]
    assert all(row.sent_at is not None for row in rows)
    assert engine.received[0]["data"] == {"candidate_id": 1, "tenant_id": 1, "trigger": "manual"}


async def test_a_rolled_back_change_announces_nothing(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    class ChangeFailedError(Exception):
        pass

    async def change() -> None:
        async with db.tenant_session(tenant_id) as session:
            await add_events(session, [generate(1)], tenant_id=tenant_id)
            raise ChangeFailedError

    with pytest.raises(ChangeFailedError):
        await change()

    await drain(OutboxRelay(db, event_api))
    assert engine.received == []


async def test_one_subject_keeps_its_order_across_relays(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    candidates = range(1, 13)
    for candidate_id in candidates:
        await write(
            db,
            tenant_id,
            generate(candidate_id),
            RefreshCandidateMatches(candidate_id=candidate_id, tenant_id=1),
            CandidateDeleted(candidate_id=candidate_id, tenant_id=1),
        )

    async def drain_all() -> None:
        outbox_relay = OutboxRelay(db, event_api)
        while any(row.sent_at is None for row in await outbox(db)):
            await outbox_relay.relay_batch()

    await asyncio.gather(drain_all(), drain_all(), drain_all())

    assert len(engine.received) == 3 * len(candidates)
    for candidate_id in candidates:
        names = [
            event["name"]
            for event in engine.received
            if event["data"]["candidate_id"] == candidate_id  # type: ignore[index]
        ]
        assert names == [
            "job-match/generate-candidate",
            "job-match/refresh-candidate",
            "candidate/deleted",
        ]


async def test_an_unreachable_engine_costs_no_event_an_attempt(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    await write(db, tenant_id, generate(1))
    outbox_relay = OutboxRelay(db, event_api)

    for status in (503, 429, 401):
        engine.status = status
        with pytest.raises(EngineUnavailableError):
            await outbox_relay.relay_batch()
    assert [row.attempts for row in await outbox(db)] == [0]

    engine.status = 200
    await drain(outbox_relay)
    assert engine.names == ["job-match/generate-candidate"]


async def test_a_refused_event_does_not_hold_up_the_others(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    engine.refused_names = {"job-posting/updated"}
    refused = JobPostingUpdated(job_id=7, changed_fields=["title"])
    await write(db, tenant_id, generate(1), refused, generate(2))

    await drain(OutboxRelay(db, event_api))

    assert engine.names == ["job-match/generate-candidate"] * 2
    [kept] = [row for row in await outbox(db) if row.sent_at is None]
    assert (kept.name, kept.attempts, kept.dead_at) == ("job-posting/updated", 1, None)
    assert kept.last_error == "400: event refused"


async def test_after_the_last_refusal_an_event_is_set_aside(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    engine.refused_names = {"job-posting/updated"}
    await write(db, tenant_id, JobPostingUpdated(job_id=7, changed_fields=["title"]))
    async with db.system_session() as session:
        await session.execute(update(OutboxEvent).values(attempts=relay.MAX_REFUSALS - 1))

    outbox_relay = OutboxRelay(db, event_api)
    await drain(outbox_relay)

    [row] = await outbox(db)
    assert row.dead_at is not None
    await outbox_relay.measure()
    assert [metric.samples[0].value for metric in OUTBOX_DEAD.collect()] == [1]


async def test_a_relay_that_dies_before_marking_sends_the_same_id_again(
    db: Database,
    tenant_id: int,
    engine: Engine,
    event_api: EventApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await write(db, tenant_id, generate(1))

    async def die(*_arguments: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(relay, "_mark_sent", die)
        with pytest.raises(ConnectionResetError):
            await OutboxRelay(db, event_api).relay_batch()
    await drain(OutboxRelay(db, event_api))

    first, second = engine.received
    assert first["id"] == second["id"]


async def test_a_running_relay_is_woken_by_a_write(
    db: Database,
    tenant_id: int,
    engine: Engine,
    event_api: EventApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay, "POLL_INTERVAL", timedelta(hours=1))
    stop = asyncio.Event()
    running = asyncio.create_task(OutboxRelay(db, event_api).run(stop))
    while not await _is_listening(db):
        await asyncio.sleep(0.02)

    await write(db, tenant_id, generate(1))
    while not engine.received:
        await asyncio.sleep(0.01)

    stop.set()
    await running


async def test_a_running_relay_outlives_an_outage(
    db: Database,
    tenant_id: int,
    engine: Engine,
    event_api: EventApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay, "FIRST_BACKOFF", timedelta(milliseconds=10))
    engine.status = 503
    await write(db, tenant_id, generate(1))
    stop = asyncio.Event()
    running = asyncio.create_task(OutboxRelay(db, event_api).run(stop))
    await asyncio.sleep(0.1)

    engine.status = 200
    while not engine.received:
        await asyncio.sleep(0.01)

    stop.set()
    await running


async def test_only_events_sent_long_ago_are_purged(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    await write(db, tenant_id, generate(1), generate(2), generate(3))
    first, second, _unsent = await outbox(db)
    async with db.system_session() as session:
        for row, age in ((first, timedelta(days=8)), (second, timedelta(days=6))):
            await session.execute(
                update(OutboxEvent).where(OutboxEvent.id == row.id).values(sent_at=func.now() - age)
            )

    assert await OutboxRelay(db, event_api).purge() == 1
    assert first.id not in {row.id for row in await outbox(db)}


async def _is_listening(db: Database) -> bool:
    async with db.system_session() as session:
        listening = await session.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        )
        return bool(listening)
