"""Checks of a workflow's definition: what the engine would refuse, or silently misread, fails here.

The definition is checked when its module is imported, so a mistake stops the first test, not the
first run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

import inngest

from blacklight_shared.events import EVENTS, Event
from blacklight_shared.workflows.cron import Cron
from blacklight_shared.workflows.triggers import AnyTrigger, On, event_models

MAX_TRIGGERS = 10
MAX_CONCURRENCY_LIMITS = 2
MAX_CANCELLATIONS = 5
MAX_RETRIES = 20

INCOMPATIBLE_WITH_BATCH = (
    "cancel",
    "debounce",
    "idempotency",
    "priority",
    "rate_limit",
    "singleton",
)
"""Options that speak of one event, while a batch is many; the engine refuses or ignores them."""

_KEBAB_CASE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_EVENT_FIELD = re.compile(r"\bevent\.data\.(\w+)")
_ASYNC_FIELD = re.compile(r"\basync\.data\.(\w+)")


class WorkflowDefinitionError(ValueError):
    """A workflow is defined in a way that cannot work; raised at import."""


class FlowControl(TypedDict, total=False):
    """Options of a workflow that the engine enforces; every one may be left out.

    ``rate_limit`` drops the excess events. Where none may be lost, use ``throttle``.
    """

    cancel: list[inngest.Cancel]
    concurrency: list[inngest.Concurrency]
    debounce: inngest.Debounce
    idempotency: str
    priority: inngest.Priority
    rate_limit: inngest.RateLimit
    singleton: inngest.Singleton
    throttle: inngest.Throttle
    timeouts: inngest.Timeouts


def check_definition(
    workflow_id: str,
    triggers: Sequence[AnyTrigger],
    *,
    retries: int,
    batch: inngest.Batch | None,
    flow_control: FlowControl,
) -> None:
    """Refuse a definition that the engine would refuse or misread.

    Raises:
        WorkflowDefinitionError: Names the workflow, the option and what is allowed.
    """
    problems = [
        *_identity_problems(workflow_id),
        *_limit_problems(triggers, retries, flow_control),
        *_batch_problems(batch, flow_control),
        *_field_problems(triggers, batch, flow_control),
        *_cancel_problems(flow_control),
    ]
    if problems:
        raise WorkflowDefinitionError(f"workflow {workflow_id!r}: " + "; ".join(problems))


def _identity_problems(workflow_id: str) -> Iterator[str]:
    if not _KEBAB_CASE.fullmatch(workflow_id):
        yield "id must be kebab-case, such as 'send-approval-email'"


def _limit_problems(
    triggers: Sequence[AnyTrigger], retries: int, flow_control: FlowControl
) -> Iterator[str]:
    if not 1 <= len(triggers) <= MAX_TRIGGERS:
        yield f"trigger must name 1 to {MAX_TRIGGERS} events or schedules, not {len(triggers)}"
    if not 0 <= retries <= MAX_RETRIES:
        yield f"retries must be 0 to {MAX_RETRIES}, not {retries}"
    if len(flow_control.get("concurrency", ())) > MAX_CONCURRENCY_LIMITS:
        yield f"concurrency takes at most {MAX_CONCURRENCY_LIMITS} limits"
    if len(flow_control.get("cancel", ())) > MAX_CANCELLATIONS:
        yield f"cancel takes at most {MAX_CANCELLATIONS} events"


def _batch_problems(batch: inngest.Batch | None, flow_control: FlowControl) -> Iterator[str]:
    if batch is None:
        return
    clashing = [option for option in INCOMPATIBLE_WITH_BATCH if option in flow_control]
    if clashing:
        yield f"batch cannot be combined with {', '.join(clashing)}"


def _field_problems(
    triggers: Sequence[AnyTrigger], batch: inngest.Batch | None, flow_control: FlowControl
) -> Iterator[str]:
    for option, expression in _expressions(triggers, batch, flow_control):
        for field in _EVENT_FIELD.findall(expression):
            for model in event_models(triggers):
                if field not in model.model_fields:
                    yield f"{option} reads event.data.{field}, which {model.name!r} does not have"
            if any(isinstance(trigger, Cron) for trigger in triggers):
                yield f"{option} reads event.data.{field}, which a schedule does not have"


def _expressions(
    triggers: Sequence[AnyTrigger], batch: inngest.Batch | None, flow_control: FlowControl
) -> Iterator[tuple[str, str]]:
    """Every CEL expression of the definition that is evaluated on the triggering event."""
    yield from (("trigger", trigger.if_exp) for trigger in triggers if isinstance(trigger, On))
    if batch is not None:
        yield from _given("batch", batch.key, batch.if_exp)
    yield from _given("idempotency", flow_control.get("idempotency"))
    if "priority" in flow_control:
        yield from _given("priority", flow_control["priority"].run)
    for limit in flow_control.get("concurrency", ()):
        yield from _given("concurrency", limit.key)
    for cancel in flow_control.get("cancel", ()):
        yield from _given("cancel", cancel.if_exp)
    for option in ("debounce", "rate_limit", "singleton", "throttle"):
        if option in flow_control:
            yield from _given(option, flow_control[option].key)


def _given(option: str, *expressions: str | None) -> Iterator[tuple[str, str]]:
    yield from ((option, expression) for expression in expressions if expression is not None)


def _cancel_problems(flow_control: FlowControl) -> Iterator[str]:
    for cancel in flow_control.get("cancel", ()):
        model = EVENTS.get(cancel.event)
        if model is None:
            yield f"cancel names event {cancel.event!r}, which is not in the catalogue"
        else:
            yield from _missing_fields(model, _ASYNC_FIELD.findall(cancel.if_exp or ""))


def _missing_fields(model: type[Event], fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        if field not in model.model_fields:
            yield f"cancel reads async.data.{field}, which {model.name!r} does not have"
