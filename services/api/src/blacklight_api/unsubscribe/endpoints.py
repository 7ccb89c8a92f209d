"""The page behind List-Unsubscribe: a click by a person, or one by their mail program (RFC 8058).

A GET changes nothing, because programs that look for bad links make it too.
"""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import MailTemplate, SuppressionReason
from blacklight_shared.unsubscribing import Unsubscription
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from blacklight_api.audit.service import record
from blacklight_api.auth.principal import Actor, ActorType, Principal
from blacklight_api.gateway import Gateway, TheGateway
from blacklight_api.mails.queries import suppress
from blacklight_api.portal.rendering import page
from blacklight_api.problems import NotFound
from blacklight_api.routing import PublicRoute
from blacklight_api.users.queries import find_user_by_email
from blacklight_api.work import TenantWork

router = APIRouter(
    prefix="/unsubscribe", tags=["unsubscribe"], route_class=PublicRoute, include_in_schema=False
)

Token = Annotated[str, Path(max_length=1_000)]


@router.get("/{token}")
async def ask_to_unsubscribe(request: Request, token: Token, gateway: TheGateway) -> Response:
    """Ask whether the person means it."""
    wish = _read(token, gateway)
    return page(request, "unsubscribe.html", email=wish.email, is_done=False)


@router.post("/{token}")
async def unsubscribe(request: Request, token: Token, gateway: TheGateway) -> Response:
    """Stop the mail that the link came with; a second time changes nothing."""
    wish = _read(token, gateway)
    async with gateway.database.tenant_session(wish.tenant_id) as session:
        actor = Actor(ActorType.USER, "unsubscribe-link")
        work = TenantWork(
            session, Principal(wish.tenant_id, frozenset(), actor), None, wish.tenant_id
        )
        await _stop(work, wish)
    return page(request, "unsubscribe.html", email=wish.email, is_done=True)


async def _stop(work: TenantWork, wish: Unsubscription) -> None:
    if wish.template is MailTemplate.DAILY_STATS:
        user = await find_user_by_email(work.session, wish.email)
        if user is not None and user.wants_daily_stats:
            user.wants_daily_stats = False
            await record(work, "user.updated", user.id, fields=["wants_daily_stats"])
        return
    suppression = await suppress(
        work.session, work.tenant_id, wish.email, SuppressionReason.UNSUBSCRIBED
    )
    await record(work, "mail_suppression.created", suppression.id)


def _read(token: str, gateway: Gateway) -> Unsubscription:
    wish = Unsubscription.from_token(token, gateway.secret_box)
    if wish is None:
        raise NotFound("subscription")
    return wish
