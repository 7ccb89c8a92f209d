"""Mails, runs and the audit log."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from blacklight_shared.database import Database
from blacklight_shared.models import MailStatus, OutboxEvent

from services.api.tests.conftest import Tenant
from services.api.tests.factories import add_batch, add_candidate, add_document
from services.api.tests.notification_factories import add_mail
from services.api.tests.portal.conftest import Browser


async def mail(tenant: Tenant, **fields: Any) -> int:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        return (await add_mail(session, tenant.tenant_id, **fields)).id


class TestMails:
    async def test_the_log_is_filtered(self, tenant: Tenant, hr: Browser) -> None:
        await mail(tenant, recipient="ada@example.com", subject="Hello Ada")
        await mail(tenant, recipient="kim@example.com", status=MailStatus.FAILED)
        page = await hr.open("/mails?recipient=ADA@example.com")
        assert "Hello Ada" in page
        assert "kim@example.com" not in page
        assert "ada@example.com" not in await hr.open("/mails?status=failed")
        assert "No mail fits" in await hr.open("/mails?template=daily_stats")

    async def test_what_was_sent_is_shown_where_it_can_do_no_harm(
        self, tenant: Tenant, hr: Browser
    ) -> None:
        body = "<h1>Hello</h1><script>alert(1)</script>"
        mail_id = await mail(tenant, body_html=body, body_text="Hello <b>")
        shown = await hr.http.get(f"/mails/{mail_id}")
        assert "<script>alert" not in shown.text
        assert "Hello &lt;b&gt;" in shown.text
        assert "frame-src 'self'" in shown.headers["content-security-policy"]

        preview = await hr.http.get(f"/mails/{mail_id}/preview")
        assert preview.text == body
        policy = preview.headers["content-security-policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "script-src" not in policy
        unwritten = await mail(tenant)
        assert (await hr.http.get(f"/mails/{unwritten}/preview")).status_code == 404

    async def test_a_mail_is_sent_again_but_not_while_it_is_sent(
        self, tenant: Tenant, hr: Browser
    ) -> None:
        mail_id = await mail(tenant, status=MailStatus.FAILED)
        sent = await hr.send(f"/mails/{mail_id}/resend")
        assert sent.headers["location"] != f"/mails/{mail_id}"
        assert "Waiting" in await hr.open(sent.headers["location"])
        assert (await hr.send(f"/mails/{mail_id}/resend")).status_code == 409

    async def test_addresses_are_suppressed_and_allowed_again(
        self, tenant: Tenant, hr: Browser
    ) -> None:
        for _ in range(2):
            await hr.send("/mails/suppressions", email=" ADA@example.com")
        assert "ada@example.com" in await hr.open("/mails/suppressions")
        assert (await hr.send("/mails/suppressions", email="nobody")).status_code == 422
        [found] = (await tenant.get("/api/v1/mail-suppressions"))["items"]
        path = f"/mails/suppressions/{found['id']}/delete"
        assert (await hr.send(path)).status_code == 303
        assert (await hr.send(path)).status_code == 404
        assert "Everyone gets mail" in await hr.open("/mails/suppressions")


async def dead_event(tenant: Tenant, **fields: Any) -> uuid.UUID:
    wanted = {"name": "jobs/imported", "data": {}, "subject": "batch:1", "attempts": 10, **fields}
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        event = OutboxEvent(tenant_id=tenant.tenant_id, dead_at=datetime.now(UTC), **wanted)
        session.add(event)
        await session.flush()
        return event.id


class TestRuns:
    async def test_they_show_what_waits_and_what_failed(
        self, tenant: Tenant, admin: Browser, recruiter: Browser, database: Database
    ) -> None:
        async with database.tenant_session(tenant.tenant_id) as session:
            await add_batch(session, tenant.tenant_id, source="careers-site")
            candidate = await add_candidate(session, tenant.tenant_id)
            await add_document(
                session, candidate, filename="photo.pdf", extraction_status="scanned"
            )
        await dead_event(tenant, last_error="HTTP 500 <html>")
        page = await admin.open("/runs")
        for words in ("careers-site", "photo.pdf", "jobs/imported", "HTTP 500 &lt;html&gt;"):
            assert words in page
        assert "after 10 attempts" in page
        assert (await recruiter.http.get("/runs")).status_code == 403

    async def test_an_event_is_sent_again_once(self, tenant: Tenant, admin: Browser) -> None:
        wanted, other = await dead_event(tenant), await dead_event(tenant, name="mail/resend")
        told = []
        for _ in range(2):
            sent = await admin.send(f"/runs/events/{wanted}/send-again")
            assert sent.headers["location"] == "/runs"
            told.append(await admin.open("/runs"))
        assert "1 event is on the way" in told[0]
        assert "No event had to be sent again" in told[1]
        assert str(wanted) not in told[1]
        assert str(other) in told[1]

        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            event = await session.get_one(OutboxEvent, wanted)
        assert (event.dead_at, event.attempts) == (None, 0)
        [entry] = (await tenant.get("/api/v1/audit-log", action="event.sent_again"))["items"]
        assert entry["entity_id"] == str(wanted)
        assert entry["changes"] == {"name": "jobs/imported"}

    async def test_all_are_sent_again_but_not_those_of_others(
        self, tenant: Tenant, other_tenant: Tenant, admin: Browser
    ) -> None:
        for _ in range(2):
            await dead_event(tenant)
        theirs = await dead_event(other_tenant)
        await admin.send("/runs/events/send-again")
        assert "2 events are on the way" in await admin.open("/runs")
        assert (await admin.send(f"/runs/events/{theirs}/send-again")).status_code == 404
        async with other_tenant.database.tenant_session(other_tenant.tenant_id) as session:
            assert (await session.get_one(OutboxEvent, theirs)).dead_at is not None

    async def test_only_admins_send_again(self, tenant: Tenant, recruiter: Browser) -> None:
        event = await dead_event(tenant)
        for path in (f"/runs/events/{event}/send-again", "/runs/events/send-again"):
            assert (await recruiter.send(path)).status_code == 403


async def test_the_audit_log_names_people_and_objects(
    tenant: Tenant, admin: Browser, recruiter: Browser
) -> None:
    await recruiter.send("/account/profile", full_name="Kim Lee")
    await tenant.make("/api/v1/candidates", first_name="Ada", last_name="Marsh")

    page = await admin.open(f"/audit?actor_id={recruiter.user_id}")
    assert f'<a href="/audit?actor_id={recruiter.user_id}">Kim Lee</a>' in page
    assert f'href="/settings/people/{recruiter.user_id}"' in page
    assert "Candidate created" not in page
    assert "Key “Admin key”" in await admin.open("/audit?entity_type=candidate")
    assert "Nothing that was done" in await admin.open("/audit?action=<script>")
    assert (await recruiter.http.get("/audit")).status_code == 403
