"""Re-encrypting what older keys have encrypted, so that those keys can be taken away.

A new key is put in front of ``BLACKLIGHT_SECRET_KEYS`` everywhere, this is run, and the older keys
are taken away. It may run beside everything else, and may be broken off and run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.models import (
    EMAIL_BODY_PURPOSE,
    FEED_URL_PURPOSE,
    INTEGRATION_TOKENS_PURPOSE,
    INVITATION_TOKEN_PURPOSE,
    OAUTH_FLOW_PURPOSE,
    PASSWORD_RESET_PURPOSE,
    SMTP_PASSWORD_PURPOSE,
    CandidateInvitation,
    EmailMessage,
    IntegrationTokens,
    JobImportBatch,
    OAuthState,
    PasswordReset,
    Tenant,
    TenantMailSettings,
)
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

BATCH_ROWS = 50


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column that holds secrets.

    Attributes:
        key: The primary key of its table.
        sealed: The column.
        purpose: As in ``SecretBox.encrypt``.
    """

    key: InstrumentedAttribute[int]
    sealed: InstrumentedAttribute[Any]
    purpose: str


SEALED_COLUMNS = (
    SealedColumn(
        TenantMailSettings.tenant_id, TenantMailSettings.smtp_password_sealed, SMTP_PASSWORD_PURPOSE
    ),
    SealedColumn(
        CandidateInvitation.id, CandidateInvitation.token_sealed, INVITATION_TOKEN_PURPOSE
    ),
    SealedColumn(PasswordReset.id, PasswordReset.token_sealed, PASSWORD_RESET_PURPOSE),
    SealedColumn(
        IntegrationTokens.integration_id,
        IntegrationTokens.tokens_sealed,
        INTEGRATION_TOKENS_PURPOSE,
    ),
    SealedColumn(OAuthState.id, OAuthState.flow_sealed, OAUTH_FLOW_PURPOSE),
    SealedColumn(EmailMessage.id, EmailMessage.raw_sealed, EMAIL_BODY_PURPOSE),
    SealedColumn(JobImportBatch.id, JobImportBatch.feed_url_sealed, FEED_URL_PURPOSE),
)
"""All of them; their tables belong to tenants, or to tenants and the platform."""


async def rotate_secrets(database: Database, secret_box: SecretBox) -> int:
    """Re-encrypt, for every tenant and the platform, what the current key has not encrypted.

    Returns:
        How many secrets were re-encrypted.

    Raises:
        DecryptionError: A secret was encrypted by a key that is not among those given; what was
            done until then stays done.
    """
    async with database.system_session() as session:
        tenant_ids = (await session.scalars(select(Tenant.id).order_by(Tenant.id))).all()
    rotated = 0
    for tenant_id in (*tenant_ids, None):
        for column in SEALED_COLUMNS:
            rotated += await _rotate_column(database, secret_box, tenant_id, column)
    return rotated


async def _rotate_column(
    database: Database, secret_box: SecretBox, tenant_id: int | None, column: SealedColumn
) -> int:
    rotated = 0
    while True:
        async with database.session_for(tenant_id) as session:
            keys = await _rotate_batch(session, secret_box, tenant_id, column)
        rotated += len(keys)
        if len(keys) < BATCH_ROWS:
            return rotated


async def _rotate_batch(
    session: AsyncSession, secret_box: SecretBox, tenant_id: int | None, column: SealedColumn
) -> Sequence[int]:
    prefix = secret_box.current_prefix
    rows = (
        await session.execute(
            select(column.key, column.sealed)
            .where(func.substring(column.sealed, 1, len(prefix)) != prefix)
            .order_by(column.key)
            .limit(BATCH_ROWS)
            # A token that is being renewed at this moment must not get its old content back.
            .with_for_update()
        )
    ).all()
    for key, sealed in rows:
        fresh = secret_box.rotate(bytes(sealed), purpose=column.purpose, tenant_id=tenant_id)
        await session.execute(
            update(column.sealed.class_).where(column.key == key).values({column.sealed: fresh})
        )
    return [key for key, _sealed in rows]
