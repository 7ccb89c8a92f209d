"""Batches: many events, one run."""

from __future__ import annotations

from datetime import timedelta

import inngest

from blacklight_shared.workflows.definition import WorkflowDefinitionError

MAX_BATCH_SIZE = 100
MIN_BATCH_TIMEOUT = timedelta(seconds=1)
MAX_BATCH_TIMEOUT = timedelta(seconds=60)


def batching(
    *, max_size: int, timeout: timedelta, key: str | None = None, if_exp: str | None = None
) -> inngest.Batch:
    """Collect events before a run starts.

    A run starts when ``max_size`` events are there or ``timeout`` after the first one. All events
    of a batch share their run's retries and its failure. A batch cannot be combined with
    cancellation, debounce, idempotency, priority, rate limit or singleton: ``workflow`` refuses it.

    Args:
        max_size: Events in a run, 2 to 100.
        timeout: 1 to 60 seconds, whole seconds.
        key: CEL expression over ``event``; events with different values are not mixed.
        if_exp: CEL expression over ``event``; where false, the event runs alone, at once.

    Raises:
        WorkflowDefinitionError: A value is out of range.
    """
    if not 2 <= max_size <= MAX_BATCH_SIZE:
        raise WorkflowDefinitionError(f"batch max_size must be 2 to {MAX_BATCH_SIZE}: {max_size}")
    if not MIN_BATCH_TIMEOUT <= timeout <= MAX_BATCH_TIMEOUT:
        raise WorkflowDefinitionError(f"batch timeout must be 1 to 60 seconds: {timeout}")
    return inngest.Batch(max_size=max_size, timeout=timeout, key=key, if_exp=if_exp)
