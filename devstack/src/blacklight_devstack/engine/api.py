"""The HTTP API: events, registration, and the reads that SDKs and people make.

Routes have the paths and answers of the real server, as far as they go:

====================================  ==========================================================
``GET /health``                       200 when the engine runs
``POST /e/{key}``                     one event or a list; answers with their internal ids
``POST /invoke/{function id}``        call a function now (also a cron function), body ``{"data"}``
``POST /fn/register``                 the SDK's registration
``GET /v0/runs/{id}/batch, actions``  events and memos of a run too large for one request
``POST /v0/gql``                      GraphQL, see :mod:`.graphql_api`
``GET /v1/events[/{id}[/runs]]``      events and the runs that they started
``GET /v1/runs/{id}``                 a run; ``DELETE`` cancels it
``POST /v1/runs/{id}/rerun``          the same events again (not on the real server)
``GET /v1/apps/{app}/functions``      functions of an app
====================================  ==========================================================
"""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import ValidationError

from blacklight_devstack.engine.engine import Engine, UnknownError
from blacklight_devstack.engine.ids import EventIdSeed
from blacklight_devstack.engine.intake import InvalidEventError, read_events
from blacklight_devstack.engine.model import EVENT_MAX_BYTES, Run, RunStatus
from blacklight_devstack.engine.registration import SyncRequest
from blacklight_devstack.engine.signing import is_authorised
from blacklight_devstack.engine.store import events, runs, steps

_BODY_MAX_BYTES = 64 * EVENT_MAX_BYTES
_PAGE_MAX = 100


def engine_of(request: Request) -> Engine:
    """The engine that serves this request."""
    engine: Engine = request.app.state.engine
    return engine


EngineDep = Annotated[Engine, Depends(engine_of)]


def _check_signing_key(request: Request, engine: EngineDep) -> None:
    key = engine.options.signing_key
    if key is not None and not is_authorised(request.headers.get("authorization"), key):
        raise HTTPException(401, "the Authorization header does not carry the signing key's hash")


router = APIRouter()
keyed = APIRouter(dependencies=[Depends(_check_signing_key)])


@router.get("/health")
async def health() -> Response:
    """Say that the engine runs."""
    return _json({"status": 200, "message": "OK"})


@router.post("/e/{key}")
async def receive_events(key: str, request: Request, engine: EngineDep) -> Response:
    """Take events."""
    if engine.options.event_key not in (None, key):
        return _json({"ids": [], "status": 401, "error": "Event key not found"}, 401)
    body = await request.body()
    if len(body) > _BODY_MAX_BYTES:
        message = f"the request has {len(body)} bytes; at most {_BODY_MAX_BYTES} are allowed"
        return _json({"ids": [], "status": 413, "error": message}, 413)
    seed = EventIdSeed.from_header(request.headers.get("x-inngest-event-id-seed"))
    try:
        received = read_events(body, seed, engine.clock.now_ms())
    except InvalidEventError as error:
        return _json({"ids": [], "status": 400, "error": str(error)}, 400)
    engine.publish(received)
    return _json({"ids": [event.internal_id for event in received], "status": 200})


@router.post("/invoke/{fn_id}")
async def invoke(fn_id: str, request: Request, engine: EngineDep) -> Response:
    """Call a function now."""
    try:
        content = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"the body is not JSON: {error}") from error
    data = content.get("data") if isinstance(content, dict) else None
    if data is not None and not isinstance(data, dict):
        raise HTTPException(400, "data: a JSON object is required")
    try:
        event = engine.invoke(fn_id, data or {})
    except UnknownError as error:
        raise HTTPException(404, str(error)) from error
    return _json({"id": event.internal_id, "status": 200})


@keyed.post("/fn/register")
async def register(request: Request, engine: EngineDep) -> Response:
    """Take an app's registration."""
    kind = engine.options.server_kind
    expected = request.headers.get("x-inngest-expected-server-kind") or kind
    if expected != kind:
        return _json({"error": f"Expected server kind {expected}, got {kind}"}, 400)
    try:
        sync = SyncRequest.model_validate_json(await request.body())
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        return _json({"error": f"Invalid request: {problems}"}, 400)
    return _json({"ok": True, "modified": engine.register(sync)})


