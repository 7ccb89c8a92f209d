"""What can be done with mails and suppressed addresses."""

from __future__ import annotations

from blacklight_shared.events import MailResend
from blacklight_shared.models import (
    UNFINISHED_MAIL_STATUSES,
    MailLogEntry,
    MailStatus,
    MailSuppression,
    SuppressionReason,
)

from blacklight_api.audit.service import record
from blacklight_api.mails import queries
from blacklight_api.mails.queries import MailFilter
from blacklight_api.mails.schemas import MailShown, SuppressionShown
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import Conflict, NotFound
from blacklight_api.work import TenantWork


async def page(work: TenantWork, wanted: MailFilter, requested: PageRequest) -> Page[MailShown]:
    """One page of mails, the newest first."""
    rows = await queries.list_mails(
        work.session, wanted, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=MailShown.model_validate, key=lambda row: IdKey(id=row.id))


async def find(work: TenantWork, mail_id: int) -> MailLogEntry:
    """The mail.

    Raises:
        NotFound: There is none, or it is another tenant's.
    """
    mail = await queries.find_mail(work.session, mail_id)
    if mail is None:
        raise NotFound("mail")
    return mail


async def resend(work: TenantWork, mail_id: int) -> MailLogEntry:
    """Have a mail sent once more; gives the new entry.

    Raises:
        NotFound: As ``find``.
        Conflict: It is still being sent.
    """
    mail = await find(work, mail_id)
    latest = (await queries.lock_sends(work.session, mail))[0]
    if latest.status in UNFINISHED_MAIL_STATUSES:
        raise Conflict("The mail is still being sent.")
    again = MailLogEntry(
        tenant_id=work.tenant_id,
        template=latest.template,
        business_key=latest.business_key,
        recipient=latest.recipient,
        send_number=latest.send_number + 1,
        status=MailStatus.QUEUED,
        event_name=latest.event_name,
        event_data=latest.event_data,
    )
    work.session.add(again)
    await work.session.flush()
    await work.session.refresh(again)
    await record(work, "mail.resent", again.id, details={"resends": latest.id})
    await work.emit(MailResend(mail_id=again.id, tenant_id=work.tenant_id))
    return again


async def suppress(work: TenantWork, email: str) -> MailSuppression:
    """Send no more mail to an address; a second time changes nothing."""
    suppression = await queries.suppress(
        work.session, work.tenant_id, email, SuppressionReason.MANUAL
    )
    await record(work, "mail_suppression.created", suppression.id)
    return suppression


async def suppressions(
    work: TenantWork, email: str | None, requested: PageRequest
) -> Page[SuppressionShown]:
    """One page of suppressed addresses, the newest first."""
    rows = await queries.list_suppressions(
        work.session, email=email, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(
        rows, item=SuppressionShown.model_validate, key=lambda row: IdKey(id=row.id)
    )


async def allow(work: TenantWork, suppression_id: int) -> None:
    """Send mail to a suppressed address again.

    Raises:
        NotFound: There is no such suppression.
    """
    if not await queries.delete_suppression(work.session, suppression_id):
        raise NotFound("suppression")
    await record(work, "mail_suppression.deleted", suppression_id)
