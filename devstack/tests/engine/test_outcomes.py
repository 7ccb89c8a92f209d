"""What an SDK's answer means."""

import json

import pytest
from blacklight_devstack.engine.model import SdkError
from blacklight_devstack.engine.outcomes import Completed, Errored, Opcode, Reported, read_response

NOW_MS = 1_700_000_000_000
SDK = {"x-inngest-sdk": "inngest-py:v0"}


def read(status: int, body: object, **headers: str) -> Completed | Reported | Errored:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_response(status, SDK | named, json.dumps(body).encode(), NOW_MS)


def test_200_is_the_return_value() -> None:
    assert read(200, {"a": [1]}) == Completed(b'{"a":[1]}')
    assert read_response(200, SDK, b"", NOW_MS) == Completed(b"null")


def test_206_reports_steps() -> None:
    opcode = {
        "id": "h",
        "op": "WaitForEvent",
        "name": "a/b",
        "displayName": "wait",
        "opts": {"timeout": "1h", "parallelMode": "race"},
    }

    outcome = read(206, [opcode])

    assert outcome == Reported(
        (Opcode("h", "WaitForEvent", "a/b", "wait", {"timeout": "1h", "parallelMode": "race"}),)
    )
    assert outcome.opcodes[0].race


def test_a_step_error_may_forbid_retries() -> None:
    error = {"name": "ValueError", "message": "boom", "stack": "at"}

    outcome = read(206, [{"id": "h", "op": "StepError", "error": error}], x_inngest_no_retry="true")

    assert isinstance(outcome, Reported)
    assert outcome.no_retry
    assert outcome.opcodes[0].error == SdkError("ValueError", "boom", "at")


class TestErrors:
    def test_an_error_is_read_and_may_be_retried(self) -> None:
        outcome = read(500, {"name": "ValueError", "message": "boom", "stack": None})

        assert outcome == Errored(SdkError("ValueError", "boom"))

    @pytest.mark.parametrize(
        ("header", "delay_ms"),
        [
            ("30", 30_000),
            ("2023-11-14T22:13:50.000Z", 30_000),
            ("2023-11-14T22:13:19Z", 1_000),
            ("2030-01-01T00:00:00Z", 86_400_000),
        ],
    )
    def test_retry_after_is_seconds_or_a_date_within_bounds(
        self, header: str, delay_ms: int
    ) -> None:
        outcome = read(500, {"message": "later"}, retry_after=header)

        assert isinstance(outcome, Errored)
        assert outcome.retry_at_ms == NOW_MS + delay_ms

    def test_an_unreadable_retry_after_counts_as_absent(self) -> None:
        outcome = read(500, {"message": "later"}, retry_after="soon")

        assert isinstance(outcome, Errored)
        assert outcome.retry_at_ms is None

    @pytest.mark.parametrize(
        ("status", "headers", "body", "name"),
        [
            (200, {}, b"<html>", "NotSDK"),
            (502, {}, b"Bad gateway", "NotSDK"),
            (200, SDK, b"<html>", "InvalidResponse"),
            (206, SDK, b"[]", "InvalidResponse"),
            (206, SDK, b"[1]", "InvalidResponse"),
            (201, SDK, b"not a stream", "InvalidResponse"),
        ],
    )
    def test_what_is_no_answer_of_an_sdk_is_an_error(
        self, status: int, headers: dict[str, str], body: bytes, name: str
    ) -> None:
        outcome = read_response(status, headers, body, NOW_MS)

        assert isinstance(outcome, Errored)
        assert outcome.error.name == name
        assert not outcome.no_retry


def test_a_streamed_answer_carries_the_real_one() -> None:
    inner = {"status": 200, "headers": {"X-Inngest-Sdk": "py"}, "body": '{"a":1}'}
    body = b"   " + json.dumps(inner).encode()

    assert read_response(201, SDK, body, NOW_MS) == Completed(b'{"a":1}')
