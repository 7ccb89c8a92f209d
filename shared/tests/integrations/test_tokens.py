"""Tokens at rest: encrypted, each tenant's own, renewed in time and once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from blacklight_devstack.emulators.consents import Refusal
from blacklight_devstack.emulators.faults import Fault
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.events import IntegrationError, IntegrationErrorType
from blacklight_shared.integrations import (
    REFRESH_MARGIN,
    NotConnectedError,
    TokensRefusedError,
    TokenStore,
    keep_tokens,
)
from blacklight_shared.models import (
    EmailIntegration,
    IntegrationTokens,
    OutboxEvent,
    PortalRole,
    PortalUser,
    Tenant,
)
from blacklight_shared.settings import Settings
from blacklight_shared.workflows import ApiError
from pydantic import SecretStr
from sqlalchemy import delete, insert, select, update

from shared.tests.integrations.conftest import ProviderUnderTest

OLD_KEY, NEW_KEY = SecretStr("old-" * 10), SecretStr("new-" * 10)
STALE = REFRESH_MARGIN - timedelta(seconds=1)


@dataclass(frozen=True)
class Connected:
    """A connected mailbox."""

    store: TokenStore
    provider: ProviderUnderTest
    tenant_id: int
    integration_id: int
    address: str
    token: str

    async def access_token(self, **options: str) -> str:
        return await self.store.access_token(self.tenant_id, self.integration_id, **options)

    async def change(self, **values: object) -> None:
        async with self.store.database.tenant_session(self.tenant_id) as session:
            await session.execute(update(IntegrationTokens).values(**values))

    async def let_it_expire(self, left: timedelta = STALE) -> None:
        await self.change(access_expires_at=datetime.now(UTC) + left)

    async def row(self) -> IntegrationTokens:
        async with self.store.database.tenant_session(self.tenant_id) as session:
            return (await session.scalars(select(IntegrationTokens))).one()

    async def events(self) -> list[IntegrationError]:
        async with self.store.database.tenant_session(self.tenant_id) as session:
            rows = await session.execute(select(OutboxEvent.name, OutboxEvent.data))
            return [
                IntegrationError.model_validate(row.data)
                for row in rows
                if row.name == IntegrationError.name
            ]

    def calls(self) -> int:
        return self.provider.theirs.faults.calls["token"]


@pytest.fixture
async def database(module_database: DatabaseUrls) -> AsyncIterator[Database]:
    made = Database.from_settings(
        Settings(
            database_url=SecretStr(module_database.app),
            system_database_url=SecretStr(module_database.system),
            database_pool_size=10,
        )
    )
    yield made
    await made.close()


@pytest.fixture
async def connected(database: Database, provider: ProviderUnderTest) -> Connected:
    address = f"{uuid.uuid4().hex[:10]}@example.com"
    grant = await provider.connect(address)
    box = SecretBox([OLD_KEY])
    async with database.global_session() as session:
        slug = uuid.uuid4().hex
        added = await session.execute(
            insert(Tenant).values(slug=slug, name=slug).returning(Tenant.id)
        )
        tenant_id = added.scalar_one()
    async with database.tenant_session(tenant_id) as session:
        user = PortalUser(
            tenant_id=tenant_id, email=address, full_name="R", role=PortalRole.RECRUITER
        )
        session.add(user)
        await session.flush()
        integration = EmailIntegration(
            tenant_id=tenant_id, user_id=user.id, provider=provider.ours.name, address=address
        )
        session.add(integration)
        await session.flush()
        await keep_tokens(session, box, tenant_id, integration.id, grant.tokens)
    provider.theirs.faults.clear()
    store = TokenStore(database, box, {provider.ours.name: provider.ours})
    return Connected(store, provider, tenant_id, integration.id, address, grant.tokens.access_token)


async def test_a_good_token_is_used_as_it_is(connected: Connected) -> None:
    await connected.let_it_expire(REFRESH_MARGIN + timedelta(minutes=1))
    assert await connected.access_token() == connected.token
    assert connected.calls() == 0


async def test_a_token_near_its_end_is_renewed(connected: Connected) -> None:
    await connected.let_it_expire()
    renewed = await connected.access_token()
    assert renewed != connected.token
    assert await connected.access_token() == renewed
    assert connected.calls() == 1


async def test_parallel_runs_renew_once(connected: Connected) -> None:
    await connected.let_it_expire()
    tokens = await asyncio.gather(*(connected.access_token() for _ in range(8)))
    assert len(set(tokens)) == 1
    assert tokens[0] != connected.token
    assert connected.calls() == 1


async def test_a_rejected_token_is_not_given_again(connected: Connected) -> None:
    tokens = await asyncio.gather(
        *(connected.access_token(rejected=connected.token) for _ in range(4))
    )
    assert len({connected.token, *tokens}) == 2
    assert connected.calls() == 1


@pytest.mark.parametrize("refusal", [Refusal.EXPIRED, Refusal.REVOKED])
async def test_a_refusal_is_told_once(connected: Connected, refusal: Refusal) -> None:
    await connected.let_it_expire()
    connected.provider.theirs.consents.end(connected.address, refusal)
    results = await asyncio.gather(
        *(connected.access_token() for _ in range(4)), return_exceptions=True
    )
    assert all(isinstance(result, TokensRefusedError) for result in results)
    assert connected.calls() == 1
    [event] = await connected.events()
    assert event.integration_id == connected.integration_id
    assert event.error_type in {
        IntegrationErrorType.TOKEN_EXPIRED,
        IntegrationErrorType.CONSENT_REVOKED,
    }
    assert connected.address not in event.error_message


async def test_a_new_consent_ends_a_refusal(connected: Connected) -> None:
    await connected.let_it_expire()
    connected.provider.theirs.consents.end(connected.address, Refusal.REVOKED)
    with pytest.raises(TokensRefusedError):
        await connected.access_token()
    grant = await connected.provider.connect(connected.address)
    async with connected.store.database.tenant_session(connected.tenant_id) as session:
        await keep_tokens(
            session,
            connected.store.secret_box,
            connected.tenant_id,
            connected.integration_id,
            grant.tokens,
        )
    assert await connected.access_token() == grant.tokens.access_token


async def test_a_failing_provider_leaves_the_tokens_as_they_are(connected: Connected) -> None:
    await connected.let_it_expire()
    connected.provider.theirs.faults.order(Fault.SERVER_ERROR)
    before = await connected.row()
    with pytest.raises(ApiError):
        await connected.access_token()
    after = await connected.row()
    assert after.tokens_sealed == before.tokens_sealed
    assert after.refused_at is None
    assert await connected.events() == []
    assert await connected.access_token() != connected.token


async def test_tokens_are_out_of_reach_of_other_tenants(connected: Connected) -> None:
    for tenant_id in (connected.tenant_id + 1, 0):
        with pytest.raises(NotConnectedError):
            await connected.store.access_token(tenant_id, connected.integration_id)


async def test_erased_tokens_are_gone(connected: Connected) -> None:
    async with connected.store.database.tenant_session(connected.tenant_id) as session:
        await session.execute(delete(IntegrationTokens))
    with pytest.raises(NotConnectedError):
        await connected.access_token()


async def test_nothing_readable_is_stored(connected: Connected) -> None:
    row = await connected.row()
    assert connected.token.encode() not in row.tokens_sealed
    assert b"refresh" not in row.tokens_sealed


async def test_renewing_moves_to_the_current_key(connected: Connected) -> None:
    await connected.let_it_expire()
    rotated = replace(connected.store, secret_box=SecretBox([NEW_KEY, OLD_KEY]))
    token = await rotated.access_token(connected.tenant_id, connected.integration_id)
    only_new = replace(connected.store, secret_box=SecretBox([NEW_KEY]))
    assert await only_new.access_token(connected.tenant_id, connected.integration_id) == token
