"""Ways to have the guard call what it must not: each is refused before anything is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from blacklight_devstack.engine_testing import served_app
from blacklight_shared.outbound import (
    Destinations,
    Fetcher,
    FetchLimits,
    ForbiddenUrlError,
    IpAddress,
    parse_address,
)
from fastapi import FastAPI, Request, Response

LIMITS = FetchLimits(body_bytes=10_000, deadline=timedelta(seconds=10))
Connections = list[tuple[str, int]]


@dataclass
class Inside:
    """A service of this machine, that nobody outside may reach."""

    port: int = 0
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def inside() -> Iterator[Inside]:
    service, app = Inside(), FastAPI()

    @app.api_route("/{path:path}")
    def take(request: Request) -> str:
        service.requests.append(str(request.url))
        return "a secret"

    with served_app(app, sync=False) as url:
        service.port = httpx.URL(url).port or 0
        yield service


@pytest.fixture
async def fetcher(inside: Inside) -> AsyncIterator[Fetcher]:
    """As in production, but for the port, so that a hole in the guard would be hit."""
    destinations = Destinations(ports=frozenset({80, 443, inside.port}))
    async with Fetcher(destinations, user_agent="test") as fetcher:
        yield fetcher


HOSTILE_URLS = [
    # the address as it is
    "http://127.0.0.1:{port}/",
    "http://127.8.9.10:{port}/",
    "http://0.0.0.0:{port}/",
    "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/",
    "http://192.168.0.1:{port}/",
    "http://100.64.0.1:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/metadata/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    # other spellings of it
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://0:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://2852039166/latest/meta-data/",
    "http://0xa9fea9fe/latest/meta-data/",
    "http://0251.0376.0251.0376/latest/meta-data/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    # IPv6
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[0:0:0:0:0:ffff:169.254.169.254]/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://[fc00::1]:{port}/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[ff02::1]:{port}/",
    # names of this machine
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://metadata.localhost:{port}/",
    # another host than it seems
    "http://example.com@127.0.0.1:{port}/",
    "http://example.com:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://127.0.0.1:{port}?@example.com/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://user:password@1.1.1.1/",
    # another port or scheme than the web's
    "http://1.1.1.1:22/",
    "http://1.1.1.1:6379/",
    "https://1.1.1.1:8443/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET",
    "dict://127.0.0.1:{port}/info",
    "ws://127.0.0.1:{port}/",
    "data:text/html,<p>hello</p>",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    # no URL
    "",
    "example.com",
    "//127.0.0.1:{port}/",
    "http://",
    "http:///etc/passwd",
    "http://[::1",
    "http://127.0.0.1:{port}:80/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1 :{port}/",
    "http://127.0.0.1\r\nHost: example.com/",
    "http://1.1.1.1/" + "a" * 3_000,
]


@pytest.mark.parametrize("url", HOSTILE_URLS)
async def test_a_hostile_url_is_refused_and_nothing_is_sent(
    fetcher: Fetcher, inside: Inside, connections: Connections, url: str
) -> None:
    with pytest.raises(ForbiddenUrlError):
        await fetcher.fetch(url.replace("{port}", str(inside.port)), LIMITS)

    assert connections == []
    assert inside.requests == []


REDIRECTS = [
    "http://127.0.0.1:{inside}/",
    "http://localhost:{inside}/",
    "http://2130706433:{inside}/",
    "http://[::1]:{inside}/",
    "http://[::ffff:127.0.0.1]:{inside}/",
    "//127.0.0.1:{inside}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://1.1.1.1:22/",
    "http://example.com@127.0.0.1:{inside}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{inside}/_GET",
]


@dataclass(frozen=True)
class OneSite(Destinations):
    """The rules of production, and one site of this machine that counts as public."""

    site_port: int = 0

    def allows(self, address: IpAddress, port: int) -> bool:
        is_site = str(address) == "127.0.0.1" and port == self.site_port
        return is_site or Destinations.allows(self, address, port)


@pytest.fixture(scope="module")
def site(inside: Inside) -> Iterator[int]:
    """The port of a site; ``/redirect/2?to=…`` leads there by two redirects."""
    app = FastAPI()

    @app.get("/redirect/{times}")
    def redirect(times: int, to: str) -> Response:
        location = to if times == 1 else str(httpx.URL(f"/redirect/{times - 1}", params={"to": to}))
        return Response(status_code=302, headers={"Location": location})

    @app.get("/")
    def home() -> str:
        return "a site"

    with served_app(app, sync=False) as url:
        yield httpx.URL(url).port or 0


def one_site(inside: Inside, site: int) -> OneSite:
    return OneSite(ports=frozenset({80, 443, inside.port, site}), site_port=site)


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("target", REDIRECTS)
async def test_a_redirect_leads_nowhere_else(
    inside: Inside, site: int, connections: Connections, target: str, times: int
) -> None:
    to = target.replace("{inside}", str(inside.port))
    url = httpx.URL(f"http://127.0.0.1:{site}/redirect/{times}", params={"to": to})

    async with Fetcher(one_site(inside, site), user_agent="test") as fetcher:
        with pytest.raises(ForbiddenUrlError):
            await fetcher.fetch(str(url), LIMITS)

    assert set(connections) == {("127.0.0.1", site)}
    assert inside.requests == []


class TestNamesThatChange:
    """DNS rebinding: a name's owner answers each question anew."""

    async def test_a_name_is_asked_once_and_the_answer_connected_to(
        self, inside: Inside, site: int, connections: Connections
    ) -> None:
        resolver = Answering(["127.0.0.1"], ["169.254.169.254"])

        async with self.fetcher(inside, site, resolver) as fetcher:
            fetched = await fetcher.fetch(f"http://rebinding.test:{site}/", LIMITS)

        assert fetched.status == 200
        assert resolver.questions == ["rebinding.test"]
        assert connections == [("127.0.0.1", site)]

    async def test_each_new_connection_is_checked(
        self, inside: Inside, site: int, connections: Connections
    ) -> None:
        resolver = Answering(["127.0.0.1"], ["169.254.169.254"])

        async with self.fetcher(inside, site, resolver) as fetcher:
            await fetcher.fetch(f"http://rebinding.test:{site}/", LIMITS)
        async with self.fetcher(inside, site, resolver) as fetcher:
            with pytest.raises(ForbiddenUrlError):
                await fetcher.fetch(f"http://rebinding.test:{site}/", LIMITS)

        assert connections == [("127.0.0.1", site)]

    @pytest.mark.parametrize(
        "answer", [["169.254.169.254"], ["10.0.0.1", "::1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"]]
    )
    async def test_a_name_of_a_private_address_is_refused(
        self, inside: Inside, site: int, connections: Connections, answer: list[str]
    ) -> None:
        async with self.fetcher(inside, site, Answering(answer, ["127.0.0.1"])) as fetcher:
            with pytest.raises(ForbiddenUrlError):
                await fetcher.fetch(f"http://rebinding.test:{site}/", LIMITS)

        assert connections == []

    async def test_of_several_addresses_only_allowed_ones_are_called(
        self, inside: Inside, site: int, connections: Connections
    ) -> None:
        resolver = Answering(["10.0.0.1", "169.254.169.254", "127.0.0.1"])

        async with self.fetcher(inside, site, resolver) as fetcher:
            await fetcher.fetch(f"http://mixed.test:{site}/", LIMITS)

        assert connections == [("127.0.0.1", site)]

    def fetcher(self, inside: Inside, site: int, resolver: Answering) -> Fetcher:
        return Fetcher(one_site(inside, site), user_agent="test", resolver=resolver)


