"""The one way to define a workflow: a decorator, typed by event, dependencies and result.

A definition is made at import and knows neither client nor connections; ``Workflow.bind`` joins it
with both when the worker starts. ``docs/workflows.md`` shows a workflow from start to end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar, Unpack, cast, get_type_hints, overload

import inngest
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic_core import to_jsonable_python

from blacklight_shared.events import Event
from blacklight_shared.workflows.cron import Cron, CronTick
from blacklight_shared.workflows.definition import FlowControl, check_definition
from blacklight_shared.workflows.observability import RunObserver
from blacklight_shared.workflows.retries import RETRY_CONFIG
from blacklight_shared.workflows.translation import translating_errors
from blacklight_shared.workflows.triggers import (
    AnyTrigger,
    On,
    parse_payload,
    to_inngest_trigger,
)

PayloadT = TypeVar("PayloadT")
DepsT = TypeVar("DepsT")
ResultT = TypeVar("ResultT")
EventT = TypeVar("EventT", bound=Event)
OtherEventT = TypeVar("OtherEventT", bound=Event)

Handler = Callable[[inngest.Context, PayloadT, DepsT], Awaitable[ResultT]]


class FailureError(BaseModel):
    """The error that ended a run.

    Attributes:
        name: Class of the error, such as ``"NotFoundError"``.
        message: What it said.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Failure(Generic[PayloadT]):
    """A run that failed for good.

    Attributes:
        run_id: The run that failed.
        error: Why.
        payload: What the run had been given.
    """

    run_id: str
    error: FailureError
    payload: PayloadT


FailureHandler = Callable[[inngest.Context, Failure[PayloadT], DepsT], Awaitable[None]]


class Workflow(Generic[PayloadT, DepsT, ResultT]):
    """A durable function: what starts it, how it is run, and what it does.

    Made by ``workflow``. ``PayloadT`` is the event (a list of events for a batch), ``DepsT`` what
    the worker gives to its workflows, ``ResultT`` what the handler returns.
    """

    def __init__(
        self,
        *,
        workflow_id: str,
        name: str,
        triggers: tuple[AnyTrigger, ...],
        retries: int,
        batch: inngest.Batch | None,
        flow_control: FlowControl,
        handler: Handler[PayloadT, DepsT, ResultT],
    ) -> None:
        check_definition(
            workflow_id, triggers, retries=retries, batch=batch, flow_control=flow_control
        )
        self.id = workflow_id
        self.name = name
        self.triggers = triggers
        self.retries = retries
        self.batch = batch
        self.flow_control = flow_control
        self.handler = handler
        self._failure_handler: FailureHandler[PayloadT, DepsT] | None = None

    @property
    def result_adapter(self) -> TypeAdapter[ResultT]:
        """Reads the result of a run back from JSON."""
        return TypeAdapter(get_type_hints(self.handler)["return"])

    def on_failure(
        self, handler: FailureHandler[PayloadT, DepsT]
    ) -> FailureHandler[PayloadT, DepsT]:
        """Decorate the handler that runs, without retries, after a run has failed for good."""
        self._failure_handler = handler
        return handler

    def bind(
        self, client: inngest.Inngest, get_deps: Callable[[], DepsT]
    ) -> inngest.Function[object]:
        """Join the definition with a client and the means to get its dependencies.

        Args:
            client: The client of the app that serves the workflow.
            get_deps: Called in every attempt, after the app has started.
        """

        async def handle(ctx: inngest.Context) -> object:
            async with translating_errors(self.id):
                result = await self.handler(ctx, self._payload(ctx), get_deps())
            return to_jsonable_python(result)

        return client.create_function(
            fn_id=self.id,
            name=self.name,
            trigger=[to_inngest_trigger(trigger) for trigger in self.triggers],
            retries=self.retries,
            batch_events=self.batch,
            on_failure=self._bind_failure(get_deps),
            middleware=[partial(RunObserver, workflow_id=self.id, retries=self.retries)],
            **self.flow_control,
        )(handle)

    def _bind_failure(
        self, get_deps: Callable[[], DepsT]
    ) -> Callable[[inngest.Context], Awaitable[None]] | None:
        handler = self._failure_handler
        if handler is None:
            return None

        async def handle(ctx: inngest.Context) -> None:
            async with translating_errors(f"{self.id}-failure"):
                await handler(ctx, self._failure(ctx.event), get_deps())

        return handle

    def _payload(self, ctx: inngest.Context) -> PayloadT:
        if self.batch is None:
            return cast("PayloadT", parse_payload(self.triggers, ctx.event))
        return cast("PayloadT", [parse_payload(self.triggers, event) for event in ctx.events])

    def _failure(self, event: inngest.Event) -> Failure[PayloadT]:
        data = cast("dict[str, Any]", event.data)
        original = inngest.Event.model_validate(data["event"])
        payload = parse_payload(self.triggers, original)
        return Failure(
            run_id=data["run_id"],
            error=FailureError.model_validate(data["error"]),
            payload=cast("PayloadT", [payload] if self.batch is not None else payload),
        )


