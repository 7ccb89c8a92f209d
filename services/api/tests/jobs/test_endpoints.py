from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from blacklight_shared.database import Database
from blacklight_shared.models import JobPosting, JobStatus
from sqlalchemy import update

from services.api.tests.conftest import Caller, Tenant
from services.api.tests.factories import add_job, add_role

JOBS = "/api/v1/jobs"

MakeJob = Callable[..., Awaitable[str]]


@pytest.fixture
def make_job(tenant: Tenant, database: Database) -> MakeJob:
    """Makes a posting, of the tenant alone unless said otherwise, and gives its path."""

    async def make(**fields: Any) -> str:
        owner = fields.pop("source_tenant_id", tenant.tenant_id)
        async with database.session_for(owner) as session:
            job = await add_job(session, owner, **fields)
        return f"{JOBS}/{job.id}"

    return make


class TestChange:
    async def test_announces_what_changed(self, tenant: Tenant, make_job: MakeJob) -> None:
        path = await make_job(title="Welder", skills=["MIG"], salary_min=10)
        patch = {"title": "Senior Welder", "skills": ["MIG"], "url": "https://example.com/1"}
        changed = (await tenant.http.patch(path, json=patch)).json()
        assert changed["title"] == "Senior Welder"
        assert changed["url"] == "https://example.com/1"
        [(name, data)] = await tenant.events()
        assert name == "job-posting/updated"
        assert data == {"job_id": changed["id"], "changed_fields": ["title", "url"]}

    async def test_of_nothing_announces_nothing(self, tenant: Tenant, make_job: MakeJob) -> None:
        path = await make_job(title="Welder")
        assert (await tenant.http.patch(path, json={"title": "Welder"})).status_code == 200
        assert await tenant.events() == []

    async def test_keeps_what_the_source_said(
        self, tenant: Tenant, make_job: MakeJob, database: Database
    ) -> None:
        path = await make_job(content_hash=b"\x07" * 32)
        await tenant.http.patch(path, json={"title": "Other"})
        async with database.tenant_session(tenant.tenant_id) as session:
            job = await session.get_one(JobPosting, int(path.rpartition("/")[2]))
        assert job.content_hash == b"\x07" * 32

    @pytest.mark.parametrize(
        ("patch", "field"),
        [
            ({"salary_min": 200}, "salary_min"),
            ({"experience_min_years": 5, "experience_max_years": 3}, "experience_min_years"),
            ({"title": "  "}, "title"),
            ({"url": "javascript:alert(1)"}, "url"),
            ({"salary_currency": "usd"}, "salary_currency"),
            ({"work_mode": "moon"}, "work_mode"),
            ({"source_tenant_id": 1}, "source_tenant_id"),
        ],
    )
    async def test_to_the_impossible_is_422(
        self, tenant: Tenant, make_job: MakeJob, patch: dict[str, Any], field: str
    ) -> None:
        path = await make_job(salary_max=100)
        before = await tenant.get(path)
        response = await tenant.http.patch(path, json=patch)
        assert response.status_code == 422
        assert field in response.json()["errors"][0]["field"]
        assert await tenant.get(path) == before


class TestOwnership:
    async def test_global_ones_are_changed_by_who_imported_them(
        self,
        tenant: Tenant,
        other_tenant: Tenant,
        platform: Caller,
        make_job: MakeJob,
    ) -> None:
        path = await make_job(source_tenant_id=None, imported_by_tenant_id=tenant.tenant_id)
        allowed = {tenant: True, other_tenant: False, platform: True}
        for caller, may in allowed.items():
            assert (await caller.get(path))["can_edit"] is may
            response = await caller.http.patch(path, json={"title": f"By {id(caller)}"})
            assert response.status_code == (200 if may else 403)

    async def test_those_of_the_platform_are_the_platforms(
        self, tenant: Tenant, platform: Caller, make_job: MakeJob
    ) -> None:
        path = await make_job(source_tenant_id=None)
        assert (await tenant.http.post(f"{path}/close")).status_code == 403
        assert (await platform.http.post(f"{path}/close")).status_code == 200

    async def test_the_platform_does_not_see_a_tenants_own(
        self, platform: Caller, make_job: MakeJob
    ) -> None:
        path = await make_job()
        assert (await platform.http.get(path)).status_code == 404


