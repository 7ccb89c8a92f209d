"""Which call goes out next."""

from collections import Counter

import pytest
from blacklight_devstack.engine.model import Job, JobKind, Lane, Limit
from blacklight_devstack.engine.ready import ReadyQueue
from hypothesis import given
from hypothesis import strategies as st


def call(job_id: int, *limits: Limit, score: int = 0) -> Job:
    return Job(
        kind=JobKind.CALL,
        due_ms=0,
        fn_id="f",
        id=job_id,
        lane=Lane("app", tuple(limits)),
        score=score,
    )


def queue_of(*jobs: Job) -> ReadyQueue:
    ready = ReadyQueue(hold=lambda _: None, stale=lambda _: False)
    for job in jobs:
        ready.push(job)
    return ready


def taken(ready: ReadyQueue, now_ms: int = 0) -> list[int]:
    """Take all that may go out now; returns their ids."""
    ids = []
    while (job := ready.take(now_ms)) is not None:
        ids.append(job.id)
    return ids


def test_the_lowest_score_goes_first_over_all_lanes() -> None:
    ready = queue_of(
        call(1, Limit("a", 9), score=30), call(2, Limit("b", 9), score=10), call(3, score=20)
    )

    assert taken(ready) == [2, 3, 1]


def test_calls_of_equal_score_keep_their_order() -> None:
    assert taken(queue_of(*(call(job_id) for job_id in range(5)))) == [0, 1, 2, 3, 4]


def test_a_full_limit_holds_the_rest_back_until_a_slot_is_free() -> None:
    jobs = [call(job_id, Limit("a", 2)) for job_id in range(4)]
    ready = queue_of(*jobs)

    assert taken(ready) == [0, 1]
    ready.release(jobs[0])
    assert taken(ready) == [2]


def test_lanes_that_share_a_limit_share_its_slots() -> None:
    shared = Limit("shared", 1)
    jobs = [call(1, shared, Limit("x", 5)), call(2, shared, Limit("y", 5))]
    ready = queue_of(*jobs)

    assert taken(ready) == [1]
    ready.release(jobs[0])
    assert taken(ready) == [2]


def test_a_free_slot_goes_on_to_a_lane_that_can_use_it() -> None:
    shared, full = Limit("shared", 1), Limit("full", 1)
    blocker, holder = call(1, full), call(2, shared)
    ready = queue_of(blocker, holder)
    assert taken(ready) == [1, 2]
    ready.push(call(3, shared, full))
    ready.push(call(4, shared, Limit("other", 1), score=5))
    assert taken(ready) == []

    ready.release(holder)

    assert taken(ready) == [4]


def test_no_slots_means_no_limit() -> None:
    assert len(taken(queue_of(*(call(job_id, Limit("a", 0)) for job_id in range(50))))) == 50


def test_a_lane_held_back_by_time_is_tried_again_then() -> None:
    open_from_ms = 100
    now = {"ms": 0}
    ready = ReadyQueue(
        hold=lambda _: None if now["ms"] >= open_from_ms else float(open_from_ms),
        stale=lambda _: False,
    )
    ready.push(call(1))

    assert taken(ready, 0) == []
    assert ready.next_wake_ms() == open_from_ms
    now["ms"] = open_from_ms
    assert taken(ready, open_from_ms) == [1]


def test_a_dropped_call_uses_nothing_up() -> None:
    asked: list[Lane] = []

    def hold(lane: Lane) -> float | None:
        asked.append(lane)
        return None

    ready = ReadyQueue(hold=hold, stale=lambda job: job.id < 3)
    for job_id in range(5):
        ready.push(call(job_id, Limit("a", 2)))

    assert taken(ready) == [3, 4]
    assert len(asked) == 2


def test_only_calls_wait_here() -> None:
    ready = queue_of()

    with pytest.raises(ValueError, match="is not a call"):
        ready.push(Job(JobKind.SLEEP, 0, "f"))


limits = st.lists(
    st.builds(Limit, key=st.sampled_from("abc"), slots=st.just(2)),
    max_size=2,
    unique_by=lambda limit: limit.key,
)


@given(plans=st.lists(st.tuples(limits, st.integers(0, 5)), max_size=40), data=st.data())
def test_limits_hold_and_every_call_goes_out(
    plans: list[tuple[list[Limit], int]], data: st.DataObject
) -> None:
    jobs = [call(job_id, *own, score=score) for job_id, (own, score) in enumerate(plans)]
    ready = queue_of(*jobs)
    under_way: list[Job] = []
    done: list[int] = []

    while len(done) < len(jobs):
        job = ready.take(0)
        if job is not None:
            under_way.append(job)
            used = Counter(limit.key for one in under_way if one.lane for limit in one.lane.limits)
            assert all(count <= 2 for count in used.values())
            continue
        assert under_way, "calls are left, none is under way, and yet none may go out"
        over = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
        ready.release(over)
        done.append(over.id)

    assert sorted(done) == [job.id for job in jobs]
    assert ready.take(0) is None