# The overloads give the handler's payload its type: one event, one of several, a tick, or a batch.


@overload
def workflow(
    *,
    id: str,
    trigger: type[EventT] | On[EventT],
    batch: inngest.Batch,
    retries: int = ...,
    name: str | None = ...,
    **flow_control: Unpack[FlowControl],
) -> Callable[[Handler[list[EventT], DepsT, ResultT]], Workflow[list[EventT], DepsT, ResultT]]: ...


@overload
def workflow(
    *,
    id: str,
    trigger: type[EventT] | On[EventT],
    retries: int = ...,
    name: str | None = ...,
    **flow_control: Unpack[FlowControl],
) -> Callable[[Handler[EventT, DepsT, ResultT]], Workflow[EventT, DepsT, ResultT]]: ...


@overload
def workflow(
    *,
    id: str,
    trigger: Cron,
    retries: int = ...,
    name: str | None = ...,
    **flow_control: Unpack[FlowControl],
) -> Callable[[Handler[CronTick, DepsT, ResultT]], Workflow[CronTick, DepsT, ResultT]]: ...


@overload
def workflow(
    *,
    id: str,
    trigger: tuple[type[EventT] | On[EventT], Cron],
    retries: int = ...,
    name: str | None = ...,
    **flow_control: Unpack[FlowControl],
) -> Callable[
    [Handler[EventT | CronTick, DepsT, ResultT]], Workflow[EventT | CronTick, DepsT, ResultT]
]: ...


@overload
def workflow(
    *,
    id: str,
    trigger: tuple[type[EventT] | On[EventT], type[OtherEventT] | On[OtherEventT]],
    retries: int = ...,
    name: str | None = ...,
    **flow_control: Unpack[FlowControl],
) -> Callable[
    [Handler[EventT | OtherEventT, DepsT, ResultT]],
    Workflow[EventT | OtherEventT, DepsT, ResultT],
]: ...


def workflow(
    *,
    id: str,  # noqa: A002 -- the engine's word for it
    trigger: Any,
    batch: inngest.Batch | None = None,
    retries: int = RETRY_CONFIG.default,
    name: str | None = None,
    **flow_control: Unpack[FlowControl],
) -> Any:
    """Define a workflow.

    Args:
        id: Unique in the app, kebab-case; also the name of the module that holds it.
        trigger: An event of the catalogue, ``On(event, if_exp)``, a ``Cron``, or a pair of them.
        batch: Gives the handler a list of events; made by ``batching``.
        retries: Attempts after the first one, of each step; from ``RETRY_CONFIG``.
        name: Title for people; by default made from the id.
        **flow_control: What the engine enforces, see ``FlowControl``.

    Raises:
        WorkflowDefinitionError: The options contradict each other, the events or the engine.
    """
    triggers = trigger if isinstance(trigger, tuple) else (trigger,)

    def decorate(handler: Handler[Any, DepsT, ResultT]) -> Workflow[Any, DepsT, ResultT]:
        return Workflow(
            workflow_id=id,
            name=name or id.replace("-", " ").capitalize(),
            triggers=triggers,
            retries=retries,
            batch=batch,
            flow_control=flow_control,
            handler=handler,
        )

    return decorate
