"""A tenant as the gateway leaves it, and the mail server that its mail goes to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from blacklight_devstack.emulators.smtp_sink import (
    FaultOrder,
    SinkClient,
    SunkContent,
    SunkMail,
)
from blacklight_notifications.delivery import Order
from blacklight_notifications.deps import NotificationDeps
from blacklight_shared.crypto import generate_token, hash_token
from blacklight_shared.events import (
    ApprovalMail,
    Event,
    HrNotificationMail,
    InvitationMail,
    PasswordResetMail,
)
from blacklight_shared.models import (
    INVITATION_TOKEN_PURPOSE,
    PASSWORD_RESET_PURPOSE,
    CandidateInvitation,
    MailLogEntry,
    MailSuppression,
    OutboxEvent,
    PasswordReset,
    PortalRole,
    PortalUser,
    SuppressionReason,
    Tenant,
    TenantMailSettings,
)
from sqlalchemy import select

TODAY = date(2026, 3, 4)


@dataclass(frozen=True)
class Sink:
    """A running mail server that keeps what it takes."""

    client: SinkClient
    smtp_port: int

    def order(self, **fields: Any) -> None:
        """Make mails go wrong."""
        self.client.order(FaultOrder.model_validate(fields))

    def mails(self, recipient: str | None = None) -> list[SunkMail]:
        """What has arrived."""
        return self.client.mails(recipient)

    def only(self, recipient: str) -> SunkContent:
        """The one mail that has arrived at an address."""
        [mail] = self.mails(recipient)
        return self.client.content(mail)

    def clear(self) -> None:
        """Forget mails and faults."""
        self.client.end_faults()
        self.client.forget_mails()


@dataclass(frozen=True)
class World:
    """A tenant and the means to look at it."""

    deps: NotificationDeps
    tenant_id: int

    @classmethod
    async def make(cls, deps: NotificationDeps, **fields: Any) -> World:
        """A new tenant."""
        values = {"slug": uuid.uuid4().hex, "name": "Northwind Staffing", **fields}
        async with deps.database.global_session() as session:
            tenant = Tenant(**values)
            session.add(tenant)
            await session.flush()
            return cls(deps, tenant.id)

    async def add(self, row: Any) -> Any:
        """Add a row of the tenant."""
        row.tenant_id = self.tenant_id
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            session.add(row)
            await session.flush()
            await session.refresh(row)
        return row

    async def configure(self, **fields: Any) -> None:
        """Set the tenant's mail settings."""
        await self.add(TenantMailSettings(**fields))

    async def user(self, role: PortalRole = PortalRole.HR, **fields: Any) -> PortalUser:
        """A person of the tenant."""
        values = {
            "email": f"{uuid.uuid4().hex[:8]}@northwind.example.com",
            "full_name": "Sam Rivera",
            "role": role,
            **fields,
        }
        user = await self.add(PortalUser(**values))
        assert isinstance(user, PortalUser)
        return user

    async def invitation(self, **fields: Any) -> CandidateInvitation:
        """An invitation with a link."""
        token = generate_token()
        values = {
            "email": f"{uuid.uuid4().hex[:8]}@example.com",
            "first_name": "Ada",
            "last_name": "Marsh",
            "token_hash": hash_token(token),
            "token_sealed": self.deps.secret_box.encrypt(
                token, purpose=INVITATION_TOKEN_PURPOSE, tenant_id=self.tenant_id
            ),
            "expires_at": datetime.now(UTC) + timedelta(days=7),
            **fields,
        }
        invitation = await self.add(CandidateInvitation(**values))
        assert isinstance(invitation, CandidateInvitation)
        return invitation

    async def password_reset(self, user: PortalUser, **fields: Any) -> tuple[PasswordReset, str]:
        """A link by which a person chooses a password, with its token."""
        token = generate_token()
        values = {
            "token_hash": hash_token(token),
            "token_sealed": self.deps.secret_box.encrypt(
                token, purpose=PASSWORD_RESET_PURPOSE, tenant_id=self.tenant_id
            ),
            "expires_at": datetime.now(UTC) + timedelta(hours=1),
            **fields,
        }
        reset = await self.add(PasswordReset(user_id=user.id, **values))
        assert isinstance(reset, PasswordReset)
        return reset, token

    async def suppress(self, email: str) -> None:
        """Send no more mail to an address."""
        await self.add(MailSuppression(email=email, reason=SuppressionReason.MANUAL))

    def approval(self, **fields: Any) -> ApprovalMail:
        """An event that asks for a mail which needs no other row."""
        values = {
            "invitation_id": 1,
            "tenant_id": self.tenant_id,
            "candidate_id": 2,
            "to_email": f"{uuid.uuid4().hex[:8]}@example.com",
            "candidate_name": "Ada Marsh",
            **fields,
        }
        return ApprovalMail.model_validate(values)

    def order(self, event: Event, **fields: Any) -> Order:
        """The order for the mail of an event."""
        return Order(self.tenant_id, event, TODAY, **fields)

    async def log(self) -> list[MailLogEntry]:
        """The tenant's mail log, in the order of asking."""
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            rows = await session.scalars(select(MailLogEntry).order_by(MailLogEntry.id))
            return list(rows)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Names and data of what the tenant's outbox holds."""
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            rows = await session.execute(
                select(OutboxEvent.name, OutboxEvent.data).order_by(OutboxEvent.sequence)
            )
            return [(row.name, row.data) for row in rows]


def invitation_mail(invitation: CandidateInvitation) -> InvitationMail:
    """The event that asks for the mail of an invitation."""
    return InvitationMail(
        invitation_id=invitation.id,
        tenant_id=invitation.tenant_id,
        to_email=invitation.email,
        candidate_name=invitation.full_name,
        onboarding_url="https://talent.example.com/onboarding",
        expiry_date=invitation.expires_at,
    )


def password_reset_mail(reset: PasswordReset) -> PasswordResetMail:
    """The event that asks for the mail of a link."""
    return PasswordResetMail(
        reset_id=reset.id,
        tenant_id=reset.tenant_id,
        user_id=reset.user_id,
        page_url="https://talent.example.com/reset-password",
    )


def hr_notification(world: World, **fields: Any) -> HrNotificationMail:
    """The event that tells HR of a submission."""
    values = {
        "invitation_id": 1,
        "tenant_id": world.tenant_id,
        "candidate_name": "Ada Marsh",
        "candidate_email": "ada.marsh@example.com",
        "review_url": "https://talent.example.com/invitations/1",
        **fields,
    }
    return HrNotificationMail.model_validate(values)
