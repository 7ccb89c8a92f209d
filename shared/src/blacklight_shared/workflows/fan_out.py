"""Many runs from one, and how to know that all of them are done.

Three ways, by what the coordinator needs afterwards:

- ``invoke_all``: it needs the results. Every item is a run of its own with its own retries, and the
  engine resumes the coordinator with each result. At most 1,000 items. The one to start with.
- ``fan_out_and_wait``: the items are handled by another app, which announces each completion with
  an event. The waits are planned in the same answer to the engine as the send, so that none begins
  after the completion it waits for.
- ``fan_out`` and ``fan_in.completes_group``: nobody waits. Every item marks itself done in the
  database, in the transaction of its work, and the last one goes on. No limit on the items.

Sending first and waiting in the next step is not among them: an event that arrives before the wait
is registered is missed for good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import inngest
import orjson

from blacklight_shared.events import Event
from blacklight_shared.workflows.errors import NonRetriableError
from blacklight_shared.workflows.expressions import literal
from blacklight_shared.workflows.functions import Workflow
from blacklight_shared.workflows.invoke import DEFAULT_INVOKE_TIMEOUT, invoke
from blacklight_shared.workflows.parallel import Branch, parallel_all
from blacklight_shared.workflows.triggers import parse_event

EventT = TypeVar("EventT", bound=Event)
ResultT = TypeVar("ResultT")

MAX_EVENTS_PER_SEND = 1_000
MAX_EVENT_BYTES = 512 * 1024


async def fan_out(ctx: inngest.Context, step_id: str, payloads: Sequence[Event]) -> int:
    """Send events as one step, or one per thousand events.

    Event ids are made from the run and the step, so that a step that is repeated after a crash does
    not start anything twice.

    Args:
        ctx: The run that sends.
        step_id: Unique in the run.
        payloads: Events of the catalogue; none is fine.

    Returns:
        How many events were sent.

    Raises:
        NonRetriableError: An event is larger than 512 KB.
    """
    for number, chunk in enumerate(_chunks(_to_events(ctx, step_id, payloads))):
        await ctx.step.send_event(step_id if number == 0 else f"{step_id}-{number + 1}", chunk)
    return len(payloads)


async def invoke_all(
    ctx: inngest.Context,
    step_id: str,
    workflow: Workflow[EventT, Any, ResultT],
    payloads: Sequence[EventT],
    *,
    timeout: timedelta = DEFAULT_INVOKE_TIMEOUT,  # noqa: ASYNC109 -- kept by the engine
) -> list[ResultT]:
    """Run a workflow once for each payload, all at the same time, and wait for all results.

    The workflow's own concurrency limits hold. A payload's run has its own retries; when it fails
    for good, this raises after the others have ended.

    Args:
        ctx: The run that calls.
        step_id: Prefix of the step ids, unique in the run.
        workflow: What to run; of the same app.
        payloads: What each run is given; at most 1,000.
        timeout: How long to wait for each result.

    Returns:
        The results, in the order of the payloads.

    Raises:
        NonRetriableError: There are more payloads than a run may have steps.
        inngest.StepError: A run failed, was cancelled or took longer than ``timeout``.
    """
    return await parallel_all(
        ctx,
        [
            partial(invoke, ctx, f"{step_id}-{number}", workflow, payload, timeout=timeout)
            for number, payload in enumerate(payloads)
        ],
    )


async def fan_out_and_wait(
    ctx: inngest.Context,
    step_id: str,
    payloads: Sequence[Event],
    *,
    completed: type[EventT],
    same: str | tuple[str, ...],
    timeout: timedelta,  # noqa: ASYNC109 -- kept by the engine
) -> list[EventT | None]:
    """Send events and wait until each of them was answered by an event of its own.

    Args:
        ctx: The run that sends.
        step_id: Prefix of the step ids, unique in the run.
        payloads: Events of the catalogue; fewer than 1,000.
        completed: The event that says that one of them is done.
        same: Field, or fields, that a payload and its completion share; together they must tell the
            payloads of this run apart from each other and from those of every other run.
        timeout: How long to wait for each completion.

    Returns:
        The completions, in the order of the payloads; None where ``timeout`` passed.

    Raises:
        NonRetriableError: There are too many payloads for one run, or one is larger than 512 KB.
    """
    fields = (same,) if isinstance(same, str) else same
    events = _to_events(ctx, f"{step_id}-send", payloads)

    async def send() -> None:
        await ctx.step.send_event(f"{step_id}-send", events)

    async def wait(number: int, payload: Event) -> EventT | None:
        event = await ctx.step.wait_for_event(
            f"{step_id}-wait-{number}",
            event=completed.name,
            if_exp=_same_values(payload, fields),
            timeout=timeout,
        )
        return None if event is None else parse_event(completed, event.data)

    branches: list[Branch[EventT | None]] = [
        partial(wait, number, payload) for number, payload in enumerate(payloads)
    ]
    # The engine registers the waits of a group before it starts the group's other steps.
    return (await parallel_all(ctx, [*branches, send]))[:-1]


def _to_events(
    ctx: inngest.Context, step_id: str, payloads: Sequence[Event]
) -> list[inngest.Event]:
    events = [
        payload.to_inngest(f"{ctx.run_id}-{step_id}-{number}")
        for number, payload in enumerate(payloads)
    ]
    for event in events:
        size_bytes = len(orjson.dumps(event.data))
        if size_bytes > MAX_EVENT_BYTES:
            raise NonRetriableError(
                f"event {event.name!r} has {size_bytes} bytes, more than {MAX_EVENT_BYTES}:"
                " send ids, and leave the data in the database"
            )
    return events


def _chunks(events: list[inngest.Event]) -> Iterator[list[inngest.Event]]:
    for start in range(0, len(events), MAX_EVENTS_PER_SEND):
        yield events[start : start + MAX_EVENTS_PER_SEND]


def _same_values(payload: Event, fields: tuple[str, ...]) -> str:
    data = payload.model_dump(mode="json")
    return " && ".join(f"async.data.{field} == {literal(data[field])}" for field in fields)
