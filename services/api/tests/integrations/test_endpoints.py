"""Connected mailboxes: who sees them, what is told of them, what can be done with them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from blacklight_api.auth.principal import Actor, ActorType, Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.integrations import service
from blacklight_api.integrations.access import acting_user
from blacklight_api.integrations.queries import IntegrationFilter
from blacklight_api.pagination import PageRequest
from blacklight_api.problems import Forbidden, NotFound
from blacklight_api.work import TenantWork
from blacklight_devstack.emulators.consents import Refusal
from blacklight_devstack.emulators.faults import Fault
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_shared.models import (
    EmailIntegration,
    IntegrationStatus,
    IntegrationTokens,
    MailboxProviderName,
    SyncRunStatus,
)
from sqlalchemy import func, select, update

from services.api.tests.conftest import Tenant, WithScopes
from services.api.tests.factories import add_job, add_user
from services.api.tests.integration_factories import (
    add_email_message,
    add_integration,
    add_posting_source,
    add_sync_run,
)
from services.api.tests.integrations.conftest import PATH, Browser

PERSON = frozenset({Scope.INTEGRATIONS_READ, Scope.INTEGRATIONS_WRITE})
FIRST_PAGE = PageRequest(limit=50, cursor=None)


@pytest.fixture
async def integration(tenant: Tenant) -> EmailIntegration:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        return await add_integration(session, tenant.tenant_id, tenant.admin_user_id)


async def set_status(tenant: Tenant, status: IntegrationStatus) -> None:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        await session.execute(
            update(EmailIntegration).values(
                status=status, consecutive_failures=3, last_error="The provider failed."
            )
        )


class TestWhoSees:
    async def test_a_person_sees_their_own(
        self, tenant: Tenant, integration: EmailIntegration
    ) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            other = await add_user(session, tenant.tenant_id)
            theirs = await add_integration(session, tenant.tenant_id, other.id)
            actor = Actor(ActorType.USER, str(other.id))
            work = TenantWork(
                session, Principal(tenant.tenant_id, PERSON, actor), None, tenant.tenant_id
            )
            shown = await service.page(work, IntegrationFilter(), FIRST_PAGE)
            assert [item.id for item in shown.items] == [theirs.id]
            # Asking for somebody else's by name gives the own ones as well.
            wanted = IntegrationFilter(user_id=tenant.admin_user_id)
            assert [item.id for item in (await service.page(work, wanted, FIRST_PAGE)).items] == [
                theirs.id
            ]
            for forbidden in (service.pause, service.resume, service.request_sync):
                with pytest.raises(NotFound):
                    await forbidden(work, integration.id)
            with pytest.raises(NotFound):
                await service.sync_runs(work, integration.id, FIRST_PAGE)
            with pytest.raises(NotFound):
                await service.messages(work, integration.id, [], FIRST_PAGE)

    async def test_an_admin_sees_the_tenants(
        self, tenant: Tenant, integration: EmailIntegration
    ) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            other = await add_user(session, tenant.tenant_id)
            theirs = await add_integration(
                session, tenant.tenant_id, other.id, provider=MailboxProviderName.OUTLOOK
            )
        shown = await tenant.get(PATH)
        assert [item["id"] for item in shown["items"]] == [theirs.id, integration.id]
        narrowed = await tenant.get(PATH, user_id=other.id, provider="outlook", status="active")
        assert [item["id"] for item in narrowed["items"]] == [theirs.id]
        assert (await tenant.get(PATH, status="paused"))["items"] == []

    async def test_a_key_without_the_admins_scope_sees_none(
        self, tenant: Tenant, with_scopes: WithScopes, integration: EmailIntegration
    ) -> None:
        client = await with_scopes(tenant, sorted(PERSON))
        for path in (PATH, f"{PATH}/{integration.id}"):
            assert (await client.get(path)).status_code == 403

    async def test_nobody_acts_for_a_program(self) -> None:
        with pytest.raises(Forbidden):
            acting_user(Principal(1, PERSON, Actor(ActorType.API_KEY, "1")))

    async def test_pages(self, tenant: Tenant) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            made = [
                (await add_integration(session, tenant.tenant_id, tenant.admin_user_id)).id
                for _ in range(3)
            ]
        first = await tenant.get(PATH, limit=2)
        second = await tenant.get(PATH, limit=2, cursor=first["next_cursor"])
        assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
        assert second["next_cursor"] is None


async def test_the_frequency_can_be_changed(tenant: Tenant, integration: EmailIntegration) -> None:
    path = f"{PATH}/{integration.id}"
    response = await tenant.http.patch(path, json={"sync_frequency_minutes": 60})
    assert response.json()["sync_frequency_minutes"] == 60
    assert (await tenant.get(path))["sync_frequency_minutes"] == 60


@pytest.mark.parametrize("minutes", [4, 1_441, None, "soon"])
async def test_a_frequency_out_of_bounds_is_refused(
    tenant: Tenant, integration: EmailIntegration, minutes: object
) -> None:
    response = await tenant.http.patch(
        f"{PATH}/{integration.id}", json={"sync_frequency_minutes": minutes}
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "sync_frequency_minutes"


class TestPausing:
    async def test_and_resuming(self, tenant: Tenant, integration: EmailIntegration) -> None:
        path = f"{PATH}/{integration.id}"
        assert (await tenant.http.post(f"{path}/pause")).json()["status"] == "paused"
        assert (await tenant.http.post(f"{path}/sync")).status_code == 409
        assert (await tenant.http.post(f"{path}/resume")).json()["status"] == "active"

    async def test_twice_is_once(self, tenant: Tenant, integration: EmailIntegration) -> None:
        for _ in range(2):
            await tenant.http.post(f"{PATH}/{integration.id}/pause")
        entries = (await tenant.get("/api/v1/audit-log"))["items"]
        paused = [entry for entry in entries if entry["action"] == "email_integration.paused"]
        assert len(paused) == 1

    async def test_resuming_forgives_failures(
        self, tenant: Tenant, integration: EmailIntegration
    ) -> None:
        await set_status(tenant, IntegrationStatus.DISABLED)
        shown = (await tenant.http.post(f"{PATH}/{integration.id}/resume")).json()
        assert (shown["status"], shown["consecutive_failures"], shown["last_error"]) == (
            "active",
            0,
            None,
        )

    async def test_a_refused_mailbox_has_to_be_connected_again(
        self, tenant: Tenant, integration: EmailIntegration
    ) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await session.execute(update(IntegrationTokens).values(refused_at=func.now()))
        await set_status(tenant, IntegrationStatus.DISABLED)
        response = await tenant.http.post(f"{PATH}/{integration.id}/resume")
        assert response.status_code == 409
        assert "connect it again" in response.json()["detail"]


async def test_sync_now_emits_the_event(tenant: Tenant, integration: EmailIntegration) -> None:
    response = await tenant.http.post(f"{PATH}/{integration.id}/sync")
    assert response.status_code == 202
    [(name, data)] = await tenant.events()
    assert name == "email/sync-user-inbox"
    assert (data["integration_id"], data["manual_trigger"]) == (integration.id, True)


class TestDisconnecting:
    async def test_revokes_where_the_provider_can_and_erases(
        self,
        browser: Browser,
        provider: MailProvider,
        provider_name: MailboxProviderName,
        address: str,
    ) -> None:
        connected = (await browser.connect(address, provider=provider_name)).json()
        tenant = browser.tenant
        response = await tenant.http.post(f"{PATH}/{connected['id']}/disconnect")
        assert response.status_code == 200, response.text
        can_revoke = provider_name is MailboxProviderName.GMAIL
        assert response.json()["revoked_at_provider"] is can_revoke
        assert response.json()["status"] == "disconnected"
        assert provider.consents.is_ended(address) is can_revoke
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            left = await session.scalar(select(func.count()).select_from(IntegrationTokens))
        assert left == 0

    async def test_erases_even_if_the_provider_does_not_answer(
        self, browser: Browser, provider: MailProvider, address: str
    ) -> None:
        connected = (await browser.connect(address, provider="gmail")).json()
        provider.faults.order(Fault.SERVER_ERROR, operation="revoke")
        tenant = browser.tenant
        response = await tenant.http.post(f"{PATH}/{connected['id']}/disconnect")
        assert response.json()["status"] == "disconnected"
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            assert await session.scalar(select(func.count()).select_from(IntegrationTokens)) == 0

    async def test_of_a_mailbox_that_was_revoked_there_is_no_error(
        self, browser: Browser, provider: MailProvider, address: str
    ) -> None:
        connected = (await browser.connect(address, provider="gmail")).json()
        provider.consents.end(address, Refusal.REVOKED)
        response = await browser.tenant.http.post(f"{PATH}/{connected['id']}/disconnect")
        assert response.status_code == 200

    async def test_twice_does_no_harm(self, tenant: Tenant, integration: EmailIntegration) -> None:
        for _ in range(2):
            response = await tenant.http.post(f"{PATH}/{integration.id}/disconnect")
            assert response.json()["status"] == "disconnected"
        entries = (await tenant.get("/api/v1/audit-log"))["items"]
        assert [
            entry["action"] for entry in entries if entry["entity_type"] == "email_integration"
        ] == ["email_integration.disconnected"]

    async def test_nothing_else_is_possible_then(
        self, tenant: Tenant, integration: EmailIntegration
    ) -> None:
        await tenant.http.post(f"{PATH}/{integration.id}/disconnect")
        for action in ("pause", "resume", "sync"):
            response = await tenant.http.post(f"{PATH}/{integration.id}/{action}")
            assert response.status_code == 409


async def test_the_history_of_syncs(tenant: Tenant, integration: EmailIntegration) -> None:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        await add_sync_run(
            session, integration, status=SyncRunStatus.COMPLETED, messages_found=7, jobs_created=2
        )
        await add_sync_run(
            session, integration, status=SyncRunStatus.FAILED, error="The provider failed."
        )
    path = f"{PATH}/{integration.id}/sync-runs"
    failed, completed = (await tenant.get(path))["items"]
    assert (failed["status"], failed["error"]) == ("failed", "The provider failed.")
    assert (completed["messages_found"], completed["jobs_created"]) == (7, 2)
    page = await tenant.get(path, limit=1)
    assert (await tenant.get(path, limit=1, cursor=page["next_cursor"]))["items"] == [completed]


async def test_mails_with_their_results(tenant: Tenant, integration: EmailIntegration) -> None:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        job = await add_job(session, source_tenant_id=tenant.tenant_id)
        message = await add_email_message(
            session,
            integration,
            subject="Java developer",
            status="job_created",
            confidence=Decimal("0.92"),
            parser="rules",
        )
        await add_posting_source(session, message, job.id)
        await add_email_message(
            session,
            integration,
            status="skipped",
            reason_code="newsletter",
            reason="It is a newsletter.",
        )
    path = f"{PATH}/{integration.id}/messages"
    skipped, created = (await tenant.get(path))["items"]
    assert (skipped["reason_code"], skipped["job_ids"]) == ("newsletter", [])
    assert (created["job_ids"], created["confidence"]) == ([job.id], 0.92)
    assert "sealed" not in str(created)
    assert (await tenant.get(path, status="skipped"))["items"] == [skipped]
    page = await tenant.get(path, limit=1)
    assert (await tenant.get(path, limit=1, cursor=page["next_cursor"]))["items"] == [created]
