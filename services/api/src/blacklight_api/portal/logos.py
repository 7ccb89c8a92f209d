"""Firms' logos, for public pages and for mails, whose readers have no session."""

from __future__ import annotations

from blacklight_shared.models import LOGOS_PATH, TenantLogo
from fastapi import APIRouter, Response
from sqlalchemy import select

from blacklight_api.gateway import TheGateway
from blacklight_api.problems import NotFound
from blacklight_api.routing import PublicRoute

# Another logo has another address; webmail shows it on pages of its own.
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

router = APIRouter(prefix=LOGOS_PATH, route_class=PublicRoute, include_in_schema=False)


@router.get("/{token}.png")
async def get_logo(token: str, gateway: TheGateway) -> Response:
    """One picture; its address names the tenant that shows it."""
    async with gateway.database.system_session() as session:
        tenant_id = await session.scalar(
            select(TenantLogo.tenant_id).where(TenantLogo.token == token)
        )
    if tenant_id is None:
        raise NotFound("logo")
    async with gateway.database.tenant_session(tenant_id) as session:
        content = await session.scalar(select(TenantLogo.content).where(TenantLogo.token == token))
    if content is None:
        raise NotFound("logo")
    return Response(content, media_type="image/png", headers=_HEADERS)
