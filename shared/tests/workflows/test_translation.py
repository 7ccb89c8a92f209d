"""Faults of libraries, as they really are raised, and the workflow errors made of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import inngest
import psycopg
import pydantic
import pytest
from blacklight_devstack.engine_testing import served_app
from blacklight_devstack.ports import free_port
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.workflows import (
    ApiError,
    NonRetriableError,
    NotFoundError,
    RetriableError,
    ValidationError,
    parse_retry_after,
    translating_errors,
)
from fastapi import FastAPI, Response
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

far_side = FastAPI()


@far_side.get("/status/{status}")
def answer(status: int) -> Response:
    return Response(status_code=status, headers={"Retry-After": "7"})


@far_side.get("/round")
def go_round() -> Response:
    return Response(status_code=302, headers={"Location": "/round"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served_app(far_side, sync=False) as url:
        yield url


class TestHttp:
    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    async def test_temporary_answers_are_retried_when_they_say(self, url: str, status: int) -> None:
        with pytest.raises(ApiError, match=rf"voyage: embed \(status {status}\)") as raised:
            await fetch(f"{url}/status/{status}")

        assert raised.value.is_retriable
        assert isinstance(raised.value, inngest.RetryAfterError)
        assert raised.value.retry_after <= datetime.now(UTC) + timedelta(seconds=7)

    @pytest.mark.parametrize("status", [400, 401, 404, 422])
    async def test_refusals_are_not(self, url: str, status: int) -> None:
        with pytest.raises(ApiError, match=rf"status {status}") as raised:
            await fetch(f"{url}/status/{status}")

        assert not raised.value.is_retriable

    async def test_nobody_there_is_retried(self) -> None:
        with pytest.raises(ApiError, match=r"voyage: embed: ConnectError \(no answer\)") as raised:
            await fetch(f"http://127.0.0.1:{free_port()}/")

        assert raised.value.is_retriable

    @pytest.mark.parametrize("path", ["/round", "ftp://far.example/"])
    async def test_what_cannot_work_is_not(self, url: str, path: str) -> None:
        with pytest.raises(NonRetriableError):
            await fetch(path if "://" in path else url + path)


class TestDatabase:
    async def test_away_is_retried(self) -> None:
        engine = create_async_engine(f"postgresql+psycopg://a:b@127.0.0.1:{free_port()}/c")

        with pytest.raises(RetriableError, match="load: the database failed: OperationalError"):
            async with translating_errors("load"), engine.connect():
                pytest.fail("connected to nothing")

    async def test_a_conflict_is_retried(self, database: DatabaseUrls) -> None:
        engine = create_async_engine(database.app)

        with pytest.raises(RetriableError, match="load: the database failed"):
            async with translating_errors("load"), engine.begin() as connection:
                await connection.execute(text("DO $$ BEGIN RAISE deadlock_detected; END $$"))
        await engine.dispose()

    async def test_a_wrong_statement_is_left_as_it_is(self, database: DatabaseUrls) -> None:
        engine = create_async_engine(database.app)

        with pytest.raises(Exception, match="nonsense") as raised:
            async with translating_errors("load"), engine.begin() as connection:
                await connection.execute(text("SELECT nonsense"))
        await engine.dispose()
        assert isinstance(raised.value.__cause__, psycopg.ProgrammingError)


class TestOthers:
    async def test_a_missing_file_is_not_retried(self, tmp_path: Path) -> None:
        with pytest.raises(NonRetriableError, match="read: FileNotFoundError"):
            async with translating_errors("read"):
                (tmp_path / "none").read_text()

    @pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), OSError(28, "full")])
    async def test_a_fault_of_the_system_is_retried(self, error: OSError) -> None:
        with pytest.raises(RetriableError, match=f"read: {type(error).__name__}"):
            async with translating_errors("read"):
                raise error

    async def test_an_invalid_answer_is_not_retried(self) -> None:
        with pytest.raises(ValidationError, match="parse: int is not valid: Input should be"):
            async with translating_errors("parse"):
                pydantic.TypeAdapter(int).validate_python("x")

    @pytest.mark.parametrize("error", [NotFoundError("job", 1), ZeroDivisionError(), KeyError()])
    async def test_everything_else_passes(self, error: Exception) -> None:
        with pytest.raises(type(error)) as raised:
            async with translating_errors("count"):
                raise error
        assert raised.value is error

    @pytest.mark.parametrize(
        ("errors", "decides"),
        [
            ([TimeoutError(), ZeroDivisionError()], RetriableError),
            ([TimeoutError(), NotFoundError("job", 1)], NotFoundError),
            (
                [RetriableError("busy"), ExceptionGroup("", [FileNotFoundError()])],
                NonRetriableError,
            ),
            ([ZeroDivisionError()], ExceptionGroup),
        ],
    )
    async def test_of_a_group_the_lasting_fault_decides(
        self, errors: list[Exception], decides: type[Exception]
    ) -> None:
        with pytest.raises(decides):
            async with translating_errors("embed"):
                raise ExceptionGroup("unhandled errors in a TaskGroup", errors)

    async def test_is_a_decorator_too(self) -> None:
        @translating_errors("wait")
        async def wait(seconds: int) -> None:
            raise TimeoutError(seconds)

        for _ in range(2):
            with pytest.raises(RetriableError, match="wait: TimeoutError"):
                await wait(1)


class TestParseRetryAfter:
    @given(st.integers(0, 10**6))
    def test_reads_seconds(self, seconds: int) -> None:
        assert parse_retry_after(str(seconds)) == timedelta(seconds=seconds)

    @given(st.integers(-(10**6), 10**6))
    def test_reads_a_date(self, seconds: int) -> None:
        wanted = timedelta(seconds=seconds)

        found = parse_retry_after(format_datetime(datetime.now(UTC) + wanted, usegmt=True))

        assert found is not None
        assert found >= timedelta()
        assert abs(found - max(wanted, timedelta())) < timedelta(minutes=1)

    @pytest.mark.parametrize("value", ["9" * 30, "9" * 5000, "Mon, 99 Foo 2020 00:00:00 GMT"])
    def test_nonsense_is_no_delay(self, value: str) -> None:
        assert parse_retry_after(value) is None

    @given(st.text())
    def test_other_text_is_no_delay_or_a_valid_one(self, value: str) -> None:
        found = parse_retry_after(value)

        assert found is None or found >= timedelta()

    def test_no_header_is_no_delay(self) -> None:
        assert parse_retry_after(None) is None


async def fetch(url: str) -> None:
    async with (
        translating_errors("embed", service="voyage"),
        httpx.AsyncClient(timeout=5, follow_redirects=True) as client,
    ):
        (await client.get(url)).raise_for_status()
