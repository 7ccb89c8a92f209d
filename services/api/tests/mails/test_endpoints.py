from __future__ import annotations

import pytest
from blacklight_shared.models import MailStatus

from services.api.tests.conftest import Tenant
from services.api.tests.notification_factories import add_mail

MAILS = "/api/v1/mails"
SUPPRESSIONS = "/api/v1/mail-suppressions"


class TestList:
    async def test_filters(self, tenant: Tenant) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            sent = await add_mail(session, tenant.tenant_id)
            bounced = await add_mail(
                session,
                tenant.tenant_id,
                status=MailStatus.BOUNCED,
                server_reply="550 5.1.1 There is no such mailbox",
                business_key="invitation:2",
            )
        assert await ids(tenant) == [bounced.id, sent.id]
        assert await ids(tenant, status="bounced") == [bounced.id]
        assert await ids(tenant, recipient=sent.recipient.upper()) == [sent.id]
        assert await ids(tenant, business_key="invitation:2") == [bounced.id]
        assert await ids(tenant, template="approval") == []
        shown = await tenant.get(f"{MAILS}/{bounced.id}")
        assert shown["server_reply"] == "550 5.1.1 There is no such mailbox"


class TestResend:
    async def test_makes_a_new_entry_and_asks_for_it(self, tenant: Tenant) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            mail = await add_mail(session, tenant.tenant_id)
        response = await tenant.http.post(f"{MAILS}/{mail.id}/resend")
        assert response.status_code == 202
        again = response.json()
        assert (again["send_number"], again["status"]) == (2, "queued")
        assert await tenant.events() == [
            ("email/mail.resend", {"mail_id": again["id"], "tenant_id": tenant.tenant_id})
        ]

    @pytest.mark.parametrize("status", ["queued", "sending", "retrying"])
    async def test_not_while_it_is_being_sent(self, tenant: Tenant, status: str) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            mail = await add_mail(session, tenant.tenant_id, status=status)
        assert (await tenant.http.post(f"{MAILS}/{mail.id}/resend")).status_code == 409
        assert await tenant.events() == []

    async def test_an_older_entry_waits_for_the_newer_one(self, tenant: Tenant) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            mail = await add_mail(session, tenant.tenant_id)
        await tenant.http.post(f"{MAILS}/{mail.id}/resend")
        assert (await tenant.http.post(f"{MAILS}/{mail.id}/resend")).status_code == 409


async def test_suppressions(tenant: Tenant) -> None:
    first = await tenant.make(SUPPRESSIONS, email="Ada@Example.com")
    again = await tenant.make(SUPPRESSIONS, email="ada@example.com")
    assert first == again
    assert (first["email"], first["reason"]) == ("ada@example.com", "manual")
    found = await tenant.get(SUPPRESSIONS, email="ada@example.com")
    assert found["items"] == [first]
    path = f"{SUPPRESSIONS}/{first['id']}"
    assert (await tenant.http.delete(path)).status_code == 204
    assert (await tenant.http.delete(path)).status_code == 404


async def ids(tenant: Tenant, **query: str) -> list[int]:
    return [mail["id"] for mail in (await tenant.get(MAILS, **query))["items"]]
