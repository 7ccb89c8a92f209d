"""Whether a worker can do its work: the database answers and has the schema the code expects."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum

from alembic.script import ScriptDirectory
from pydantic import BaseModel
from sqlalchemy import text

from blacklight_shared.database import Database
from blacklight_shared.migrations import alembic_config, head_revision

CHECK_TIMEOUT = timedelta(seconds=3)


class SchemaState(StrEnum):
    """The database's schema, seen from this code."""

    CURRENT = "current"
    NEWER = "newer"
    OLDER = "older"


class EngineContact(BaseModel):
    """When the engine last reached this process; it does not count for ``ready``.

    A replica is first called after it is ready, and is told apart from its siblings by nobody: the
    engine syncs with their common address.

    Attributes:
        last_sync: When this process last told the engine of its workflows.
        last_call: When the engine last had a step done here.
    """

    last_sync: datetime | None = None
    last_call: datetime | None = None


class Readiness(BaseModel):
    """What ``/readyz`` answers.

    Attributes:
        ready: Whether work may be sent here.
        database: ``ok``, or the class of the fault.
        schema_state: ``newer`` is fine: migrations only add while two releases run side by side.
            None when the database does not answer.
        engine: When the engine was heard of; None for a process that it does not call.
    """

    ready: bool
    database: str
    schema_state: SchemaState | None
    engine: EngineContact | None


async def check_readiness(database: Database, engine: EngineContact | None) -> Readiness:
    """Ask the database, for three seconds at most; never raises."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT.total_seconds()):
            state = await _schema_state(database)
    except Exception as error:
        return Readiness(
            ready=False,
            database=type(error).__name__,
            schema_state=None,
            engine=engine,
        )
    return Readiness(
        ready=state is not SchemaState.OLDER,
        database="ok",
        schema_state=state,
        engine=engine,
    )


async def _schema_state(database: Database) -> SchemaState:
    async with database.global_session() as session:
        found = await session.scalar(text("SELECT version_num FROM alembic_version"))
    if found == head_revision():
        return SchemaState.CURRENT
    known = {
        script.revision
        for script in ScriptDirectory.from_config(alembic_config("")).walk_revisions()
    }
    return SchemaState.OLDER if found is None or found in known else SchemaState.NEWER
