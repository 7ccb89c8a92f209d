"""The status page: apps, functions, runs and events, with buttons to run again and to cancel."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from blacklight_devstack.engine.api import EngineDep
from blacklight_devstack.engine.engine import UnknownError
from blacklight_devstack.engine.model import RunStatus
from blacklight_devstack.engine.store import apps, events, runs, steps

_PAGE_SIZE = 50
_JSON_SHOWN_BYTES = 100_000


def _time(epoch_ms: int | None) -> str:
    if epoch_ms is None:
        return "–"
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return moment.isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")


def _pretty(content: bytes | dict[str, Any] | None) -> str:
    if content is None:
        return "–"
    value = orjson.loads(content) if isinstance(content, bytes) else content
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    if len(text) > _JSON_SHOWN_BYTES:
        return text[:_JSON_SHOWN_BYTES].decode(errors="replace") + "\n… (cut)"
    return text.decode()


_templates = Environment(
    loader=PackageLoader("blacklight_devstack.engine"), autoescape=True, undefined=StrictUndefined
)
_templates.filters |= {"time": _time, "pretty": _pretty}


@dataclass(frozen=True, slots=True)
class _Filter:
    """What the list of runs is narrowed to."""

    function: str = ""
    status: str = ""
    before: str = ""


def _same_origin(request: Request) -> None:
    """Refuse forms that another site sends through the browser."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "forms are taken from the engine's own pages only")


router = APIRouter(default_response_class=HTMLResponse)
_form = [Depends(_same_origin)]


@router.get("/")
async def list_runs(engine: EngineDep, wanted: Annotated[_Filter, Depends()]) -> str:
    """Runs, newest first."""
    found = runs.list_runs(
        engine.database,
        fn_id=wanted.function or None,
        status=wanted.status or None,
        before=wanted.before or None,
        limit=_PAGE_SIZE,
    )
    return _render(
        "runs.html",
        runs=found,
        wanted=wanted,
        statuses=list(RunStatus),
        counts=runs.count_by_status(engine.database),
        next_before=found[-1].id if len(found) == _PAGE_SIZE else None,
    )


@router.get("/runs/{run_id}")
async def show_run(run_id: str, engine: EngineDep) -> str:
    """One run with its steps and calls."""
    run = runs.get_run(engine.database, run_id)
    if run is None:
        raise HTTPException(404, f"there is no run {run_id}")
    return _render(
        "run.html",
        run=run,
        events=events.events_of_run(engine.database, run_id),
        steps=steps.steps_of_run(engine.database, run_id),
        attempts=runs.attempts_of_run(engine.database, run_id),
    )


@router.post("/runs/{run_id}/cancel", dependencies=_form)
async def cancel_run(run_id: str, engine: EngineDep) -> RedirectResponse:
    """Cancel a run."""
    try:
        engine.cancel(run_id)
    except UnknownError as error:
        raise HTTPException(404, str(error)) from error
    return RedirectResponse(f"/runs/{run_id}", status_code=303)


@router.post("/runs/{run_id}/rerun", dependencies=_form)
async def rerun(run_id: str, engine: EngineDep) -> RedirectResponse:
    """Run again on the same events."""
    try:
        new_id = engine.rerun(run_id)
    except UnknownError as error:
        raise HTTPException(404, str(error)) from error
    return RedirectResponse(f"/runs/{new_id}", status_code=303)


@router.get("/functions")
async def list_functions(engine: EngineDep) -> str:
    """Apps and their functions."""
    found = [
        {
            "app": app,
            "urls": engine.workers.urls(app.id),
            "functions": [f.config for f in engine.registry.active() if f.app_id == app.id],
        }
        for app in apps.list_apps(engine.database)
    ]
    return _render("functions.html", apps=found)


@router.post("/functions/{fn_id}/invoke", dependencies=_form)
async def invoke(fn_id: str, engine: EngineDep) -> RedirectResponse:
    """Run a function now, without data."""
    try:
        event = engine.invoke(fn_id, {})
    except UnknownError as error:
        raise HTTPException(404, str(error)) from error
    return RedirectResponse(f"/events/{event.internal_id}", status_code=303)


@router.get("/events")
async def list_events(
    engine: EngineDep,
    name: Annotated[str | None, Query()] = None,
    before: Annotated[str | None, Query()] = None,
) -> str:
    """Events, newest first."""
    found = events.list_events(engine.database, name=name or None, before=before, limit=_PAGE_SIZE)
    return _render(
        "events.html",
        events=found,
        name=name,
        next_before=found[-1].event.internal_id if len(found) == _PAGE_SIZE else None,
    )


@router.get("/events/{event_id}")
async def show_event(event_id: str, engine: EngineDep) -> str:
    """One event and the runs that it started."""
    stored = events.get_event(engine.database, event_id)
    if stored is None:
        raise HTTPException(404, f"there is no event {event_id}")
    return _render("event.html", stored=stored, runs=runs.runs_of_event(engine.database, event_id))


def _render(template: str, **values: object) -> str:
    return _templates.get_template(template).render(**values)
