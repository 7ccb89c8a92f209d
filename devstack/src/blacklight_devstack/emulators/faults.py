"""Fault switches of an emulated mail provider, and the count of what was asked of it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, Field


class Fault(StrEnum):
    """What goes wrong with a call."""

    RATE_LIMITED = "rate_limited"
    """429 with the delay in ``Retry-After``."""
    UNAUTHORIZED = "unauthorized"
    """401, as for a token that is too old."""
    FORBIDDEN = "forbidden"
    """403, as when an administrator has taken the permission back."""
    REFUSED = "refused"
    """400, as for a message that the provider itself cannot read."""
    SERVER_ERROR = "server_error"
    """503 in the provider's own shape."""
    BAD_GATEWAY = "bad_gateway"
    """502 and HTML, as from a proxy."""
    NOT_JSON = "not_json"
    """200 and HTML."""
    SLOW = "slow"
    """The right answer after the delay."""


class FaultOrder(BaseModel):
    """Makes calls go wrong; the first order that fits a call counts.

    Attributes:
        fault: What goes wrong.
        times: How often; None: until it is ended.
        address: Only calls about this mailbox.
        operation: Only calls of this operation, such as ``messages.get``.
        probability: Of a call that fits.
        delay_seconds: Of ``slow``, and in ``Retry-After``.
    """

    fault: Fault
    times: int | None = Field(default=1, ge=1)
    address: str | None = None
    operation: str | None = None
    probability: float = Field(default=1.0, gt=0, le=1)
    delay_seconds: int = Field(default=0, ge=0)

    def fits(self, operation: str, address: str | None) -> bool:
        """Whether it is about a call."""
        return self.operation in {None, operation} and self.address in {None, address}


@dataclass
class Faults:
    """The orders that are open, and what was called.

    Attributes:
        orders: The oldest first.
        calls: How often each operation was called, also in vain.
        random: Decides about orders with a probability.
    """

    orders: list[FaultOrder] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 -- repeatable faults

    def order(self, fault: Fault, **options: object) -> None:
        """Make calls go wrong; the options are those of ``FaultOrder``."""
        self.orders.append(FaultOrder.model_validate({"fault": fault, **options}))

    def clear(self) -> None:
        """Let everything go well again, and forget the calls."""
        self.orders.clear()
        self.calls.clear()

    async def next(self, operation: str, address: str | None) -> FaultOrder | None:
        """Count a call and tell what goes wrong with it; waits first when it is slow."""
        self.calls[operation] += 1
        order = self._take(operation, address)
        if order is not None and order.fault is Fault.SLOW:
            await asyncio.sleep(order.delay_seconds)
            return None
        return order

    def _take(self, operation: str, address: str | None) -> FaultOrder | None:
        for order in self.orders:
            if order.fits(operation, address) and self.random.random() < order.probability:
                if order.times is not None:
                    order.times -= 1
                    if order.times == 0:
                        self.orders.remove(order)
                return order
        return None