@keyed.get("/v0/runs/{run_id}/batch")
async def run_batch(run_id: str, engine: EngineDep) -> Response:
    """The events of a run."""
    _run(engine, run_id)
    bodies = events.event_bodies_of_run(engine.database, run_id)
    return _json([orjson.Fragment(body) for body in bodies])


@keyed.get("/v0/runs/{run_id}/actions")
async def run_actions(run_id: str, engine: EngineDep) -> Response:
    """The memos of a run."""
    _run(engine, run_id)
    memos = steps.memos_of_run(engine.database, run_id)
    return _json({step_id: orjson.Fragment(memo) for step_id, memo in memos.items()})


@keyed.get("/v1/events")
async def list_events(
    engine: EngineDep,
    name: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=_PAGE_MAX)] = 20,
) -> Response:
    """Events, newest first; ``cursor`` is the last internal id of the page before."""
    found = events.list_events(engine.database, name=name, before=cursor, limit=limit)
    return _data([_event_answer(stored) for stored in found])


@keyed.get("/v1/events/{event_id}")
async def get_event(event_id: str, engine: EngineDep) -> Response:
    """One event by its internal id."""
    stored = events.get_event(engine.database, event_id)
    if stored is None:
        raise HTTPException(404, f"there is no event {event_id}")
    return _data(_event_answer(stored))


@keyed.get("/v1/events/{event_id}/runs")
async def event_runs(event_id: str, engine: EngineDep) -> Response:
    """The runs that an event started."""
    found = runs.runs_of_event(engine.database, event_id)
    return _data([_run_answer(run, event_id) for run in found])


@keyed.get("/v1/runs/{run_id}")
async def get_run(run_id: str, engine: EngineDep) -> Response:
    """One run."""
    run = _run(engine, run_id)
    first = events.first_event_of_run(engine.database, run_id)
    return _data(_run_answer(run, first.internal_id))


@keyed.delete("/v1/runs/{run_id}")
async def cancel_run(run_id: str, engine: EngineDep) -> Response:
    """Cancel a run; one that has ended stays as it is."""
    _run(engine, run_id)
    engine.cancel(run_id)
    return Response(status_code=204)


@keyed.post("/v1/runs/{run_id}/rerun")
async def rerun(run_id: str, engine: EngineDep) -> Response:
    """Start a new run on the same events."""
    _run(engine, run_id)
    return _data({"run_id": engine.rerun(run_id)})


@keyed.get("/v1/apps/{app_id}/functions")
async def app_functions(app_id: str, engine: EngineDep) -> Response:
    """The functions of an app as it was last synced."""
    found = [function for function in engine.registry.active() if function.app_id == app_id]
    if not found:
        raise HTTPException(404, f"there is no app {app_id}")
    return _data([function.config.model_dump(mode="json", by_alias=True) for function in found])


def function_uuid(fn_id: str) -> str:
    """A function's id where the real server's API has a UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, fn_id))


def iso(epoch_ms: int | None) -> str | None:
    """A time as the API writes it."""
    return None if epoch_ms is None else datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat()


def _run(engine: Engine, run_id: str) -> Run:
    run = runs.get_run(engine.database, run_id)
    if run is None:
        raise HTTPException(404, f"there is no run {run_id}")
    return run


def _run_answer(run: Run, event_id: str) -> dict[str, Any]:
    status = RunStatus.RUNNING if run.status is RunStatus.QUEUED else run.status
    return {
        "run_id": run.id,
        "run_started_at": iso(run.queued_ms),
        "function_id": function_uuid(run.fn_id),
        "event_id": event_id,
        "cron": run.cron,
        "original_run_id": run.rerun_of,
        "status": status.title(),
        "ended_at": iso(run.ended_ms),
        "output": None if run.output is None else orjson.Fragment(run.output),
    }


def _event_answer(stored: events.StoredEvent) -> dict[str, Any]:
    return stored.event.as_dict() | {
        "internal_id": stored.event.internal_id,
        "received_at": iso(stored.received_ms),
    }


def _data(content: object) -> Response:
    now = datetime.now(UTC).isoformat()
    return _json({"data": content, "metadata": {"fetched_at": now, "cached_until": None}})


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
