"""The steps that every mail workflow is made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import inngest
from blacklight_shared.events import Event
from blacklight_shared.models import MailStatus
from blacklight_shared.workflows import NonRetriableError, parallel_all
from pydantic import BaseModel

from blacklight_notifications.delivery import Order, deliver, give_up
from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.settings import MailPace

MAIL_THROTTLE = inngest.Throttle(limit=MailPace().mails_per_minute, period=timedelta(minutes=1))
"""Holds mail back without dropping any."""


class MailReport(BaseModel):
    """What became of the mails of a run, in the order of their recipients."""

    statuses: list[MailStatus]


async def send_mail(
    ctx: inngest.Context, deps: NotificationDeps, tenant_id: int, event: Event
) -> MailReport:
    """Send the mail that an event asks for to the address that it names."""
    order = Order(tenant_id, event, _asked_on(ctx))
    return await send_all(ctx, deps, [order])


async def send_to_users(
    ctx: inngest.Context,
    deps: NotificationDeps,
    tenant_id: int,
    event: Event,
    user_ids: Sequence[int],
) -> MailReport:
    """Send the mail that an event asks for to portal users, each by a step of its own."""
    asked_on = _asked_on(ctx)
    return await send_all(
        ctx, deps, [Order(tenant_id, event, asked_on, user_id=user_id) for user_id in user_ids]
    )


async def send_all(
    ctx: inngest.Context, deps: NotificationDeps, orders: Sequence[Order]
) -> MailReport:
    """Deliver each order in a step with its own retries; one that fails stops no other.

    Raises:
        NonRetriableError: A mail could not be sent in any attempt; the log says why.
    """

    async def attempt(number: int, order: Order) -> MailStatus | None:
        async def step() -> MailStatus:
            return await deliver(deps, order)

        try:
            return MailStatus(await ctx.step.run(f"deliver-{number}", step))
        except inngest.StepError:
            return None

    outcomes = await parallel_all(
        ctx,
        [
            lambda number=number, order=order: attempt(number, order)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            for number, order in enumerate(orders, start=1)
        ],
    )
    failed = [order for order, status in zip(orders, outcomes, strict=True) if status is None]
    if failed:
        await _give_up_all(ctx, deps, failed)
    return MailReport(statuses=[status for status in outcomes if status is not None])


async def _give_up_all(
    ctx: inngest.Context, deps: NotificationDeps, orders: Sequence[Order]
) -> None:
    async def step() -> int:
        statuses = [await give_up(deps, order) for order in orders]
        return statuses.count(MailStatus.FAILED)

    failed = await ctx.step.run("give-up", step)
    if failed:
        raise NonRetriableError(f"{failed} of the mails could not be sent in any attempt")


def _asked_on(ctx: inngest.Context) -> date:
    return datetime.fromtimestamp(ctx.event.ts / 1000, UTC).date()
