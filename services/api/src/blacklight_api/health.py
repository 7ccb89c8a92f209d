"""What machines ask: is the process alive, can it serve, what has it measured."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from blacklight_shared.metrics import metrics_response
from blacklight_shared.workflows.readiness import Readiness, check_readiness
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from blacklight_api.gateway import Gateway, gateway_of

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """Whether the process is alive; a restart helps when it is not."""
    return Health()


@router.get(
    "/readyz", responses={503: {"description": "Requests cannot be served.", "model": Readiness}}
)
async def readyz(response: Response, gateway: Annotated[Gateway, Depends(gateway_of)]) -> Readiness:
    """Whether requests can be served: the database answers, and its schema is not too old."""
    readiness = await check_readiness(gateway.database, None)
    if not readiness.ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return readiness


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Everything measured, for Prometheus."""
    return metrics_response()
