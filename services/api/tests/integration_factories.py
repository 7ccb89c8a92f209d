"""Rows about mailboxes that tests need to be there."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from blacklight_shared.crypto import SecretBox
from blacklight_shared.integrations import ProviderTokens, keep_tokens
from blacklight_shared.models import (
    EmailIntegration,
    EmailMessage,
    JobPostingSource,
    MailboxProviderName,
    SyncRun,
    SyncTrigger,
)
from blacklight_shared.settings import DEVELOPMENT_SECRET
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

KEYS = SecretBox([SecretStr(DEVELOPMENT_SECRET)])


async def add_integration(
    session: AsyncSession, tenant_id: int, user_id: int, **fields: Any
) -> EmailIntegration:
    """A mailbox that is connected."""
    values = {
        "provider": MailboxProviderName.GMAIL,
        "address": f"{uuid.uuid4().hex[:10]}@example.com",
    }
    integration = EmailIntegration(tenant_id=tenant_id, user_id=user_id, **(values | fields))
    session.add(integration)
    await session.flush()
    tokens = ProviderTokens(
        access_token="access",
        renewal="renewal",
        access_expires_at=datetime.now(UTC) + timedelta(hours=1),
        scopes=("mail",),
    )
    await keep_tokens(session, KEYS, tenant_id, integration.id, tokens)
    await session.refresh(integration)
    return integration


async def add_email_message(
    session: AsyncSession, integration: EmailIntegration, **fields: Any
) -> EmailMessage:
    marker = uuid.uuid4().hex
    values = {
        "provider_message_id": marker,
        "message_id": f"{marker}@example.com",
        "raw_sealed": b"sealed",
        "purge_after": datetime.now(UTC) + timedelta(days=90),
    }
    message = EmailMessage(
        tenant_id=integration.tenant_id, integration_id=integration.id, **(values | fields)
    )
    session.add(message)
    await session.flush()
    return message


async def add_sync_run(
    session: AsyncSession, integration: EmailIntegration, **fields: Any
) -> SyncRun:
    values = {"run_key": uuid.uuid4().hex, "trigger": SyncTrigger.SCHEDULE}
    run = SyncRun(
        tenant_id=integration.tenant_id, integration_id=integration.id, **(values | fields)
    )
    session.add(run)
    await session.flush()
    return run


async def add_posting_source(
    session: AsyncSession, message: EmailMessage, job_id: int, **fields: Any
) -> None:
    """Say that a posting came from a mail."""
    session.add(
        JobPostingSource(
            tenant_id=message.tenant_id,
            job_posting_id=job_id,
            email_message_id=message.id,
            position=0,
            title_key="java developer",
            **fields,
        )
    )
    await session.flush()


async def add_integration_objects(
    session: AsyncSession, tenant_id: int, user_id: int, job_id: int, marker: str
) -> dict[str, object]:
    """One object of each kind; their ids by the name of the path parameter that takes them."""
    address = f"{marker}@example.com"
    integration = await add_integration(session, tenant_id, user_id, address=address)
    message = await add_email_message(session, integration, subject=marker)
    await add_sync_run(session, integration, error=marker)
    await add_posting_source(session, message, job_id)
    return {"integration_id": integration.id}
