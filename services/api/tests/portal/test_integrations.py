"""Mailboxes in the portal: states, history, mails, and whose they are."""

from __future__ import annotations

import json

import pytest
from blacklight_shared.models import (
    EmailIntegration,
    EmailMessageStatus,
    IntegrationStatus,
    SyncRunStatus,
)

from services.api.tests.conftest import Tenant
from services.api.tests.integration_factories import (
    add_email_message,
    add_integration,
    add_sync_run,
)
from services.api.tests.portal.conftest import Browser


@pytest.fixture
async def mailbox(tenant: Tenant, recruiter: Browser) -> EmailIntegration:
    """The recruiter's."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        return await add_integration(session, tenant.tenant_id, recruiter.user_id)


class TestOneMailbox:
    async def test_mails_tell_what_became_of_them(
        self, tenant: Tenant, recruiter: Browser, mailbox: EmailIntegration
    ) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await add_email_message(
                session,
                mailbox,
                subject="<b>Lunch</b>",
                status=EmailMessageStatus.SKIPPED,
                reason="It is no job posting.",
            )
            await add_sync_run(session, mailbox, error="The provider was busy.")
        path = f"/integrations/{mailbox.id}"

        mails = await recruiter.open(path)

        assert "&lt;b&gt;Lunch" in mails
        assert "It is no job posting." in mails
        assert "Lunch" not in await recruiter.open(f"{path}?status=job_created")
        assert "The provider was busy." in await recruiter.open(f"{path}/history")
        assert mailbox.address in await recruiter.open("/integrations")

    async def test_it_is_paused_resumed_and_disconnected(
        self, recruiter: Browser, mailbox: EmailIntegration
    ) -> None:
        path = f"/integrations/{mailbox.id}"

        for _twice in range(2):
            assert (await recruiter.send(f"{path}/pause")).status_code == 303
        assert (await recruiter.send(f"{path}/sync")).status_code == 409
        assert "Paused" in await recruiter.open(path)
        await recruiter.send(f"{path}/resume")
        assert "Being read" in await recruiter.open(path)
        for _twice in range(2):
            assert (await recruiter.send(f"{path}/disconnect")).status_code == 303
        assert "Connect again" in await recruiter.open(path)

    @pytest.mark.parametrize(("minutes", "status"), [("30", 303), ("1", 422), ("often", 422)])
    async def test_how_often_it_is_read(
        self, recruiter: Browser, mailbox: EmailIntegration, minutes: str, status: int
    ) -> None:
        path = f"/integrations/{mailbox.id}/settings"

        answer = await recruiter.send(path, sync_frequency_minutes=minutes)

        assert answer.status_code == status
        assert ('value="30"' in await recruiter.open(path)) == (status == 303)

    async def test_a_reading_is_followed_until_its_end(
        self, tenant: Tenant, recruiter: Browser, mailbox: EmailIntegration
    ) -> None:
        asked = await recruiter.send(f"/integrations/{mailbox.id}/sync")
        assert "Waiting for the mailbox" in await recruiter.open(asked.headers["location"])
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await add_sync_run(session, mailbox, status=SyncRunStatus.COMPLETED, messages_found=3)

        events = await recruiter.open(f"/integrations/{mailbox.id}/progress?after=0")

        told = json.loads(events.strip().split("data: ")[-1])
        assert told == {"percent": 100.0, "message": "Read: 3 new mails.", "done": True}
        assert "data-live" not in await recruiter.open(asked.headers["location"])


class TestWhose:
    async def test_a_person_sees_their_own_and_an_admin_all(
        self, recruiter: Browser, hr: Browser, admin: Browser, mailbox: EmailIntegration
    ) -> None:
        assert mailbox.address not in await hr.open("/integrations")
        assert (await hr.http.get(f"/integrations/{mailbox.id}")).status_code == 404
        assert (await hr.send(f"/integrations/{mailbox.id}/pause")).status_code == 404
        assert mailbox.address in await admin.open("/integrations")

    async def test_a_provider_that_is_not_set_up_is_not_offered(self, recruiter: Browser) -> None:
        assert "No mail provider is set up" in await recruiter.open("/integrations")
        assert (await recruiter.send("/integrations/connect/gmail")).status_code == 409
        assert (await recruiter.send("/integrations/connect/none")).status_code == 404


async def test_a_mailbox_that_failed_says_what_helps(
    tenant: Tenant, recruiter: Browser, mailbox: EmailIntegration
) -> None:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        failed = await session.get_one(EmailIntegration, mailbox.id)
        failed.status = IntegrationStatus.DISABLED
        failed.last_error = "Google does not let us in any more. Connect the mailbox again."

    shown = await recruiter.open(f"/integrations/{mailbox.id}")

    assert "Google does not let us in any more" in shown
    assert "Connect again" in shown
