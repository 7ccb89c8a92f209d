"""How a step gets its memo, and what the run does next."""

import orjson

from blacklight_devstack.engine.model import (
    RUN_STATE_MAX_BYTES,
    STEP_OUTPUT_MAX_BYTES,
    STEPS_MAX,
    JobKind,
    Run,
    SdkError,
    Step,
    StepStatus,
)
from blacklight_devstack.engine.store import jobs, runs, steps, waits
from blacklight_devstack.engine.store.database import Transaction

_TIMERS = {"Sleep": JobKind.SLEEP, "WaitForEvent": JobKind.WAIT_TIMEOUT}


class RunFailedError(Exception):
    """A run cannot go on: it went over a limit, or asked for something that is not possible."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.error = SdkError(name, message)


def data_memo(value: object) -> bytes:
    """The memo of a step that succeeded."""
    return orjson.dumps({"data": value})


def error_memo(error: SdkError) -> bytes:
    """The memo of a step that failed for good."""
    return orjson.dumps({"error": error.as_dict()})


def report(work: Transaction, step: Step) -> bool:
    """Take up a step that the SDK reported; False when the run knows it already.

    Raises:
        RunFailedError: The run has too many steps.
    """
    if not steps.add_step(work, step):
        return False
    count, _ = steps.count_and_size(work, step.run_id)
    if count > STEPS_MAX:
        raise RunFailedError(
            "function_overflowed", f"The function run exceeded the step limit of {STEPS_MAX} steps."
        )
    return True


def finish_step(
    work: Transaction, run: Run, step_id: str, status: StepStatus, memo: bytes, now_ms: int
) -> None:
    """Memoise a pending step and let the run go on; a step that has its memo is left alone.

    The function is called again when no other reported step is pending, or at once when the step
    belongs to a parallel group in race mode.

    Raises:
        RunFailedError: The output or the state of the run is too large.
    """
    if len(memo) > STEP_OUTPUT_MAX_BYTES:
        raise RunFailedError(
            "output_too_large",
            f"The step's output has {len(memo)} bytes; {STEP_OUTPUT_MAX_BYTES} are allowed.",
        )
    if run.ended or not steps.memoise(work, run.id, step_id, status, memo, now_ms):
        return
    _, state_bytes = steps.count_and_size(work, run.id)
    if state_bytes > RUN_STATE_MAX_BYTES:
        raise RunFailedError(
            "state_overflowed",
            f"The run's state has {state_bytes} bytes; {RUN_STATE_MAX_BYTES} are allowed.",
        )
    _stop_listening(work, run.id, step_id)
    _continue(work, run, step_id, now_ms)


def _stop_listening(work: Transaction, run_id: str, step_id: str) -> None:
    waits.remove_wait(work, run_id, step_id)
    for kind in _TIMERS.values():
        jobs.remove_of_step(work, run_id, step_id, kind)


def _continue(work: Transaction, run: Run, step_id: str, now_ms: int) -> None:
    step = steps.get_step(work, run.id, step_id)
    pending = steps.has_pending_steps(work, run.id)
    if not pending:
        runs.set_plan_steps(work, run.id, False)
    if not pending or (step is not None and step.race):
        work.add_job(jobs.call_job(run, due_ms=now_ms))
