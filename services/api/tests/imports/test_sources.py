"""Asking for imports from feeds and uploaded files."""

from __future__ import annotations

from typing import Any

import pytest
from blacklight_shared.import_batches import complete_chunk, fail_batch
from blacklight_shared.job_imports.receiving import receive_rows
from blacklight_shared.job_imports.stored_files import opened_file
from blacklight_shared.models import JobImportBatch, JobImportFile
from httpx import Response
from sqlalchemy import select, text

from services.api.tests.conftest import Caller, Tenant

FILES = "/api/v1/jobs/import/files"
SOURCES = "/api/v1/jobs/import/sources"
BATCHES = "/api/v1/batches"
FEED = {"source": "board", "url": "https://jobs.example.com/feed.csv"}


async def upload(caller: Caller, content: bytes = b"title\nWelder\nNurse\n") -> int:
    response = await caller.http.post(FILES, content=content, headers={"Content-Type": "text/csv"})
    assert response.status_code == 201, response.text
    file_id: int = response.json()["file_id"]
    return file_id


async def ask(caller: Caller, *sources: dict[str, Any], **options: Any) -> Response:
    return await caller.http.post(SOURCES, json={"sources": sources} | options)


class TestUpload:
    async def test_a_file_is_checked_and_kept(self, tenant: Tenant) -> None:
        response = await tenant.http.post(
            FILES,
            content="Stelle\nKöchin\n",
            headers={"Content-Type": "text/csv"},
            params={"column_mapping": '{"title": "Stelle"}'},
        )
        stored = response.json()
        assert (stored["row_count"], stored["format"], stored["size_bytes"]) == (1, "csv", 15)
        async with opened_file(tenant.database, tenant.tenant_id, stored["file_id"]) as file:
            assert file is not None
            assert [row.values for row in file.rows()] == [{"title": "Köchin"}]

    @pytest.mark.parametrize(
        ("media_type", "content", "status"),
        [("text/csv", b"name-less\nx", 422), ("image/png", b"x", 415), ("text/csv", b"", 422)],
    )
    async def test_what_cannot_be_read_is_not_kept(
        self, tenant: Tenant, media_type: str, content: bytes, status: int
    ) -> None:
        response = await tenant.http.post(
            FILES, content=content, headers={"Content-Type": media_type}
        )
        assert response.status_code == status
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            assert (await session.scalars(select(JobImportFile))).all() == []

    async def test_old_files_that_nobody_named_are_deleted(self, tenant: Tenant) -> None:
        unused, named = await upload(tenant), await upload(tenant)
        response = await ask(tenant, {"source": "upload", "file_id": named})
        assert response.status_code == 202, response.text
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await session.execute(
                text("UPDATE job_import_files SET created_at = now() - interval '8 days'")
            )
        fresh = await upload(tenant)
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            left = await session.scalars(select(JobImportFile.id).order_by(JobImportFile.id))
            assert left.all() == [named, fresh]
        assert unused not in (named, fresh)


class TestRequest:
    async def test_notes_the_import_and_owes_its_event(self, tenant: Tenant) -> None:
        file_id = await upload(tenant)
        response = await ask(
            tenant, FEED, {"source": "upload", "file_id": file_id}, batch_id="monday"
        )

        assert response.status_code == 202, response.text
        batch = response.json()
        assert (batch["source"], batch["sources"]) == ("board, upload", 2)
        assert (batch["status"], batch["percent"]) == ("receiving", 0.0)
        [(name, data)] = await tenant.events()
        assert (name, data["tenant_id"]) == ("jobs/import.requested", tenant.tenant_id)
        listed = await tenant.get(f"{BATCHES}/monday/sources", limit=1)
        rest = await tenant.get(f"{BATCHES}/monday/sources", cursor=listed["next_cursor"])
        parts = listed["items"] + rest["items"]
        assert [(part["batch_id"], part["source"]) for part in parts] == [
            ("monday:1", "board"),
            ("monday:2", "upload"),
        ]
        assert [one["batch_id"] for one in (await tenant.get(BATCHES))["items"]] == ["monday"]

    async def test_a_batch_id_makes_the_request_safe_to_repeat(self, tenant: Tenant) -> None:
        first = await ask(tenant, FEED, batch_id="key")
        assert (await ask(tenant, FEED, batch_id="key")).json() == first.json()
        assert len(await tenant.events()) == 1
        other = FEED | {"source": "other"}
        assert (await ask(tenant, other, batch_id="key")).status_code == 409
        assert (await ask(tenant, FEED, batch_id="key:1")).status_code == 409

    @pytest.mark.parametrize(
        ("source", "field"),
        [
            ({"source": "board"}, "sources.0"),
            (FEED | {"file_id": 1}, "sources.0"),
            ({"source": "upload", "file_id": 1, "format": "csv"}, "sources.0"),
            ({"source": "upload", "file_id": 10**15}, "sources.0.file_id"),
            (FEED | {"url": "file:///etc/passwd"}, "sources.0.url"),
            (FEED | {"source": "Not allowed"}, "sources.0.source"),
            (FEED | {"format": "xml"}, "sources.0.format"),
        ],
    )
    async def test_wrong_sources_are_named(
        self, tenant: Tenant, source: dict[str, Any], field: str
    ) -> None:
        response = await ask(tenant, source)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"].startswith(field)
        assert await tenant.events() == []

    async def test_files_of_others_do_not_exist(
        self, tenant: Tenant, other_tenant: Tenant, platform: Caller
    ) -> None:
        file_id = await upload(other_tenant)
        for stranger in (tenant, platform):
            response = await ask(stranger, {"source": "upload", "file_id": file_id})
            assert response.json()["errors"][0]["field"] == "sources.0.file_id"

    async def test_the_platform_imports_for_everyone(self, platform: Caller) -> None:
        assert (await ask(platform, FEED)).status_code == 202
        assert (await ask(platform, FEED, visibility="tenant")).status_code == 403


async def test_an_import_counts_what_its_sources_brought(tenant: Tenant) -> None:
    file_id = await upload(tenant)
    await ask(
        tenant,
        FEED,
        {"source": "upload", "file_id": file_id},
        batch_id="both",
        visibility="tenant",
    )
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        feed, file = (
            await session.scalars(
                select(JobImportBatch)
                .where(JobImportBatch.parent_batch_id.is_not(None))
                .order_by(JobImportBatch.id)
            )
        ).all()
        await fail_batch(session, feed.id, "fetch source: no answer")
    async with opened_file(tenant.database, tenant.tenant_id, file_id) as opened:
        assert opened is not None
        await receive_rows(tenant.database, file, opened.rows())
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        assert await complete_chunk(session, file.id, 0, matches_written=3)

    batch = await tenant.get(f"{BATCHES}/both")

    assert (batch["counts"]["jobs_new"], batch["counts"]["matches_written"]) == (2, 3)
    parts = (await tenant.get(f"{BATCHES}/both/sources"))["items"]
    assert [(part["status"], part["error"]) for part in parts] == [
        ("failed", "fetch source: no answer"),
        ("completed", None),
    ]
    ended = [data for name, data in await tenant.events() if name == "jobs/source.completed"]
    assert [(data["batch_id"], data["is_failed"]) for data in ended] == [
        (feed.id, True),
        (file.id, False),
    ]
