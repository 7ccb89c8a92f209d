"""Mails by which people of the tenant choose a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from blacklight_shared.events import PasswordResetMail
from blacklight_shared.models import (
    PASSWORD_RESET_PURPOSE,
    MailTemplate,
    PasswordReset,
    PortalUser,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.kinds.kind import Kind, PointlessMailError


@dataclass(frozen=True, slots=True)
class PasswordContent:
    """What a person reads about their password."""

    reader_name: str
    is_welcome: bool
    url: str
    expires_at: datetime


async def _password(
    session: AsyncSession,
    event: PasswordResetMail,
    reader: PortalUser | None,
    deps: NotificationDeps,
) -> PasswordContent:
    reset = await session.scalar(select(PasswordReset).where(PasswordReset.id == event.reset_id))
    if reset is None or reset.used_at is not None or reset.token_sealed is None:
        raise PointlessMailError("the link was used already")
    if reset.expires_at <= datetime.now(UTC):
        raise PointlessMailError("the link has expired")
    token = deps.secret_box.decrypt(
        reset.token_sealed, purpose=PASSWORD_RESET_PURPOSE, tenant_id=event.tenant_id
    )
    return PasswordContent(
        reader_name=reader.full_name if reader else "",
        is_welcome=reset.is_welcome,
        url=f"{event.page_url}?{urlencode({'token': token})}",
        expires_at=reset.expires_at,
    )


PASSWORD_RESET = Kind(
    template=MailTemplate.PASSWORD_RESET,
    event=PasswordResetMail,
    business_key=lambda event, _asked_on: f"reset:{event.reset_id}",
    compose=_password,
)
