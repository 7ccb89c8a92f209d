from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest
from blacklight_devstack.engine_testing import served_app
from blacklight_devstack.ports import free_port
from blacklight_shared.outbound import (
    DeadlineExceededError,
    Destinations,
    Fetcher,
    FetchLimits,
    ForbiddenUrlError,
    OutboundSettings,
    Refusal,
    RefusedResponseError,
    unpack_gzip,
)
from blacklight_shared.workflows import NonRetriableError, RetriableError, translating_errors
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

MEGABYTE = 1_000_000
LIMITS = FetchLimits(body_bytes=MEGABYTE, deadline=timedelta(seconds=20), redirects=3)
HASTY = FetchLimits(body_bytes=MEGABYTE, deadline=timedelta(milliseconds=300))

far_side = FastAPI()


@far_side.get("/page")
def page(request: Request) -> Response:
    echoed = f"{request.headers['User-Agent']}|{request.headers.get('Cookie')}"
    headers = {"Content-Type": "Text/HTML; charset=Latin-1", "Set-Cookie": "visit=1"}
    return Response(echoed, headers=headers)


@far_side.get("/round/{times}")
def go_round(times: int) -> Response:
    location = f"/round/{times - 1}" if times > 1 else "/page"
    return Response(status_code=302, headers={"Location": location})


@far_side.get("/bomb")
def bomb() -> Response:
    layer = gzip.compress(bytes(200 * MEGABYTE), compresslevel=1)
    return Response(layer, headers={"Content-Encoding": "gzip"})


@far_side.get("/long")
def announce_much() -> Response:
    return Response(bytes(2 * MEGABYTE))


@far_side.get("/endless")
def send_much() -> StreamingResponse:
    return StreamingResponse(bytes(50_000) for _ in range(4_000))


@far_side.get("/drip")
async def drip() -> StreamingResponse:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(0.02)

    return StreamingResponse(drops())


@far_side.get("/encoded/{encoding}")
def encode(encoding: str) -> Response:
    return Response(b"not what it says", headers={"Content-Encoding": encoding})


@far_side.get("/cut")
def cut() -> Response:
    return Response(gzip.compress(b"a" * 1_000)[:-4], headers={"Content-Encoding": "gzip"})


