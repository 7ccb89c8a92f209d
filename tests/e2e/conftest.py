"""One stack for all end-to-end tests: real processes, real HTTP, nothing mocked."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import pytest_asyncio
from blacklight_devstack.stack import Stack, StackOptions
from blacklight_devstack.tenants import bootstrap_tenant
from blacklight_devstack.traces.collector import SpanCollector, running_collector

ResultT = TypeVar("ResultT")

PATIENCE = timedelta(minutes=4)
"""How long anything may take that is waited for; nothing is asserted about time."""

SETTINGS = {
    # A shorter reach of the embedding model is enough for postings of three lines.
    "BLACKLIGHT_EMBEDDING_MAX_TOKENS": "32",
    "BLACKLIGHT_INBOX_SYNCS_PER_MINUTE": "6000",
    "BLACKLIGHT_MAILS_PER_MINUTE": "6000",
    "BLACKLIGHT_REGISTRATION_HOST_DELAY": "PT0.1S",
    "BLACKLIGHT_REGISTRATION_PAGE_TIMEOUT": "PT5S",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the end-to-end tests on one pytest worker, so that one stack serves them all."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def engine_of(environment: Mapping[str, str]) -> dict[str, str]:
    """The engine that the user names with INNGEST_BASE_URL, else the local one."""
    named = {name: value for name, value in environment.items() if name.startswith("INNGEST_")}
    return {"ENGINE": "local"} | named


@pytest.fixture(scope="session")
def collector() -> Iterator[SpanCollector]:
    """Has the spans of every process of the stack."""
    with running_collector() as running:
        yield running


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stack's folder."""
    return tmp_path_factory.mktemp("stack") / "state"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(state: Path, collector: SpanCollector) -> AsyncIterator[Stack]:
    options = StackOptions(
        state,
        environment=engine_of(os.environ),
        settings={**SETTINGS, **collector.environment()},
        fast=True,
        poll_interval=timedelta(seconds=0.5),
        # Three retries have to outlast the restart of a killed Postgres on a busy machine.
        retry_interval=timedelta(seconds=2),
    )
    async with Stack(options) as running:
        yield running


@dataclass(frozen=True)
class Firm:
    """A tenant, with an HTTP client that has all its rights."""

    id: int
    http: httpx.AsyncClient

    @asynccontextmanager
    async def at(self, gateway_url: str) -> AsyncIterator[Firm]:
        """The same firm at another gateway."""
        headers = {"Authorization": self.http.headers["Authorization"]}
        url = f"{gateway_url}/api/v1"
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
            yield Firm(self.id, http)

    async def ask(self, method: str, path: str, **request: Any) -> Any:
        """What the gateway answers; a gateway that is down or busy is asked again."""
        deadline = time.monotonic() + PATIENCE.total_seconds()
        while True:
            try:
                response = await self.http.request(method, path, **request)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if response.status_code not in {429, 500, 503} or time.monotonic() > deadline:
                    assert response.is_success, f"{method} {path}: {response.text}"
                    return response.json() if response.content else None
            await asyncio.sleep(0.2)

    async def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        items: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = await self.ask(
                "GET", path, params=query | {"limit": 200} | ({"cursor": cursor} if cursor else {})
            )
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    async def import_jobs(
        self, postings: Sequence[dict[str, object]], batch_id: str | None = None
    ) -> dict[str, Any]:
        """Import postings that only this tenant sees."""
        batch: dict[str, Any] = await self.ask(
            "POST",
            "/jobs/import",
            json=list(postings),
            params={
                "source": "e2e",
                "visibility": "tenant",
                "batch_id": batch_id or uuid.uuid4().hex,
            },
        )
        return batch

    async def matched(self, batch: dict[str, Any]) -> dict[str, Any]:
        """The batch once it is complete."""

        async def complete() -> dict[str, Any] | None:
            current: dict[str, Any] = await self.ask("GET", f"/batches/{batch['batch_id']}")
            return current if current["status"] == "completed" else None

        return await until(complete)

    async def bring_in(self, resumes: dict[str, str]) -> list[int]:
        """Approved candidates of CVs, once they are read and matched."""
        ids = []
        for name, text in resumes.items():
            made = await self.ask(
                "POST",
                "/candidates/from-resume",
                files={"file": (name, text.encode())},
                data={"status": "approved"},
            )
            ids.append(made["candidate"]["id"])

        async def all_matched() -> bool:
            candidates = await self.every("/candidates")
            return all(c["matched_at"] for c in candidates if c["id"] in ids)

        await until(all_matched)
        return ids

    async def match_again(self) -> None:
        """Score every candidate against everything, once more."""
        before = {c["id"]: c["matched_at"] for c in await self.every("/candidates")}
        for candidate_id in before:
            await self.ask("POST", f"/candidates/{candidate_id}/matches/regenerate")

        async def all_matched() -> bool:
            candidates = await self.every("/candidates")
            return all(c["matched_at"] != before[c["id"]] for c in candidates)

        await until(all_matched)

    async def match_set(self) -> set[tuple[str, str, float]]:
        """All matches as (candidate's e-mail, posting's title and company, score)."""
        found = set()
        for candidate in await self.every("/candidates"):
            for match in await self.every(f"/candidates/{candidate['id']}/matches"):
                job = match["job"]
                label = f"{job['title']}|{job['company']}|{job['location']}"
                found.add((candidate["email"], label, round(match["score"], 1)))
        return found


MakeFirm = Callable[[], Awaitable[Firm]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def operator(stack: Stack) -> AsyncIterator[Firm]:
    """The tenant of whoever runs the installation, with the platform's key."""
    made = await bootstrap_tenant(
        stack, name="Operator", slug="operator", admin_email="admin@operator.example.com"
    )
    assert made.platform_api_key is not None
    async with client_of(stack, made.platform_api_key) as http:
        yield Firm(made.tenant_id, http)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def make_firm(stack: Stack, operator: Firm) -> AsyncIterator[MakeFirm]:
    async with AsyncExitStack() as clients:

        async def make() -> Firm:
            slug = f"firm-{uuid.uuid4().hex[:8]}"
            wanted = {"name": slug, "slug": slug, "admin_email": f"admin@{slug}.example.com"}
            made = await operator.ask("POST", "/tenants", json=wanted)
            http = await clients.enter_async_context(client_of(stack, made["api_key"]))
            return Firm(made["id"], http)

        yield make


def client_of(stack: Stack, api_key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"{stack.gateway_url}/api/v1",
        headers={"Authorization": f"Bearer {api_key}"},
        timeout=60,
    )


@pytest_asyncio.fixture(loop_scope="session")
async def firm(make_firm: MakeFirm) -> Firm:
    return await make_firm()


async def until(look: Callable[[], Awaitable[ResultT | None]]) -> ResultT:
    """What ``look`` gives once it gives something."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while not (found := await look()):
        assert time.monotonic() < deadline, f"waited {PATIENCE} in vain"
        await asyncio.sleep(0.25)
    return found