class Answering:
    """A name server whose answer to each question is the next; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.questions: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[IpAddress]:
        self.questions.append(host)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [parse_address(address) for address in answer]


async def test_a_proxy_of_the_environment_is_not_used(
    inside: Inside,
    site: int,
    connections: Connections,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{inside.port}")
    monkeypatch.delenv("no_proxy", raising=False)

    async with Fetcher(one_site(inside, site), user_agent="test") as fetcher:
        await fetcher.fetch(f"http://127.0.0.1:{site}/", LIMITS)

    assert connections == [("127.0.0.1", site)]


@pytest.mark.parametrize(
    ("name", "is_allowed"),
    [
        ("localhost", True),
        ("site.localhost", True),
        ("127.0.0.1", True),
        ("169.254.169.254", False),
    ],
)
async def test_development_may_call_this_machine_and_nothing_else_private(
    site: int, connections: Connections, name: str, is_allowed: bool
) -> None:
    async with Fetcher(Destinations(is_loopback_allowed=True), user_agent="test") as fetcher:
        if is_allowed:
            assert (await fetcher.fetch(f"http://{name}:{site}/", LIMITS)).status == 200
        else:
            with pytest.raises(ForbiddenUrlError):
                await fetcher.fetch(f"http://{name}:{site}/", LIMITS)

    assert connections == ([("127.0.0.1", site)] if is_allowed else [])
