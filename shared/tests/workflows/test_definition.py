"""What is refused when a workflow is defined."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import inngest
import pytest
from blacklight_shared.events import (
    CandidateDeleted,
    GenerateCandidateMatches,
    JobPostingUpdated,
    MatchTrigger,
    ResumeUploaded,
)
from blacklight_shared.workflows import (
    CONCURRENCY,
    Cron,
    On,
    WorkflowDefinitionError,
    batching,
    cancel_on,
    prioritise,
    workflow,
)

MINUTE = timedelta(minutes=1)
BATCH = batching(max_size=2, timeout=timedelta(seconds=1))


async def do_nothing(ctx: inngest.Context, event: Any, deps: object) -> None:
    return


def define(trigger: Any, workflow_id: str = "try", **options: Any) -> None:
    decorate: Any = workflow(id=workflow_id, trigger=trigger, **options)
    decorate(do_nothing)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("cancel", [cancel_on(CandidateDeleted, same="candidate_id")]),
        ("debounce", inngest.Debounce(period=MINUTE)),
        ("idempotency", "event.data.candidate_id"),
        ("priority", inngest.Priority(run="100")),
        ("rate_limit", inngest.RateLimit(limit=1, period=MINUTE)),
        ("singleton", inngest.Singleton(mode="skip")),
    ],
)
def test_a_batch_is_not_combined_with(option: str, value: Any) -> None:
    with pytest.raises(WorkflowDefinitionError, match=f"batch cannot be combined with {option}"):
        define(GenerateCandidateMatches, batch=BATCH, **{option: value})

    define(GenerateCandidateMatches, **{option: value})


def test_a_batch_is_combined_with_the_rest() -> None:
    define(
        GenerateCandidateMatches,
        batch=BATCH,
        concurrency=[CONCURRENCY.analysis],
        throttle=inngest.Throttle(limit=1, period=MINUTE),
        timeouts=inngest.Timeouts(finish=MINUTE),
    )


@pytest.mark.parametrize(
    "options",
    [
        {"concurrency": [inngest.Concurrency(limit=1, key="event.data.tenant")]},
        {"debounce": inngest.Debounce(period=MINUTE, key="event.data.tenant")},
        {"idempotency": "event.data.candidate_id + '-' + event.data.tenant"},
        {"priority": prioritise("tenant", {1: MINUTE})},
        {"rate_limit": inngest.RateLimit(limit=1, period=MINUTE, key="event.data.tenant")},
        {"singleton": inngest.Singleton(mode="skip", key="event.data.tenant")},
        {"throttle": inngest.Throttle(limit=1, period=MINUTE, key="event.data.tenant")},
        {"batch": batching(max_size=2, timeout=MINUTE, key="event.data.tenant")},
        {"batch": batching(max_size=2, timeout=MINUTE, if_exp="event.data.tenant == 1")},
        {"cancel": [inngest.Cancel(event="candidate/deleted", if_exp="event.data.tenant == 1")]},
    ],
    ids=lambda options: next(iter(options)),
)
def test_an_expression_reads_no_field_that_the_event_lacks(options: dict[str, Any]) -> None:
    option = next(iter(options))

    with pytest.raises(WorkflowDefinitionError, match=f"{option} reads event.data.tenant, which"):
        define(GenerateCandidateMatches, **options)


def test_every_trigger_needs_the_field() -> None:
    with pytest.raises(WorkflowDefinitionError, match="'job-posting/updated' does not have"):
        define((GenerateCandidateMatches, JobPostingUpdated), concurrency=[CONCURRENCY.analysis])


def test_a_schedule_has_no_fields() -> None:
    with pytest.raises(WorkflowDefinitionError, match="which a schedule does not have"):
        define(Cron("0 9 * * *"), concurrency=[CONCURRENCY.analysis])

    define(Cron("0 9 * * *"), concurrency=[CONCURRENCY.bootstrap])


def test_a_condition_reads_no_field_that_the_event_lacks() -> None:
    with pytest.raises(WorkflowDefinitionError, match=r"trigger reads event\.data\.tenant"):
        define(On(ResumeUploaded, "event.data.tenant == 1"))


def test_cancellation_compares_fields_that_both_events_have() -> None:
    with pytest.raises(WorkflowDefinitionError, match=r"cancel reads async.data.document_id"):
        define(ResumeUploaded, cancel=[cancel_on(CandidateDeleted, same="document_id")])


def test_cancellation_names_an_event_of_the_catalogue() -> None:
    with pytest.raises(WorkflowDefinitionError, match="'candidate/removed', which is not in the"):
        define(ResumeUploaded, cancel=[inngest.Cancel(event="candidate/removed")])


@pytest.mark.parametrize("workflow_id", ["SendMail", "send_mail", "-send", "send--mail", ""])
def test_an_id_is_kebab_case(workflow_id: str) -> None:
    with pytest.raises(WorkflowDefinitionError, match="id must be kebab-case"):
        define(ResumeUploaded, workflow_id)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"retries": -1}, "retries must be 0 to 20, not -1"),
        ({"retries": 21}, "retries must be 0 to 20, not 21"),
        ({"concurrency": [CONCURRENCY.bootstrap] * 3}, "concurrency takes at most 2 limits"),
        (
            {"cancel": [cancel_on(CandidateDeleted, same="candidate_id")] * 6},
            "cancel takes at most 5 events",
        ),
    ],
)
def test_the_engine_s_limits_are_kept(options: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkflowDefinitionError, match=said):
        define(ResumeUploaded, **options)


def test_there_is_a_trigger() -> None:
    with pytest.raises(WorkflowDefinitionError, match="trigger must name 1 to 10"):
        define(())


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(WorkflowDefinitionError) as refused:
        define(ResumeUploaded, "Bad", retries=99)

    assert str(refused.value) == (
        "workflow 'Bad': id must be kebab-case, such as 'send-approval-email';"
        " retries must be 0 to 20, not 99"
    )


@pytest.mark.parametrize(
    ("max_size", "timeout"),
    [(1, MINUTE), (101, MINUTE), (2, timedelta(milliseconds=999)), (2, timedelta(seconds=61))],
)
def test_a_batch_is_within_the_engine_s_range(max_size: int, timeout: timedelta) -> None:
    with pytest.raises(WorkflowDefinitionError, match="batch"):
        batching(max_size=max_size, timeout=timeout)


class TestPrioritise:
    def test_writes_one_expression_for_all_values(self) -> None:
        priority = prioritise(
            "trigger", {MatchTrigger.MANUAL: 2 * MINUTE, MatchTrigger.PROFILE_UPDATE: -MINUTE}
        )

        assert priority.run == (
            'event.data.trigger == "profile_update" ? -60'
            ' : (event.data.trigger == "manual" ? 120 : (0))'
        )

    def test_refuses_more_than_ten_minutes(self) -> None:
        with pytest.raises(WorkflowDefinitionError, match="at most 600 seconds"):
            prioritise("trigger", {MatchTrigger.MANUAL: 11 * MINUTE})


class TestCron:
    def test_is_read_in_its_time_zone(self) -> None:
        trigger = Cron("30 8 * * 1-5", time_zone="Europe/Berlin").to_trigger()

        assert trigger.cron == "TZ=Europe/Berlin 30 8 * * 1-5"

    @pytest.mark.parametrize("expression", ["", "* * * *", "61 * * * *", "@daily", "0 9 * * mon-"])
    def test_refuses_a_bad_expression(self, expression: str) -> None:
        with pytest.raises(ValueError, match="cron expression"):
            Cron(expression)

    @pytest.mark.parametrize("time_zone", ["Mars/Olympus", "", "../etc/passwd"])
    def test_refuses_an_unknown_time_zone(self, time_zone: str) -> None:
        with pytest.raises(ValueError, match="time zone"):
            Cron("0 9 * * *", time_zone=time_zone)