class TestStatus:
    async def test_is_closed_and_opened_again(self, tenant: Tenant, make_job: MakeJob) -> None:
        path = await make_job()
        for verb, status in (
            ("close", "closed"),
            ("close", "closed"),
            ("reopen", "active"),
            ("reopen", "active"),
        ):
            response = await tenant.http.post(f"{path}/{verb}")
            assert response.json()["status"] == status
        events = [data["changed_fields"] for _, data in await tenant.events()]
        assert events == [["status"], ["status"]]
        log = await tenant.get("/api/v1/audit-log", entity_type="job")
        assert [entry["action"] for entry in log["items"]] == ["job.reopened", "job.closed"]

    async def test_an_expired_one_cannot_be_closed(self, tenant: Tenant, make_job: MakeJob) -> None:
        path = await make_job(status=JobStatus.EXPIRED)
        assert (await tenant.http.post(f"{path}/close")).status_code == 409
        assert (await tenant.http.post(f"{path}/reopen")).json()["status"] == "active"

    async def test_its_age_counts_from_when_it_was_opened_again(
        self, tenant: Tenant, make_job: MakeJob
    ) -> None:
        paths = [await make_job(status=JobStatus.EXPIRED), await make_job()]
        for path in paths:
            await tenant.http.post(f"{path}/reopen")
        ids = [int(path.rpartition("/")[2]) for path in paths]
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            reopened, was_open = [await session.get_one(JobPosting, job_id) for job_id in ids]
        assert reopened.reopened_at is not None
        assert was_open.reopened_at is None


class TestList:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"visibility": "tenant"}, {"Welder", "Fitter"}),
            ({"status": "closed", "visibility": "tenant"}, {"Fitter"}),
            ({"search": "weld acm", "visibility": "tenant"}, {"Welder"}),
            ({"source": "inbox"}, {"Fitter"}),
            ({"work_mode": "remote", "visibility": "tenant"}, {"Welder"}),
            ({"posted_since": "2026-01-02", "visibility": "tenant"}, {"Fitter"}),
        ],
    )
    async def test_filters(
        self, tenant: Tenant, make_job: MakeJob, query: dict[str, Any], expected: set[str]
    ) -> None:
        await make_job(title="Welder", company="Acme", work_mode="remote", posted_date="2026-01-01")
        await make_job(title="Fitter", source="inbox", status="closed", posted_date="2026-01-03")
        found = await tenant.get(JOBS, **query)
        assert {item["title"] for item in found["items"]} == expected

    async def test_by_role_names_it(
        self, tenant: Tenant, make_job: MakeJob, database: Database
    ) -> None:
        async with database.global_session() as session:
            role = await add_role(session)
        path = await make_job(role_id=role.id)
        await make_job()
        [item] = (await tenant.get(JOBS, role_id=role.id))["items"]
        assert path.endswith(f"/{item['id']}")
        assert item["role"] == {"id": role.id, "name": role.name}

    async def test_shows_global_ones_to_all(
        self, tenant: Tenant, other_tenant: Tenant, make_job: MakeJob
    ) -> None:
        path = await make_job(source_tenant_id=None, title="For everyone")
        for caller in (tenant, other_tenant):
            assert (await caller.get(path))["visibility"] == "global"


async def test_a_lost_update_cannot_happen(
    tenant: Tenant, make_job: MakeJob, database: Database
) -> None:
    path = await make_job(title="Before", company="Acme")
    job_id = int(path.rpartition("/")[2])
    await tenant.http.patch(path, json={"company": "Other"})
    async with database.tenant_session(tenant.tenant_id) as session:
        await session.execute(
            update(JobPosting).where(JobPosting.id == job_id).values(title="Imported")
        )
    changed = (await tenant.http.patch(path, json={"company": "Third"})).json()
    assert (changed["title"], changed["company"]) == ("Imported", "Third")
