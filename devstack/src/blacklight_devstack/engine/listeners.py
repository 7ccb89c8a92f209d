"""From an event to the runs that wait for it or are cancelled by it."""

from blacklight_devstack.engine.clock import Clock
from blacklight_devstack.engine.expressions import matches
from blacklight_devstack.engine.model import Event, StepStatus
from blacklight_devstack.engine.runs import Runs
from blacklight_devstack.engine.steps import data_memo
from blacklight_devstack.engine.store import events, runs, waits
from blacklight_devstack.engine.store.database import Transaction


class Listeners:
    """Resumes and cancels runs."""

    def __init__(self, clock: Clock, runs_: Runs) -> None:
        self._clock = clock
        self._runs = runs_

    def handle(self, work: Transaction, event: Event) -> None:
        """Let every run that listens for this event have it."""
        now_ms = self._clock.now_ms()
        for wait in waits.candidates(work, event, now_ms):
            first = events.first_event_of_run(work, wait.run_id)
            if not matches(wait.expression, first, event):
                continue
            if wait.step_id is None:
                self._runs.cancel(work, wait.run_id)
                continue
            run = runs.get_run(work, wait.run_id)
            if run is not None:
                memo = data_memo(event.as_dict())
                self._runs.finish_step(work, run, wait.step_id, StepStatus.COMPLETED, memo)
