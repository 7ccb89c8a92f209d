"""Postings come from several sources at once, and one summary tells what became of them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from blacklight_devstack.boundaries import Deaths, check_every_boundary
from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.emulators.serving import serving
from blacklight_devstack.engine_testing import TestEngine, served_app, wait_until
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_devstack.pytest_plugin import FreshDatabases
from blacklight_matching.feeds.fetching import FeedRules
from blacklight_matching.functions import WORKFLOWS
from blacklight_matching.functions.import_jobs import import_jobs
from blacklight_matching.functions.match_jobs_to_candidates import match_jobs_to_candidates
from blacklight_matching.functions.process_job_source import process_job_source
from blacklight_shared.database import Database
from blacklight_shared.events import JobImportRequested, JobSourceCompleted, JobSourceProcess
from blacklight_shared.job_imports import receiving, store
from blacklight_shared.job_imports.files import ImportFile
from blacklight_shared.job_imports.requesting import (
    RequestedImport,
    RequestedSource,
    request_import,
)
from blacklight_shared.job_imports.stored_files import store_file
from blacklight_shared.models import (
    FEED_URL_PURPOSE,
    BatchStatus,
    FileFormat,
    JobImportBatch,
    JobImportChunk,
    JobImportFile,
    JobPosting,
    OutboxEvent,
    Visibility,
)
from blacklight_shared.outbound import Destinations
from blacklight_shared.outbox import EventApi, OutboxRelay
from fastapi import FastAPI, Response
from sqlalchemy import func, select, text

from services.matching.tests.functions.conftest import Worker, connected_to, worker_app
from services.matching.tests.world import SECRET_BOX, HashedEmbeddings, World

LOOPBACK_RULES = FeedRules(Destinations(is_loopback_allowed=True), max_bytes=1_000_000)
IMPORT_EVENTS = (
    JobImportRequested.name,
    JobSourceProcess.name,
    JobSourceCompleted.name,
    "inngest/function.failed",
)
CSV = b"id,title,description\n1,Welder,MIG.\n2,Nurse,Ward 7.\n3,Cook,Soups.\n"


@dataclass
class JobBoard:
    """A web site that publishes postings."""

    url: str = ""
    status: int = 200
    fetches: int = 0
    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def publish(self, path: str, content: bytes, media_type: str) -> str:
        self.pages[path] = (content, media_type)
        return f"{self.url}/{path}"


@pytest.fixture(scope="module")
def board_server() -> Iterator[JobBoard]:
    board, app = JobBoard(), FastAPI()

    @app.get("/{path}")
    def page(path: str) -> Response:
        board.fetches += 1
        content, media_type = board.pages[path]
        return Response(content, board.status, media_type=media_type)

    with serving(app) as url:
        board.url = url
        yield board


@pytest.fixture
def board(board_server: JobBoard) -> JobBoard:
    board_server.status, board_server.fetches = 200, 0
    board_server.pages.clear()
    return board_server


@pytest.fixture
async def worker(
    engine: TestEngine,
    database: DatabaseUrls,
    db: Database,
    embeddings: HashedEmbeddings,
    worker_engines: KeptEngines,
) -> AsyncIterator[Worker]:
    options = {"feed_rules": LOOPBACK_RULES, "job_vector_index_from": 6}
    app = worker_app(engine, database, worker_engines, embeddings, WORKFLOWS, **options)
    with served_app(app):
        async with relaying(db, engine):
            yield Worker(engine, embeddings)


@asynccontextmanager
async def relaying(db: Database, engine: TestEngine) -> AsyncIterator[None]:
    """What the gateway's process does besides: events leave the outbox."""
    stop = asyncio.Event()
    async with EventApi(engine.base_url, "test") as api, asyncio.TaskGroup() as tasks:
        tasks.create_task(OutboxRelay(db, api).run(stop))
        try:
            yield
        finally:
            stop.set()


async def requested(
    db: Database,
    *sources: RequestedSource,
    tenant_id: int | None = None,
    visibility: Visibility = Visibility.GLOBAL,
) -> int:
    """Ask for an import as the gateway does; returns its id."""
    async with db.session_for(tenant_id) as session:
        wanted = RequestedImport(tenant_id, "import", visibility, sources)
        return (await request_import(session, wanted, SECRET_BOX)).id


async def uploaded(db: Database, content: bytes, tenant_id: int | None = None) -> int:
    file = ImportFile(io.BytesIO(content), FileFormat.JSON_LINES, "utf-8-sig", {})
    async with db.session_for(tenant_id) as session:
        return (await store_file(session, tenant_id, file)).id


