"""Postings through pages: the list, the page of one, changing, closing."""

from __future__ import annotations

import re

import pytest

from services.api.tests.conftest import Tenant
from services.api.tests.factories import add_job, add_role, add_user
from services.api.tests.integration_factories import (
    add_email_message,
    add_integration,
    add_posting_source,
)
from services.api.tests.portal.conftest import Browser


async def _job(tenant: Tenant, *, is_own: bool = True, **fields: object) -> int:
    """A posting of the tenant, or a shared one that another firm imported."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        owner = tenant.tenant_id if is_own else None
        job = await add_job(session, owner, imported_by_tenant_id=owner, **fields)
        return job.id


class TestList:
    async def test_searches_and_filters(self, tenant: Tenant, recruiter: Browser) -> None:
        await _job(tenant, title="Lamp Lighter", company="Northwind", source="own-feed")
        await _job(tenant, title="Glass Blower", company="Lumen", work_mode="remote")
        for query in (
            "search=lamp",
            "company=north",
            "source=own-feed",
            "search=northw&visibility=tenant&status=active",
        ):
            text = await recruiter.open(f"/jobs?{query}")
            assert "Lamp Lighter" in text, query
            assert "Glass Blower" not in text, query
        assert "Glass Blower" in await recruiter.open("/jobs?work_mode=remote&visibility=tenant")
        assert "Nothing fits" in await recruiter.open("/jobs?visibility=tenant&status=closed")

    async def test_names_each_source_once_in_the_filter(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        for source in ("zeta", "alpha", "zeta"):
            await _job(tenant, source=source)
        text = await recruiter.open("/jobs")
        listed = re.findall(r"<option>([^<]+)</option>", text)
        assert listed.count("zeta") == listed.count("alpha") == 1
        assert listed == sorted(listed)

    async def test_filters_by_role(self, tenant: Tenant, recruiter: Browser) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            role = await add_role(session, "Snail Farmer")
        await _job(tenant, title="Heliciculturist", role_id=role.id)
        text = await recruiter.open(f"/jobs?role_id={role.id}")
        assert "Heliciculturist" in text
        assert "Snail Farmer" in text


class TestPosting:
    async def test_escapes_what_the_source_said(self, tenant: Tenant, recruiter: Browser) -> None:
        job_id = await _job(
            tenant,
            title="<script>alert(1)</script>",
            description="<img src=x onerror=alert(1)>",
            salary_text="<i>much</i>",
        )
        text = await recruiter.open(f"/jobs/{job_id}")
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;i&gt;much" in text

    async def test_names_the_mail_that_it_came_from(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        job_id = await _job(tenant)
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            user = await add_user(session, tenant.tenant_id)
            integration = await add_integration(session, tenant.tenant_id, user.id)
            message = await add_email_message(session, integration)
            details = {"client": "Acme Bank", "contact": {"name": "Kim Lee"}, "places": []}
            await add_posting_source(session, message, job_id, details=details)
        text = await recruiter.open(f"/jobs/{job_id}")
        assert integration.address in text
        assert "Acme Bank" in text
        assert "Kim Lee" in text

    @pytest.mark.parametrize("path", ["", "/candidates", "/edit"])
    async def test_others_postings_do_not_exist(
        self, other_tenant: Tenant, admin: Browser, path: str
    ) -> None:
        job_id = await _job(other_tenant)
        assert (await admin.http.get(f"/jobs/{job_id}{path}")).status_code == 404


class TestChanging:
    async def test_what_the_form_says_is_saved_and_scored_again(
        self, tenant: Tenant, recruiter: Browser
    ) -> None:
        job_id = await _job(tenant, company="Northwind", salary_min=10)
        form = await recruiter.open(f"/jobs/{job_id}/edit")
        assert 'value="Northwind"' in form
        fields = {
            "title": "Glass Blower",
            "company": "",
            "skills": "Glass\r\n\r\nFire",
            "salary_min": "20.50",
            "salary_max": "30",
            "posted_date": "2026-03-02",
        }
        for _time in range(2):
            response = await recruiter.send(f"/jobs/{job_id}/edit", **fields)
            assert response.status_code == 303
        saved = await tenant.get(f"/api/v1/jobs/{job_id}")
        assert (saved["title"], saved["company"]) == ("Glass Blower", None)
        assert saved["skills"] == ["Glass", "Fire"]
        assert (saved["salary_min"], saved["salary_max"]) == (20.5, 30)
        events = [data["changed_fields"] for name, data in await tenant.events()]
        assert events == [["company", "posted_date", "salary_max", "salary_min", "skills", "title"]]

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"title": ""}, "title-help"),
            ({"title": "x", "url": "javascript:alert(1)"}, "url-help"),
            ({"title": "x", "salary_min": "9", "salary_max": "1"}, "salary_min-help"),
            ({"title": "x" * 300}, "title-help"),
            ({"title": "x", "description": "a\x00b"}, "description-help"),
        ],
    )
    async def test_what_is_refused_is_shown_again_and_changes_nothing(
        self, tenant: Tenant, recruiter: Browser, fields: dict[str, str], message: str
    ) -> None:
        job_id = await _job(tenant, title="Lamp Lighter")
        response = await recruiter.send(f"/jobs/{job_id}/edit", **fields)
        assert response.status_code == 422
        assert f'id="{message}"' in response.text
        assert (await tenant.get(f"/api/v1/jobs/{job_id}"))["title"] == "Lamp Lighter"

    async def test_shared_postings_of_others_are_read_only(
        self, other_tenant: Tenant, recruiter: Browser
    ) -> None:
        job_id = await _job(other_tenant, is_own=False)
        assert f"/jobs/{job_id}/edit" not in await recruiter.open(f"/jobs/{job_id}")
        assert (await recruiter.http.get(f"/jobs/{job_id}/edit")).status_code == 403
        for path in ("edit", "close", "reopen"):
            sent = await recruiter.send(f"/jobs/{job_id}/{path}", title="Mine")
            assert sent.status_code == 403

    async def test_closes_and_opens_again(self, tenant: Tenant, recruiter: Browser) -> None:
        job_id = await _job(tenant)
        for _time in range(2):
            assert (await recruiter.send(f"/jobs/{job_id}/close")).status_code == 303
        assert "Open again" in await recruiter.open(f"/jobs/{job_id}")
        assert (await recruiter.send(f"/jobs/{job_id}/reopen")).status_code == 303
        assert "is open again" in await recruiter.open(f"/jobs/{job_id}")

    async def test_is_not_for_hr(self, tenant: Tenant, hr: Browser) -> None:
        job_id = await _job(tenant)
        assert f"/jobs/{job_id}/edit" not in await hr.open(f"/jobs/{job_id}")
        assert (await hr.send(f"/jobs/{job_id}/close")).status_code == 403
