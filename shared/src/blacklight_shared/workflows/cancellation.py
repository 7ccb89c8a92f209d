"""Cancellation: an event that makes the work of a run pointless ends the run."""

from __future__ import annotations

from datetime import timedelta

import inngest

from blacklight_shared.events import Event


def cancel_on(
    event: type[Event], *, same: str | tuple[str, ...], timeout: timedelta | None = None
) -> inngest.Cancel:
    """End a run when an event about the same thing arrives.

    A step that is being executed is not interrupted: it completes, and no further one starts.

    Args:
        event: The event that cancels.
        same: Field, or fields, that must be equal in it and in the event that started the run.
        timeout: How long after its start a run can be cancelled; None: always.
    """
    fields = (same,) if isinstance(same, str) else same
    condition = " && ".join(f"async.data.{field} == event.data.{field}" for field in fields)
    return inngest.Cancel(event=event.name, if_exp=condition, timeout=timeout)
