"""What machines ask: is the process alive, can it serve, what has it measured."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.database import Database
from blacklight_shared.metrics import metrics_response
from blacklight_shared.migrations import head_revision
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from blacklight_api.gateway import Gateway, gateway_of
from blacklight_api.problems import Unavailable, problem_responses

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """Whether the process is alive; a restart helps when it is not."""
    return Health()


@router.get("/readyz", responses=problem_responses(503))
async def readyz(gateway: Annotated[Gateway, Depends(gateway_of)]) -> Health:
    """Whether requests can be served: the database answers and its schema is this version's."""
    expected = head_revision()
    found = await _schema_revision(gateway.database)
    if found != expected:
        raise Unavailable(f"The database is at schema {found}, this version needs {expected}.")
    return Health()


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Everything measured, for Prometheus."""
    return metrics_response()


async def _schema_revision(database: Database) -> str | None:
    try:
        async with database.global_session() as session:
            revision: str | None = await session.scalar(
                text("SELECT version_num FROM alembic_version")
            )
            return revision
    except SQLAlchemyError as error:
        raise Unavailable("The database does not answer.") from error
