"""The error family."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import inngest
import pydantic
import pytest
from blacklight_shared.workflows import (
    ApiError,
    FieldProblem,
    NotFoundError,
    RetriableError,
    ValidationError,
)
from hypothesis import given
from hypothesis import strategies as st

delays = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=7))


class Profile(pydantic.BaseModel):
    email: str
    years: int


class TestRetriableError:
    def test_without_a_delay_leaves_it_to_the_engine(self) -> None:
        assert not isinstance(RetriableError("busy"), inngest.RetryAfterError)

    @given(delays)
    def test_with_a_delay_names_the_time_in_utc(self, delay: timedelta) -> None:
        before = datetime.now(UTC)

        error = RetriableError("busy", retry_after=delay)

        assert isinstance(error, inngest.RetryAfterError)
        assert before + delay <= error.retry_after <= datetime.now(UTC) + delay
        assert (error.name, str(error)) == ("RetriableError", "busy")

    def test_subclasses_stay_themselves(self) -> None:
        class LockTakenError(RetriableError):
            pass

        error = LockTakenError("busy", retry_after=timedelta(seconds=1))

        assert isinstance(error, LockTakenError)
        assert type(error).__name__ == "LockTakenError"


class TestApiError:
    @given(status=st.none() | st.integers(400, 599), delay=st.none() | delays)
    def test_the_status_decides(self, status: int | None, delay: timedelta | None) -> None:
        error = ApiError("voyage", "embed", status, retry_after=delay)

        retriable = status is None or status >= 500 or status in {408, 429}
        assert error.is_retriable is retriable
        assert isinstance(error, inngest.RetryAfterError) is (retriable and delay is not None)

    def test_says_who_what_and_how(self) -> None:
        assert str(ApiError("voyage", "embed", 503)) == "voyage: embed (status 503)"
        assert str(ApiError("voyage", "embed")) == "voyage: embed (no answer)"


class TestValidationError:
    def test_names_fields_and_not_their_values(self) -> None:
        with pytest.raises(pydantic.ValidationError) as refused:
            Profile.model_validate({"years": "someone@example.com"})

        error = ValidationError.from_pydantic("profile", refused.value)

        assert [problem.field for problem in error.problems] == ["email", "years"]
        assert str(error).startswith("profile: email: Field required; years: Input should be")
        assert "someone@example.com" not in str(error)

    def test_takes_a_message_alone(self) -> None:
        assert str(ValidationError("no events")) == "no events"

    def test_takes_problems_of_the_whole(self) -> None:
        assert str(ValidationError("profile", [FieldProblem("", "empty")])) == "profile: empty"


def test_not_found_says_what_and_which() -> None:
    assert str(NotFoundError("candidate", 7)) == "candidate 7 does not exist"
