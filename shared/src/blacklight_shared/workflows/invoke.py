"""Calling one workflow from another and waiting for its result."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

import inngest

from blacklight_shared.events import Event
from blacklight_shared.telemetry import inject_trace
from blacklight_shared.workflows.functions import Workflow
from blacklight_shared.workflows.triggers import EVENT_NAME_FIELD

EventT = TypeVar("EventT", bound=Event)
ResultT = TypeVar("ResultT")

DEFAULT_INVOKE_TIMEOUT = timedelta(hours=2)


async def invoke(
    ctx: inngest.Context,
    step_id: str,
    workflow: Workflow[EventT, Any, ResultT],
    payload: EventT,
    *,
    timeout: timedelta = DEFAULT_INVOKE_TIMEOUT,  # noqa: ASYNC109 -- kept by the engine
) -> ResultT:
    """Run a workflow of the same app in a run of its own and wait for its result.

    The call is one step: the engine starts the run and resumes this one with what it returned, so
    there is nothing to miss in between.

    Args:
        ctx: The run that calls.
        step_id: Unique in the run.
        workflow: What to run.
        payload: What it is given.
        timeout: How long to wait for the result.

    Returns:
        What the workflow's handler returned, as the type it is annotated with.

    Raises:
        inngest.StepError: The run failed, was cancelled or took longer than ``timeout``.
    """
    output = await ctx.step.invoke_by_id(
        step_id,
        function_id=workflow.id,
        data=inject_trace({**payload.model_dump(mode="json"), EVENT_NAME_FIELD: payload.name}),
        timeout=timeout,
    )
    return workflow.result_adapter.validate_python(output)
