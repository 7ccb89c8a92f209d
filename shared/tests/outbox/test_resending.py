from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from blacklight_shared.database import Database
from blacklight_shared.outbox import EventApi, OutboxRelay, relay, resend_dead, resend_since

from .conftest import Engine
from .test_relay import drain, generate, outbox, write


async def test_what_was_sent_since_is_sent_again_under_the_same_ids(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    await write(db, tenant_id, generate(1))
    await drain(OutboxRelay(db, event_api))
    lost_at = datetime.now(UTC)
    await write(db, tenant_id, generate(2), generate(3))
    await drain(OutboxRelay(db, event_api))
    _before, *lost = engine.received
    engine.received.clear()

    async with db.system_session() as session:
        assert await resend_since(session, lost_at) == 2
    await drain(OutboxRelay(db, event_api))

    assert engine.received == lost


async def test_nothing_is_sent_again_that_was_sent_before(
    db: Database, tenant_id: int, engine: Engine, event_api: EventApi
) -> None:
    await write(db, tenant_id, generate(1))
    await drain(OutboxRelay(db, event_api))

    async with db.system_session() as session:
        assert await resend_since(session, datetime.now(UTC) + timedelta(seconds=1)) == 0

    assert all(row.sent_at is not None for row in await outbox(db))


async def test_what_was_set_aside_has_all_its_attempts_again(
    db: Database,
    tenant_id: int,
    engine: Engine,
    event_api: EventApi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay, "MAX_REFUSALS", 1)
    engine.refused_names = {generate(1).name}
    await write(db, tenant_id, generate(1))
    await drain(OutboxRelay(db, event_api))
    [dead] = await outbox(db)
    assert dead.dead_at is not None
    engine.refused_names = set()

    async with db.system_session() as session:
        assert await resend_dead(session) == 1
    await drain(OutboxRelay(db, event_api))

    [sent] = await outbox(db)
    assert sent.sent_at is not None
    assert (sent.dead_at, sent.attempts) == (None, 0)
    assert len(engine.received) == 1
