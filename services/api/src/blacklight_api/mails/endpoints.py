"""HTTP endpoints of mails and suppressed addresses."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import MailStatus, MailTemplate
from fastapi import Query

from blacklight_api.auth.scopes import Scope
from blacklight_api.mails import service
from blacklight_api.mails.queries import MailFilter
from blacklight_api.mails.schemas import MailShown, SuppressionCreate, SuppressionShown
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import Email, Line, PathId
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("/mails", "mails")
suppression_router = gateway_router("/mail-suppressions", "mails")

Reader = Annotated[TenantWork, tenant_work(Scope.MAILS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.MAILS_WRITE)]


@router.get("")
async def list_mails(
    work: Reader,
    requested: RequestedPage,
    status: Annotated[
        list[MailStatus], Query(description="Any of these; repeat the parameter.")
    ] = [],  # noqa: B006 -- FastAPI copies it
    template: Annotated[MailTemplate | None, Query(description="Only this kind of mail.")] = None,
    recipient: Annotated[Email | None, Query(description="Only to this address.")] = None,
    business_key: Annotated[Line | None, Query(description="Only about this.")] = None,
) -> Page[MailShown]:
    """List what went to whom, with which result, the newest first."""
    wanted = MailFilter(status, template, recipient, business_key)
    return await service.page(work, wanted, requested)


@router.get("/{mail_id}")
async def get_mail(mail_id: PathId, work: Reader) -> MailShown:
    """Get one mail."""
    return MailShown.model_validate(await service.find(work, mail_id))


@router.post("/{mail_id}/resend", status_code=202, responses=problem_responses(409))
async def resend_mail(mail_id: PathId, work: Writer) -> MailShown:
    """Have a mail sent once more, with what is true now; gives the new entry to follow."""
    return MailShown.model_validate(await service.resend(work, mail_id))


@suppression_router.post("", status_code=201)
async def create_suppression(wanted: SuppressionCreate, work: Writer) -> SuppressionShown:
    """Send no more mail to an address."""
    return SuppressionShown.model_validate(await service.suppress(work, wanted.email))


@suppression_router.get("")
async def list_suppressions(
    work: Reader,
    requested: RequestedPage,
    email: Annotated[Email | None, Query(description="Exactly this address.")] = None,
) -> Page[SuppressionShown]:
    """List the addresses that get no mail, the newest first."""
    return await service.suppressions(work, email, requested)


@suppression_router.delete("/{suppression_id}", status_code=204)
async def delete_suppression(suppression_id: PathId, work: Writer) -> None:
    """Send mail to an address again."""
    await service.allow(work, suppression_id)
