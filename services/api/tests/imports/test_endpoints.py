from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from blacklight_shared.import_batches import complete_chunk
from blacklight_shared.job_imports import receiving, store
from blacklight_shared.models import JobImportBatch, JobPosting
from httpx import Response
from sqlalchemy import func, select

from services.api.tests.conftest import Caller, Tenant

IMPORT = "/api/v1/jobs/import"
BATCHES = "/api/v1/batches"


def rows(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [
        {"external_id": f"J-{number}", "title": f"Nurse {number}", "description": "Ward 7."}
        | changes
        for number in range(count)
    ]


async def send(caller: Caller, postings: list[dict[str, Any]], **query: Any) -> Response:
    return await caller.http.post(IMPORT, json=postings, params={"source": "board"} | query)


async def imported(caller: Caller, postings: list[dict[str, Any]], **query: Any) -> dict[str, Any]:
    response = await send(caller, postings, **query)
    assert response.status_code == 202, response.text
    batch: dict[str, Any] = response.json()
    return batch


def counted(batch: dict[str, Any]) -> dict[str, int]:
    names = ("rows_received", "jobs_new", "jobs_updated", "jobs_unchanged", "rows_failed")
    return {name: batch["counts"][name] for name in names if batch["counts"][name]}


async def announced_job_ids(tenant: Tenant) -> list[int]:
    return [
        job_id
        for name, data in await tenant.events()
        if name == "jobs/imported"
        for job_id in data["job_ids"]
    ]


class TestImport:
    async def test_new_postings_are_stored_and_announced_in_chunks(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receiving, "CHUNK_ROWS", 4)
        batch = await imported(tenant, rows(10), visibility="tenant")

        assert counted(batch) == {"rows_received": 10, "jobs_new": 10}
        assert (batch["status"], batch["counts"]["chunks"]) == ("matching", 3)
        events = [data for name, data in await tenant.events() if name == "jobs/imported"]
        assert [event["chunk_number"] for event in events] == [0, 1, 2]
        assert len(set(await announced_job_ids(tenant))) == 10

    async def test_the_same_file_again_changes_nothing(self, tenant: Tenant) -> None:
        await imported(tenant, rows(5), visibility="tenant")
        before = await tenant.events()

        again = await imported(tenant, rows(5), visibility="tenant")

        assert counted(again) == {"rows_received": 5, "jobs_unchanged": 5}
        assert (again["status"], again["percent"]) == ("completed", 100.0)
        assert await tenant.events() == before

    async def test_only_changed_postings_are_announced_again(self, tenant: Tenant) -> None:
        await imported(tenant, rows(20), visibility="tenant")
        before = len(await announced_job_ids(tenant))

        changed = rows(20)
        for row in changed[5:15]:
            row["description"] = "Ward 8, nights."
        batch = await imported(tenant, changed, visibility="tenant")

        assert counted(batch) == {"rows_received": 20, "jobs_updated": 10, "jobs_unchanged": 10}
        assert len(await announced_job_ids(tenant)) == before + 10

    async def test_a_batch_id_makes_the_request_safe_to_repeat(self, tenant: Tenant) -> None:
        first = await imported(tenant, rows(5), batch_id="monday", visibility="tenant")
        second = await imported(tenant, rows(5), batch_id="monday", visibility="tenant")
        assert second == first

    async def test_a_batch_id_cannot_mean_two_imports(self, tenant: Tenant) -> None:
        await imported(tenant, rows(5), batch_id="monday")
        assert (await send(tenant, rows(6), batch_id="monday")).status_code == 409

    async def test_requests_of_one_batch_at_once_import_once(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receiving, "CHUNK_ROWS", 3)
        options = {"batch_id": "race", "visibility": "tenant"}
        batches = await asyncio.gather(*(imported(tenant, rows(20), **options) for _ in range(4)))
        assert all(counted(batch) == {"rows_received": 20, "jobs_new": 20} for batch in batches)
        assert len(await announced_job_ids(tenant)) == 20

    async def test_a_broken_off_import_goes_on_where_it_stopped(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receiving, "CHUNK_ROWS", 1)
        monkeypatch.setattr(receiving, "CHUNKS_AT_ONCE", 2)
        store_postings = store.store_postings
        calls = 0

        async def fail_at_the_third(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 3:
                raise ConnectionResetError
            return await store_postings(*arguments)

        monkeypatch.setattr(receiving, "store_postings", fail_at_the_third)
        options = {"batch_id": "broken", "visibility": "tenant"}
        assert (await send(tenant, rows(10), **options)).status_code == 500

        batch = await imported(tenant, rows(10), **options)

        assert counted(batch) == {"rows_received": 10, "jobs_new": 10}
        assert len(await announced_job_ids(tenant)) == 10

    async def test_a_bad_row_is_reported_and_stops_nothing(self, tenant: Tenant) -> None:
        postings = [
            *rows(3),
            {"external_id": "no-title"},
            rows(1)[0],
            {"title": "Cook", "url": "x"},
        ]
        batch = await imported(tenant, postings, visibility="tenant")

        assert counted(batch) == {"rows_received": 6, "jobs_new": 4, "rows_failed": 2}
        errors = await tenant.get(f"{BATCHES}/{batch['batch_id']}/errors", limit=2)
        rest = await tenant.get(
            f"{BATCHES}/{batch['batch_id']}/errors", cursor=errors["next_cursor"]
        )
        found = [
            (error["line"], error["severity"], error["field"])
            for error in errors["items"] + rest["items"]
        ]
        assert sorted(found) == [
            (4, "error", "title"),
            (5, "error", "external_id"),
            (6, "warning", "url"),
        ]

    async def test_a_csv_with_a_column_mapping(self, tenant: Tenant) -> None:
        response = await tenant.http.post(
            IMPORT,
            content="Stelle;x\n".replace(";", ",") + "Köchin,1\n",
            headers={"Content-Type": "text/csv; charset=utf-8"},
            params={
                "source": "board",
                "visibility": "tenant",
                "column_mapping": json.dumps({"title": "Stelle"}),
            },
        )
        assert response.status_code == 202, response.text
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            titles = await session.scalars(
                select(JobPosting.title).where(JobPosting.source_tenant_id == tenant.tenant_id)
            )
            assert titles.all() == ["Köchin"]

    @pytest.mark.parametrize(
        ("content_type", "content", "status"),
        [
            ("application/pdf", b"x", 415),
            ("text/csv; charset=klingon", b"title\nA1", 415),
            ("application/json", b'[{"title": "Nurse"}', 422),
            ("text/csv", b"name-less\nx", 422),
        ],
    )
    async def test_a_file_that_cannot_be_read_changes_nothing(
        self, tenant: Tenant, content_type: str, content: bytes, status: int
    ) -> None:
        response = await tenant.http.post(
            IMPORT,
            content=content,
            headers={"Content-Type": content_type},
            params={"source": "board", "batch_id": "bad"},
        )
        assert response.status_code == status
        assert (await tenant.http.get(f"{BATCHES}/bad")).status_code == 404


class TestVisibility:
    async def test_postings_are_global_unless_said_otherwise(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        await imported(tenant, rows(1), source="global-board")
        await imported(tenant, rows(1), source="own-board", visibility="tenant")
        async with tenant.database.tenant_session(other_tenant.tenant_id) as session:
            sources = await session.scalars(
                select(JobPosting.source).where(
                    JobPosting.imported_by_tenant_id == tenant.tenant_id
                )
            )
            assert sources.all() == ["global-board"]

    async def test_one_tenant_cannot_overwrite_what_another_imported(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        await imported(tenant, rows(2), source="shared-board")
        batch = await imported(other_tenant, rows(2, title="Hijacked"), source="shared-board")
        assert counted(batch) == {"rows_received": 2, "rows_failed": 2}

    async def test_the_platform_cannot_import_for_a_tenant(self, platform: Caller) -> None:
        assert (await send(platform, rows(1), visibility="tenant")).status_code == 403

    async def test_batches_of_others_do_not_exist(
        self, tenant: Tenant, other_tenant: Tenant, platform: Caller
    ) -> None:
        await imported(tenant, rows(1), batch_id="mine")
        for stranger in (other_tenant, platform):
            for path in ("mine", "mine/errors", "mine/progress"):
                assert (await stranger.http.get(f"{BATCHES}/{path}")).status_code == 404


class TestProgress:
    async def test_the_last_chunk_completes_the_batch(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receiving, "CHUNK_ROWS", 2)
        await imported(tenant, rows(6), batch_id="watched", visibility="tenant")
        stream = asyncio.create_task(tenant.http.get(f"{BATCHES}/watched/progress"))

        completions = []
        for chunk_number in (2, 0, 0, 1):
            async with tenant.database.tenant_session(tenant.tenant_id) as session:
                batch_id = await session.scalar(
                    select(JobImportBatch.id).where(JobImportBatch.batch_key == "watched")
                )
                assert batch_id is not None
                completions.append(
                    await complete_chunk(session, batch_id, chunk_number, matches_written=5)
                )
        assert completions == [False, False, False, True]

        response = await stream
        assert "event: end" in response.text
        batch = await tenant.get(f"{BATCHES}/watched")
        assert (batch["status"], batch["counts"]["matches_written"]) == ("completed", 15)

    async def test_batches_are_listed_newest_first(self, tenant: Tenant) -> None:
        for name in ("one", "two", "three"):
            await imported(tenant, rows(1), batch_id=name)
        first = await tenant.get(BATCHES, limit=2)
        assert [batch["batch_id"] for batch in first["items"]] == ["three", "two"]
        rest = await tenant.get(BATCHES, cursor=first["next_cursor"])
        assert [batch["batch_id"] for batch in rest["items"]] == ["one"]


async def test_postings_of_a_batch_are_counted_once_in_the_database(tenant: Tenant) -> None:
    await imported(tenant, rows(7), visibility="tenant")
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        stored = await session.scalar(
            select(func.count()).where(JobPosting.source_tenant_id == tenant.tenant_id)
        )
        assert stored == 7
