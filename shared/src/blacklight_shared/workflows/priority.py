"""Priority: which runs go first when more of them wait than may run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import inngest

from blacklight_shared.workflows.definition import WorkflowDefinitionError
from blacklight_shared.workflows.expressions import literal

MAX_HEAD_START = timedelta(seconds=600)


def prioritise(
    field: str, head_starts: Mapping[str | StrEnum | int | bool, timedelta]
) -> inngest.Priority:
    """Let runs go ahead of others by the value of a field of their event.

    Args:
        field: The field of the event.
        head_starts: How much older than it is a run counts as, by value of the field; negative to
            hold it back. At most 600 seconds either way. Other values get none.

    Raises:
        WorkflowDefinitionError: A head start is out of range.
    """
    expression = "0"
    for value, head_start in head_starts.items():
        if abs(head_start) > MAX_HEAD_START:
            raise WorkflowDefinitionError(
                f"priority of {field}={value}: at most 600 seconds ahead, not {head_start}"
            )
        seconds = int(head_start.total_seconds())
        expression = f"event.data.{field} == {literal(value)} ? {seconds} : ({expression})"
    return inngest.Priority(run=expression)
