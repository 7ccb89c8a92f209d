"""What the functions of the app saw, kept for the tests to ask for."""

import time
from typing import Any

import inngest


class Recorder:
    """Notes by case: the value that a test put into ``event.data["case"]``."""

    def __init__(self) -> None:
        self._notes: dict[str, list[dict[str, Any]]] = {}

    def note(self, ctx: inngest.Context, what: str, **details: object) -> None:
        """Note that something happened in a run.

        Args:
            ctx: The run's context.
            what: The name under which a test looks for it.
            details: Anything else that JSON can carry.
        """
        self.note_case(
            str(ctx.event.data.get("case", "")),
            what,
            run_id=ctx.run_id,
            attempt=ctx.attempt,
            event_name=ctx.event.name,
            **details,
        )

    def note_case(self, case: str, what: str, **details: object) -> None:
        """Note something of a case without a context."""
        note = {"what": what, "at": time.monotonic(), **details}
        self._notes.setdefault(case, []).append(note)

    def notes(self, case: str) -> list[dict[str, Any]]:
        """All notes of a case, in order."""
        return self._notes.get(case, [])
