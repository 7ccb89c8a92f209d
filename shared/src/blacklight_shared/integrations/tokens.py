"""Tokens at rest: encrypted, renewed once before they expire, however many runs want them.

The row of a token is locked while it is renewed. Whoever waited for the lock finds the new token
and renews nothing, and nothing is disconnected half-way. A renewal may have happened and its answer
been lost with the process; the old refresh token then still works, at Google for good and at
Microsoft until it expires.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.events import IntegrationError, IntegrationErrorType
from blacklight_shared.integrations.providers import (
    MailboxProvider,
    ProviderTokens,
    TokensRefusedError,
)
from blacklight_shared.models import (
    INTEGRATION_TOKENS_PURPOSE,
    EmailIntegration,
    IntegrationTokens,
    MailboxProviderName,
)
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from blacklight_shared.workflows import NonRetriableError

REFRESH_MARGIN = timedelta(minutes=5)
"""A token that is good for less than this is renewed before it is used."""


class NotConnectedError(NonRetriableError):
    """There are no tokens for the integration: it was disconnected, or is another tenant's."""

    def __init__(self, integration_id: int) -> None:
        super().__init__(f"integration {integration_id} is not connected")


@dataclass(frozen=True)
class TokenStore:
    """Gives access tokens that are good.

    Attributes:
        database: Where they are.
        secret_box: Encrypts them.
        providers: Renew them.
    """

    database: Database
    secret_box: SecretBox
    providers: Mapping[MailboxProviderName, MailboxProvider]

    async def access_token(
        self, tenant_id: int, integration_id: int, *, rejected: str | None = None
    ) -> str:
        """An access token that is good for at least ``REFRESH_MARGIN``.

        The first time that a provider refuses to renew, ``email/integration-error`` is emitted.

        Args:
            tenant_id: Whose mailbox.
            integration_id: Which one.
            rejected: A token that the mailbox has just answered with 401; it is not given again.

        Raises:
            NotConnectedError: There are no tokens.
            TokensRefusedError: The provider has ended the access.
            ApiError: The provider fails or cannot be reached.
        """
        async with self.database.tenant_session(tenant_id) as session:
            usable = await self._usable(session, integration_id, rejected)
            found = usable or await self._renewed(session, integration_id, rejected)
        # Raised here, so that what the transaction notes of it stays.
        if isinstance(found, TokensRefusedError):
            raise found
        return found

    async def _usable(
        self, session: AsyncSession, integration_id: int, rejected: str | None
    ) -> str | None:
        row = await _find(session, integration_id)
        if row.refused_at is not None or not _is_fresh(row):
            return None
        token = open_tokens(row, self.secret_box).access_token
        return token if token != rejected else None

    async def _renewed(
        self, session: AsyncSession, integration_id: int, rejected: str | None
    ) -> str | TokensRefusedError:
        row = await _find(session, integration_id, lock=True)
        provider = await self._provider_of(session, integration_id)
        if row.refused_at is not None:
            return TokensRefusedError(provider.name, IntegrationErrorType.TOKEN_EXPIRED)
        tokens = open_tokens(row, self.secret_box)
        if _is_fresh(row) and tokens.access_token != rejected:
            return tokens.access_token
        try:
            renewed = await provider.refresh(tokens)
        except TokensRefusedError as error:
            await _note_refusal(session, row, error)
            return error
        await keep_tokens(session, self.secret_box, row.tenant_id, integration_id, renewed)
        return renewed.access_token

    async def _provider_of(self, session: AsyncSession, integration_id: int) -> MailboxProvider:
        name = await session.scalar(
            select(EmailIntegration.provider).where(EmailIntegration.id == integration_id)
        )
        provider = self.providers.get(MailboxProviderName(name)) if name else None
        if provider is None:
            raise NonRetriableError(f"this installation is not registered with {name}")
        return provider


async def keep_tokens(
    session: AsyncSession,
    secret_box: SecretBox,
    tenant_id: int,
    integration_id: int,
    tokens: ProviderTokens,
) -> None:
    """Write the tokens of an integration, in place of those it had."""
    text = orjson.dumps({"access_token": tokens.access_token, "renewal": tokens.renewal}).decode()
    values = {
        "tokens_sealed": secret_box.encrypt(
            text, purpose=INTEGRATION_TOKENS_PURPOSE, tenant_id=tenant_id
        ),
        "access_expires_at": tokens.access_expires_at,
        "scopes": list(tokens.scopes),
        "refused_at": None,
    }
    await session.execute(
        insert(IntegrationTokens)
        .values(integration_id=integration_id, tenant_id=tenant_id, **values)
        .on_conflict_do_update(
            index_elements=[IntegrationTokens.integration_id],
            set_={**values, "updated_at": func.now()},
        )
    )


def open_tokens(row: IntegrationTokens, secret_box: SecretBox) -> ProviderTokens:
    """Decrypt.

    Raises:
        DecryptionError: No key of this installation made it.
    """
    text = secret_box.decrypt(
        row.tokens_sealed, purpose=INTEGRATION_TOKENS_PURPOSE, tenant_id=row.tenant_id
    )
    secrets = orjson.loads(text)
    return ProviderTokens(
        access_token=secrets["access_token"],
        renewal=secrets["renewal"],
        access_expires_at=row.access_expires_at,
        scopes=tuple(row.scopes),
    )


async def _find(
    session: AsyncSession, integration_id: int, *, lock: bool = False
) -> IntegrationTokens:
    query = (
        select(IntegrationTokens)
        .where(IntegrationTokens.integration_id == integration_id)
        .execution_options(populate_existing=True)
    )
    row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotConnectedError(integration_id)
    return row


def _is_fresh(row: IntegrationTokens) -> bool:
    return row.access_expires_at - datetime.now(UTC) >= REFRESH_MARGIN


async def _note_refusal(
    session: AsyncSession, row: IntegrationTokens, error: TokensRefusedError
) -> None:
    row.refused_at = datetime.now(UTC)
    event = IntegrationError(
        integration_id=row.integration_id,
        tenant_id=row.tenant_id,
        error_type=error.error_type,
        error_message=str(error),
    )
    await add_events(session, [event], tenant_id=row.tenant_id, trace_context=current_trace())