async def ended(db: Database, engine: TestEngine, tenant_id: int | None = None) -> dict[str, Any]:
    """The summary of the one import, once it has ended."""
    async with db.session_for(tenant_id) as session:
        [owed] = await session.scalars(
            select(OutboxEvent).where(OutboxEvent.name == JobImportRequested.name)
        )

    def sent() -> str | None:
        found = [e for e in engine.events(JobImportRequested.name) if e["id"] == str(owed.id)]
        return found[0]["internal_id"] if found else None

    event_id = await asyncio.to_thread(wait_until, sent, "the event of the import")
    run = await asyncio.to_thread(engine.wait_for_run, event_id, timeout=60)
    assert run.status == "Completed", run.output
    output: dict[str, Any] = run.output
    return output


def told(summary: dict[str, Any]) -> list[tuple[str, bool, int, int]]:
    return [
        (one["source"], one["is_failed"], one["counts"]["rows_received"], one["counts"]["jobs_new"])
        for one in summary["sources"]
    ]


async def titles(db: Database, tenant_id: int | None = None) -> list[str]:
    async with db.session_for(tenant_id) as session:
        return list(await session.scalars(select(JobPosting.title).order_by(JobPosting.title)))


class TestImportJobs:
    async def test_feeds_in_every_format_and_a_file(
        self, db: Database, world: World, worker: Worker, board: JobBoard
    ) -> None:
        as_json = orjson.dumps({"jobs": [{"id": 7, "job_title": "Driver"}]})
        file_id = await uploaded(db, b'{"title": "Pilot"}\n{"title": "x"}\n')
        import_id = await requested(
            db,
            RequestedSource("csv", board.publish("jobs.csv", CSV, "text/csv; charset=utf-8")),
            RequestedSource("json", board.publish("jobs", as_json, "application/json")),
            RequestedSource(
                "lines",
                board.publish("feed", b'{"Stelle": "Maurer"}', "text/plain"),
                file_format=FileFormat.JSON_LINES,
                column_mapping={"title": "Stelle"},
            ),
            RequestedSource("file", file_id=file_id),
        )

        output = await ended(db, worker.engine)

        assert told(output["summary"]) == [
            ("csv", False, 3, 3),
            ("json", False, 1, 1),
            ("lines", False, 1, 1),
            ("file", False, 2, 1),
        ]
        assert (output["summary"]["jobs_new"], output["summary"]["failed_sources"]) == (6, 0)
        assert output["vector_index"] == "built"
        assert await titles(db) == ["Cook", "Driver", "Maurer", "Nurse", "Pilot", "Welder"]
        async with db.global_session() as session:
            batch = await session.get_one(JobImportBatch, import_id)
            assert (batch.status, batch.error) == (BatchStatus.COMPLETED, None)
            assert await session.scalar(select(func.count()).select_from(JobImportFile)) == 0
            unmatched = select(JobImportChunk).where(JobImportChunk.completed_at.is_(None))
            assert (await session.scalars(unmatched)).all() == []

    async def test_a_source_that_fails_stops_no_other(
        self, db: Database, worker: Worker, board: JobBoard
    ) -> None:
        sources = {
            "forbidden": "http://169.254.169.254/latest/meta-data",
            "malformed": board.publish("bad.json", b'[{"title": "A1"}, {', "application/json"),
            "page": board.publish("page", b"<html></html>", "text/html"),
            "large": board.publish("large.csv", b"title\n" + b"x" * 2_000_000, "text/csv"),
            "good": board.publish("jobs.csv", CSV, "text/csv"),
        }
        import_id = await requested(
            db, *(RequestedSource(name, url) for name, url in sources.items())
        )

        summary = (await ended(db, worker.engine))["summary"]

        errors = {one["source"]: one["error"] for one in summary["sources"]}
        assert "no address that may be called" in errors["forbidden"]
        assert "must be a JSON list" in errors["malformed"]
        assert "says its format" in errors["page"]
        assert "larger than 1000000 bytes" in errors["large"]
        assert errors["good"] is None
        async with db.global_session() as session:
            batch = await session.get_one(JobImportBatch, import_id)
            assert batch.status == BatchStatus.COMPLETED
            assert batch.error == "4 of 5 sources failed"
        assert await titles(db) == ["Cook", "Nurse", "Welder"]

    async def test_a_server_that_is_down_is_asked_again_and_then_given_up(
        self, db: Database, worker: Worker, board: JobBoard
    ) -> None:
        board.status = 503
        import_id = await requested(
            db, RequestedSource("down", board.publish("jobs.csv", CSV, "text/csv"))
        )

        summary = (await ended(db, worker.engine))["summary"]

        assert board.fetches == 1 + process_job_source.retries
        assert "status 503" in summary["sources"][0]["error"]
        async with db.global_session() as session:
            batch = await session.get_one(JobImportBatch, import_id)
            assert batch.status == BatchStatus.FAILED

    async def test_the_address_of_a_feed_is_kept_sealed_and_only_while_it_is_needed(
        self, db: Database, worker: Worker, board: JobBoard, caplog: pytest.LogCaptureFixture
    ) -> None:
        secret = "token-in-the-query"
        path = board.publish("jobs.csv", CSV, "text/csv")
        good, bad = f"{path}?key={secret}", f"http://169.254.169.254/?key={secret}"
        sources = [RequestedSource("good", good), RequestedSource("bad", bad)]
        async with db.global_session() as session:
            wanted = RequestedImport(None, "import", Visibility.GLOBAL, sources)
            await request_import(session, wanted, SECRET_BOX)
            kept = await session.scalars(
                select(JobImportBatch.feed_url_sealed).order_by(JobImportBatch.id)
            )
            _, *sealed = kept.all()
        opened = [
            SECRET_BOX.decrypt(one or b"", purpose=FEED_URL_PURPOSE, tenant_id=None)
            for one in sealed
        ]
        assert opened == [good, bad]

        summary = (await ended(db, worker.engine))["summary"]

        assert [name for name, is_failed, *_ in told(summary) if is_failed] == ["bad"]
        async with db.global_session() as session:
            kept = await session.scalars(select(JobImportBatch.feed_url_sealed))
            assert set(kept) == {None}
            dump = await session.scalars(
                text(
                    "SELECT job_import_batches::text FROM job_import_batches"
                    " UNION ALL SELECT outbox_events::text FROM outbox_events"
                )
            )
            sent = [e for name in IMPORT_EVENTS for e in worker.engine.events(name)]
        told_everywhere = [*dump, caplog.text, str(summary), *map(str, sent)]
        assert not [line for line in told_everywhere if secret in line]

    async def test_postings_of_a_tenant_stay_there(
        self, db: Database, world: World, worker: Worker, board: JobBoard
    ) -> None:
        tenant_id, other = await world.tenant(), await world.tenant()
        await requested(
            db,
            RequestedSource("board", board.publish("jobs.csv", CSV, "text/csv")),
            tenant_id=tenant_id,
            visibility=Visibility.TENANT,
        )

        await ended(db, worker.engine, tenant_id)

        assert await titles(db, tenant_id) == ["Cook", "Nurse", "Welder"]
        assert await titles(db, other) == await titles(db) == []


