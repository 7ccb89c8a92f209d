"""How a firm presents itself to people outside."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.models import DEFAULT_ACCENT_COLOR, Tenant, TenantLogo
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.mail_settings.queries import find_settings
from blacklight_api.tenants.logos import find_logo


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands above a page for people outside.

    Attributes:
        firm: The name that they know the tenant by.
        accent_color: Of the upper edge, ``#rrggbb``.
        logo: The uploaded one.
        logo_url: Of the picture; a path of the gateway where one was uploaded.
    """

    firm: str
    accent_color: str
    logo: TenantLogo | None
    logo_url: str | None


async def letterhead_of(session: AsyncSession, tenant: Tenant) -> Letterhead:
    """A tenant's letterhead, for a session of its own."""
    settings = await find_settings(session)
    logo = await find_logo(session)
    return Letterhead(
        firm=(settings and settings.sender_name) or tenant.name,
        accent_color=(settings and settings.accent_color) or DEFAULT_ACCENT_COLOR,
        logo=logo,
        logo_url=logo.path if logo else (settings and settings.logo_url) or None,
    )