@far_side.get("/two-members")
def two_members() -> Response:
    both = gzip.compress(b"one ") + gzip.compress(b"two")
    return Response(both, headers={"Content-Encoding": "gzip"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served_app(far_side, sync=False) as url:
        yield url


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(Destinations(is_loopback_allowed=True), user_agent="Tests/1") as fetcher:
        yield fetcher


async def refusal_of(fetcher: Fetcher, url: str) -> Refusal:
    with pytest.raises(RefusedResponseError) as raised:
        await fetcher.fetch(url, LIMITS)
    return raised.value.refusal


class TestFetch:
    async def test_says_what_came_from_where(self, fetcher: Fetcher, url: str) -> None:
        fetched = await fetcher.fetch(f"{url}/round/3", LIMITS)

        assert fetched.url == f"{url}/page"
        assert fetched.status == 200
        assert fetched.media_type == "text/html"
        assert fetched.charset == "latin-1"
        assert fetched.body.startswith(b"Tests/1|")

    async def test_cookies_are_not_kept(self, fetcher: Fetcher, url: str) -> None:
        await fetcher.fetch(f"{url}/page", LIMITS)

        assert (await fetcher.fetch(f"{url}/page", LIMITS)).body == b"Tests/1|None"

    async def test_an_error_status_is_an_answer(self, fetcher: Fetcher, url: str) -> None:
        html_only = frozenset({"text/html"})
        fetched = await fetcher.fetch(f"{url}/nowhere", LIMITS, media_types=html_only)

        assert fetched.status == 404

    async def test_other_types_than_wanted_are_refused(self, fetcher: Fetcher, url: str) -> None:
        with pytest.raises(RefusedResponseError) as raised:
            await fetcher.fetch(f"{url}/page", LIMITS, media_types=frozenset({"text/csv"}))

        assert raised.value.refusal is Refusal.WRONG_TYPE

    async def test_every_hop_is_told_before(self, fetcher: Fetcher, url: str) -> None:
        hops: list[str] = []

        async def note(hop: httpx.URL) -> None:
            hops.append(hop.path)

        await fetcher.fetch(f"{url}/round/2", LIMITS, before_hop=note)

        assert hops == ["/round/2", "/round/1", "/page"]

    async def test_waiting_for_ones_turn_does_not_count(self, fetcher: Fetcher, url: str) -> None:
        async def wait(_hop: httpx.URL) -> None:
            await asyncio.sleep(1.1)

        limits = FetchLimits(MEGABYTE, deadline=timedelta(seconds=1))
        assert (await fetcher.fetch(f"{url}/page", limits, before_hop=wait)).status == 200


class TestLimits:
    async def test_redirects(self, fetcher: Fetcher, url: str) -> None:
        assert await refusal_of(fetcher, f"{url}/round/4") is Refusal.TOO_MANY_REDIRECTS

    @pytest.mark.parametrize("path", ["long", "endless", "bomb"])
    async def test_size(self, fetcher: Fetcher, url: str, path: str) -> None:
        assert await refusal_of(fetcher, f"{url}/{path}") is Refusal.TOO_LARGE

    async def test_a_bomb_is_left_before_it_goes_off(self, fetcher: Fetcher, url: str) -> None:
        received_bytes = 0

        async def receive() -> None:
            nonlocal received_bytes
            async with fetcher.stream(f"{url}/bomb", LIMITS) as answer:
                async for chunk in answer.chunks:
                    received_bytes += len(chunk)

        with pytest.raises(RefusedResponseError):
            await receive()

        assert received_bytes <= LIMITS.body_bytes

    async def test_time_also_of_an_answer_that_never_pauses(
        self, fetcher: Fetcher, url: str
    ) -> None:
        with pytest.raises(DeadlineExceededError):
            await fetcher.fetch(f"{url}/drip", HASTY)

    @pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, gzip"])
    async def test_bodies_that_cannot_be_unpacked(
        self, fetcher: Fetcher, url: str, encoding: str
    ) -> None:
        refusal = await refusal_of(fetcher, f"{url}/encoded/{encoding}")

        assert refusal is Refusal.UNREADABLE_ENCODING

    async def test_bodies_that_are_cut_off(self, fetcher: Fetcher, url: str) -> None:
        assert await refusal_of(fetcher, f"{url}/cut") is Refusal.UNREADABLE_ENCODING

    async def test_a_body_of_two_members(self, fetcher: Fetcher, url: str) -> None:
        assert (await fetcher.fetch(f"{url}/two-members", LIMITS)).body == b"one two"


class TestRetries:
    @pytest.mark.parametrize(
        ("path", "limits", "error"),
        [
            ("/long", LIMITS, NonRetriableError),
            ("/round/9", LIMITS, NonRetriableError),
            ("/drip", HASTY, RetriableError),
        ],
    )
    async def test_a_workflow_repeats_only_what_time_can_mend(
        self,
        fetcher: Fetcher,
        url: str,
        path: str,
        limits: FetchLimits,
        error: type[Exception],
    ) -> None:
        with pytest.raises(error):
            async with translating_errors("fetch"):
                await fetcher.fetch(f"{url}{path}", limits)

    async def test_a_forbidden_url_is_not_tried_again(self, fetcher: Fetcher) -> None:
        with pytest.raises(NonRetriableError):
            async with translating_errors("fetch"):
                await fetcher.fetch("http://10.0.0.1/", LIMITS)

    async def test_a_site_that_is_down_is_a_fault_of_the_network(self, fetcher: Fetcher) -> None:
        with pytest.raises(httpx.ConnectError):
            await fetcher.fetch(f"http://127.0.0.1:{free_port()}/", LIMITS)


class TestUnpackGzip:
    @given(st.binary(max_size=5_000), st.binary(max_size=200))
    def test_gives_back_what_was_packed(self, first: bytes, second: bytes) -> None:
        packed = gzip.compress(first) + gzip.compress(second)

        assert unpack_gzip(packed, limit_bytes=10_000) == first + second

    @given(st.binary(max_size=300))
    def test_any_other_bytes_are_refused(self, data: bytes) -> None:
        with pytest.raises(RefusedResponseError):
            unpack_gzip(data, limit_bytes=10_000)

    def test_a_bomb_is_refused(self) -> None:
        with pytest.raises(RefusedResponseError) as raised:
            unpack_gzip(gzip.compress(bytes(20 * MEGABYTE)), limit_bytes=MEGABYTE)

        assert raised.value.refusal is Refusal.TOO_LARGE


class TestOutboundSettings:
    def settings(self, **values: object) -> OutboundSettings:
        return OutboundSettings.model_validate(
            {"database_url": "postgresql://", "system_database_url": "postgresql://", **values}
        )

    def test_by_default_the_web_and_nothing_else(self) -> None:
        assert self.settings().destinations == Destinations(frozenset({80, 443}))

    def test_production_does_not_fetch_from_its_own_machine(self) -> None:
        safe = {
            "env": "production",
            "secret_keys": ["k" * 32],
            "inngest_signing_key": "signkey-test-00",
            "inngest_event_key": "key",
        }
        assert self.settings(**safe).is_production
        with pytest.raises(ValidationError, match="OUTBOUND_LOOPBACK_ALLOWED"):
            self.settings(**safe, outbound_loopback_allowed=True)

    def test_without_loopback_a_local_url_is_refused_before_anything_else(self) -> None:
        with pytest.raises(ForbiddenUrlError, match="port 8080 is not allowed; allowed: 80, 443"):
            Destinations().check_url("http://localhost:8080/")