class TestKills:
    async def test_the_end_is_the_same_wherever_the_worker_is_killed(
        self,
        databases: FreshDatabases,
        board: JobBoard,
        engine: TestEngine,
        kept_engines: KeptEngines,
        worker_engines: KeptEngines,
    ) -> None:
        workflows = (import_jobs, match_jobs_to_candidates, process_job_source)
        url = board.publish("jobs.csv", CSV, "text/csv")

        async def play(deaths: Deaths) -> object:
            with databases() as urls:
                app = worker_app(
                    engine,
                    urls,
                    worker_engines,
                    HashedEmbeddings(),
                    workflows,
                    feed_rules=LOOPBACK_RULES,
                )
                async with connected_to(urls, kept_engines) as db, relaying(db, engine):
                    with served_app(deaths.of(app)):
                        await requested(db, RequestedSource("board", url))
                        output = await ended(db, engine)
                    return output, await titles(db), await announced(db)

        assert await check_every_boundary(play, at_least=10) >= 10

    async def test_an_import_goes_on_at_the_next_chunk(
        self,
        db: Database,
        worker: Worker,
        board: JobBoard,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(receiving, "CHUNK_ROWS", 1)
        monkeypatch.setattr(receiving, "CHUNKS_AT_ONCE", 1)
        monkeypatch.setattr(receiving, "TRANSACTIONS_AT_ONCE", 1)
        stored_lines: list[int] = []

        async def fail_at_the_second(*arguments: Any) -> Any:
            stored_lines.append(arguments[2][0].line)
            if len(stored_lines) == 2:
                # While the source publishes something else already.
                board.publish("jobs.csv", b"title\nChanged\n", "text/csv")
                raise ConnectionResetError
            return await store.store_postings(*arguments)

        monkeypatch.setattr(receiving, "store_postings", fail_at_the_second)
        await requested(db, RequestedSource("csv", board.publish("jobs.csv", CSV, "text/csv")))

        summary = (await ended(db, worker.engine))["summary"]

        assert told(summary) == [("csv", False, 3, 3)]
        assert stored_lines == [2, 3, 3, 4]
        assert await titles(db) == ["Cook", "Nurse", "Welder"]


async def announced(db: Database) -> list[int]:
    """How many postings were to be matched, event by event."""
    async with db.global_session() as session:
        events = await session.scalars(
            select(OutboxEvent.data).where(OutboxEvent.name == "jobs/imported")
        )
        return [len(data["job_ids"]) for data in events]
