"""Emulates the embedding APIs of OpenAI, Voyage AI and Gemini on one loopback port.

Below ``/openai``, ``/voyage`` and ``/gemini`` are the services' own paths, errors and limits, so a
client with the base URL ``http://127.0.0.1:8090/openai/v1`` meets what it meets in production. The
vectors are bags of words: deterministic, and alike for texts that have words in common.

``POST /control/faults`` makes the next calls of a service go wrong (see `FaultOrder`),
``GET /control/calls`` tells what was called (see `Call`), ``DELETE /control`` forgets both.

Run it with ``python -m blacklight_devstack.emulators.embeddings --port 8090``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Self

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field, model_validator

from blacklight_devstack.emulators.embedding_services import (
    Gemini,
    OpenAi,
    Refused,
    Service,
    ServiceName,
    Voyage,
    Work,
)
from blacklight_devstack.ports import LOOPBACK


class Fault(StrEnum):
    """What goes wrong with a call."""

    RATE_LIMITED = "rate_limited"
    """429, with the delay in ``Retry-After`` or, with Gemini, in the body."""
    SERVER_ERROR = "server_error"
    """500 in the service's own shape."""
    BAD_GATEWAY = "bad_gateway"
    """502 and HTML, as from a proxy."""
    SLOW = "slow"
    """The right answer after the delay."""
    NOT_JSON = "not_json"
    """200 and HTML."""
    TRUNCATED = "truncated"
    """200 and the first half of the answer."""
    MISSING_VECTOR = "missing_vector"
    """One vector too few."""
    REPEATED_INDEX = "repeated_index"
    """All vectors say that they are the first; not with Gemini, whose vectors carry no index."""
    NULL_COMPONENT = "null_component"
    """A vector with a hole in it."""
    ZERO_VECTOR = "zero_vector"
    """A vector without a direction."""
    WRONG_DIMENSION = "wrong_dimension"
    """Vectors with one component too few."""
    REVERSED = "reversed"
    """The right vectors, last first; not with Gemini, where the order is the index."""


class FaultOrder(BaseModel):
    """Makes a service's next calls go wrong; orders for one service queue up."""

    service: ServiceName
    fault: Fault
    times: int = Field(default=1, ge=1)
    delay_seconds: int = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _has_index(self) -> Self:
        if self.service == "gemini" and self.fault in {Fault.REPEATED_INDEX, Fault.REVERSED}:
            raise ValueError(f"fault must not be {self.fault}: gemini's vectors carry no index")
        return self


class Call(BaseModel):
    """A call that reached a service with a readable body."""

    service: ServiceName
    model: str
    text_count: int
    options: dict[str, Any]
    """What was asked for besides model and texts, by the service's own names."""


class Control:
    """Talks to a running emulator's control endpoints.

    Args:
        url: The emulator's base URL.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=10)

    def order(self, order: FaultOrder) -> None:
        """Make the next calls of a service go wrong."""
        self._client.post("/control/faults", json=order.model_dump(mode="json")).raise_for_status()

    def calls(self) -> list[Call]:
        """What was called since `forget`, the oldest first."""
        answer = self._client.get("/control/calls").raise_for_status()
        return [Call.model_validate(call) for call in answer.json()]

    def forget(self) -> None:
        """Drop orders and calls."""
        self._client.delete("/control").raise_for_status()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


@dataclass(slots=True)
class _State:
    faults: dict[ServiceName, deque[FaultOrder]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def order(self, order: FaultOrder) -> None:
        self.faults.setdefault(order.service, deque()).extend([order] * order.times)

    def next_fault(self, service: ServiceName) -> FaultOrder | None:
        waiting = self.faults.get(service)
        return waiting.popleft() if waiting else None


def create_app() -> FastAPI:
    """Create the emulator, without faults and calls."""
    app = FastAPI(title="Embedding APIs, emulated")
    state = _State()

    for service in (OpenAi(), Voyage(), Gemini()):
        app.post(service.path)(_endpoint(service, state))

    @app.post("/control/faults", status_code=HTTPStatus.NO_CONTENT)
    def order_fault(order: FaultOrder) -> None:
        state.order(order)

    @app.get("/control/calls")
    def list_calls() -> list[Call]:
        return state.calls

    @app.delete("/control", status_code=HTTPStatus.NO_CONTENT)
    def forget() -> None:
        state.faults.clear()
        state.calls.clear()

    return app


def _endpoint(service: Service, state: _State) -> Callable[[Request], Awaitable[Response]]:
    async def call(request: Request) -> Response:
        order = state.next_fault(service.name)
        try:
            service.check_key(request)
            work = service.work(request, await request.body())
            state.calls.append(
                Call(
                    service=service.name,
                    model=work.model,
                    text_count=len(work.texts),
                    options=work.options,
                )
            )
            if order is not None:
                return await _faulty(service, work, order)
            return JSONResponse(_right_answer(service, work))
        except Refused as refused:
            return _refusal(service, refused)

    return call


def _right_answer(service: Service, work: Work) -> dict[str, Any]:
    return service.answer(work.model, service.compute(work), range(len(work.texts)))


def _refusal(service: Service, refused: Refused, delay_seconds: int | None = None) -> Response:
    return JSONResponse(
        service.error(refused, delay_seconds),
        status_code=refused.status,
        headers=service.error_headers(delay_seconds),
    )


_PAGE = "<html><body>This is not what you asked for.</body></html>"


async def _faulty(service: Service, work: Work, order: FaultOrder) -> Response:
    match order.fault:
        case Fault.RATE_LIMITED:
            refused = Refused(HTTPStatus.TOO_MANY_REQUESTS, "too many calls", "rate_limit_exceeded")
            return _refusal(service, refused, order.delay_seconds)
        case Fault.SERVER_ERROR:
            return _refusal(service, Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "it failed"))
        case Fault.BAD_GATEWAY:
            return HTMLResponse(_PAGE, status_code=HTTPStatus.BAD_GATEWAY)
        case Fault.SLOW:
            await asyncio.sleep(order.delay_seconds)
            return JSONResponse(_right_answer(service, work))
        case Fault.NOT_JSON:
            return HTMLResponse(_PAGE)
        case Fault.TRUNCATED:
            whole = json.dumps(_right_answer(service, work))
            return Response(whole[: len(whole) // 2], media_type="application/json")
        case _:
            return JSONResponse(_distorted_answer(service, work, order.fault))


def _distorted_answer(service: Service, work: Work, fault: Fault) -> dict[str, Any]:
    rows: list[list[Any]] = [*service.compute(work)]
    indices = list(range(len(rows)))
    match fault:
        case Fault.MISSING_VECTOR:
            rows, indices = rows[:-1], indices[:-1]
        case Fault.REPEATED_INDEX:
            indices = [0] * len(rows)
        case Fault.NULL_COMPONENT:
            rows[-1][0] = None
        case Fault.ZERO_VECTOR:
            rows[-1] = [0.0] * len(rows[-1])
        case Fault.WRONG_DIMENSION:
            rows = [row[:-1] for row in rows]
        case _:
            rows, indices = rows[::-1], indices[::-1]
    return service.answer(work.model, rows, indices)


def main() -> None:
    """Serve on a loopback port until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(create_app(), host=LOOPBACK, port=parser.parse_args().port)


if __name__ == "__main__":
    main()
