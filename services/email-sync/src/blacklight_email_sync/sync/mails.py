"""Mails on their way into the database: encrypted, each Message-ID once per inbox."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from blacklight_shared.crypto import SecretBox
from blacklight_shared.models import EMAIL_BODY_PURPOSE, EmailMessage, EmailMessageStatus
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_email_sync.parsing import ParsedMail


class Unfetched(StrEnum):
    """Why a mail was not fetched."""

    TOO_LARGE = "too_large"
    REFUSED = "refused"

    @property
    def words(self) -> str:
        """The reason in a sentence for a recruiter."""
        return _WORDS[self]


_WORDS = {
    Unfetched.TOO_LARGE: "It is too large to be read.",
    Unfetched.REFUSED: "The mail provider does not hand it out.",
}
_MAX_HEADER_CHARACTERS = 500
_MAX_ID_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail that concerns the tenant.

    Attributes:
        provider_id: The provider's id.
        received_at: When it came to the inbox, as far as anybody says.
        raw: As it was sent; None for one that was not fetched.
        mail: Decoded; None for such a one.
        unfetched: Why it was not fetched, if so.
    """

    provider_id: str
    received_at: datetime | None
    raw: bytes | None = None
    mail: ParsedMail | None = None
    unfetched: Unfetched | None = None


@dataclass(frozen=True, slots=True)
class KnownMail:
    """A mail that is stored already.

    Attributes:
        provider_id: The provider's id.
        sync_run_id: The sync that has stored it.
    """

    provider_id: str
    sync_run_id: int | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mails are stored, and by which sync."""

    tenant_id: int
    integration_id: int
    sync_run_id: int


async def known_mails(
    session: AsyncSession, integration_id: int, provider_ids: Collection[str]
) -> list[KnownMail]:
    """Those of some mails that are stored."""
    rows = await session.execute(
        select(EmailMessage.provider_message_id, EmailMessage.sync_run_id).where(
            EmailMessage.integration_id == integration_id,
            EmailMessage.provider_message_id.in_(provider_ids),
        )
    )
    return [KnownMail(*row) for row in rows]


async def store_mails(
    session: AsyncSession,
    box: SecretBox,
    owner: Owner,
    mails: Sequence[FetchedMail],
    retention: timedelta,
) -> int:
    """Store mails that are not stored yet, to be parsed.

    Args:
        session: A session of the tenant.
        box: Encrypts them.
        owner: Whose they are.
        mails: Of one inbox.
        retention: How long their text is kept.

    Returns:
        How many now wait for parsing because of this call.
    """
    # Sorted, so that two who store the same mails lock them in the same order.
    rows = sorted(
        (_row(box, owner, mail, retention) for mail in mails), key=lambda row: row["message_id"]
    )
    if not rows:
        return 0
    stored = await session.scalars(
        insert(EmailMessage)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["integration_id", "message_id"])
        .returning(EmailMessage.status)
    )
    return sum(status == EmailMessageStatus.QUEUED for status in stored)


async def queued_since(session: AsyncSession, sync_run_id: int, after_id: int) -> list[int]:
    """Ids of the mails that a sync has stored after another one of its own, rising."""
    ids = await session.scalars(
        select(EmailMessage.id)
        .where(
            EmailMessage.sync_run_id == sync_run_id,
            EmailMessage.id > after_id,
            EmailMessage.status == EmailMessageStatus.QUEUED,
        )
        .order_by(EmailMessage.id)
    )
    return list(ids)


async def left_behind(
    session: AsyncSession, integration_id: int, *, older_than: timedelta, limit: int
) -> list[int]:
    """Ids of mails that still wait for parsing after a time in which none should."""
    ids = await session.scalars(
        select(EmailMessage.id)
        .where(
            EmailMessage.integration_id == integration_id,
            EmailMessage.status == EmailMessageStatus.QUEUED,
            EmailMessage.created_at < datetime.now(UTC) - older_than,
        )
        .order_by(EmailMessage.id)
        .limit(limit)
    )
    return list(ids)


def message_id_of(fetched: FetchedMail) -> str:
    """What tells a mail from others in an inbox (RFC 5322, section 3.6.4), without brackets."""
    if fetched.raw is None or fetched.mail is None:
        return f"provider:{fetched.provider_id}"[:_MAX_ID_CHARACTERS]
    written = _storable(fetched.mail.headers.message_id).strip("<> ")
    if written and len(written) <= _MAX_ID_CHARACTERS:
        return written
    return f"sha256:{hashlib.sha256(fetched.raw).hexdigest()}"


def open_mail(box: SecretBox, tenant_id: int, raw_sealed: bytes) -> bytes:
    """Decrypt a stored mail.

    Raises:
        DecryptionError: No key of this installation made it.
    """
    text = box.decrypt(raw_sealed, purpose=EMAIL_BODY_PURPOSE, tenant_id=tenant_id)
    return text.encode("latin-1")


def _row(
    box: SecretBox, owner: Owner, fetched: FetchedMail, retention: timedelta
) -> dict[str, Any]:
    row = {
        "tenant_id": owner.tenant_id,
        "integration_id": owner.integration_id,
        "sync_run_id": owner.sync_run_id,
        "provider_message_id": fetched.provider_id,
        "message_id": message_id_of(fetched),
        "received_at": fetched.received_at,
        "purge_after": datetime.now(UTC) + retention,
        "status": EmailMessageStatus.QUEUED,
        "sender": None,
        "subject": None,
        "raw_sealed": None,
        "raw_bytes": 0,
        "reason_code": None,
        "reason": None,
        "processed_at": None,
    }
    if fetched.raw is None or fetched.mail is None:
        why = fetched.unfetched or Unfetched.REFUSED
        return row | {
            "status": EmailMessageStatus.SKIPPED,
            "reason_code": why.value,
            "reason": why.words,
            "processed_at": datetime.now(UTC),
        }
    headers = fetched.mail.headers
    return row | {
        "sender": _storable(headers.sender.address)[:_MAX_HEADER_CHARACTERS] or None,
        "subject": _storable(headers.subject)[:_MAX_HEADER_CHARACTERS] or None,
        # Every byte is a character of Latin-1; the box encrypts text.
        "raw_sealed": box.encrypt(
            fetched.raw.decode("latin-1"), purpose=EMAIL_BODY_PURPOSE, tenant_id=owner.tenant_id
        ),
        "raw_bytes": len(fetched.raw),
    }


def _storable(text: str) -> str:
    """Without what Postgres cannot hold: NUL, and halves of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
