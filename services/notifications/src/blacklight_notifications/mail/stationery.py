"""What a tenant's mail looks like and who sends it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from blacklight_shared.crypto import SecretBox
from blacklight_shared.models import (
    DEFAULT_ACCENT_COLOR,
    SMTP_PASSWORD_PURPOSE,
    SmtpSecurity,
    Tenant,
    TenantLogo,
    TenantMailSettings,
)
from blacklight_shared.workflows import NotFoundError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.mail.smtp import SmtpServer
from blacklight_notifications.settings import NotificationSettings

_FALLBACK_LOCALE = Locale("en", "US")


@dataclass(frozen=True, slots=True)
class Stationery:
    """A tenant's letterhead, and the server that its mail goes by.

    Attributes:
        firm: The name that people know the tenant by; also the sender's name.
        from_address: The sender's address.
        reply_to: Where answers go; None: to the sender.
        logo_url: Of a picture; None: the name is shown.
        accent_color: Of buttons and the upper edge, ``#rrggbb``.
        locale: How dates and numbers are written.
        time_zone: Which dates are meant.
        server: The tenant's own, or the platform's.
    """

    firm: str
    from_address: str
    reply_to: str | None
    logo_url: str | None
    accent_color: str
    locale: Locale
    time_zone: ZoneInfo
    server: SmtpServer

    @property
    def accent_text_color(self) -> str:
        """Of text on the accent colour: the one that can be read better (WCAG 2.2, 1.4.3)."""
        # Both contrasts are the same where (L + .05)² = 1.05 × .05.
        return "#ffffff" if _luminance(self.accent_color) < 0.179 else "#14181f"

    @property
    def domain(self) -> str:
        """The domain of the sender."""
        return self.from_address.rpartition("@")[2]


async def load_stationery(
    session: AsyncSession, tenant_id: int, defaults: NotificationSettings, secret_box: SecretBox
) -> Stationery:
    """The tenant's stationery.

    Raises:
        NotFoundError: There is no such tenant.
        DecryptionError: The password of its server was encrypted under a key that is gone.
    """
    tenant = await session.scalar(select(Tenant).where(Tenant.id == tenant_id))
    if tenant is None:
        raise NotFoundError("tenant", tenant_id)
    chosen = await session.scalar(select(TenantMailSettings))
    logo = await session.scalar(select(TenantLogo))
    settings = chosen or TenantMailSettings()
    return Stationery(
        firm=settings.sender_name or tenant.name,
        from_address=settings.from_address or defaults.mail_from,
        reply_to=settings.reply_to,
        logo_url=f"{defaults.public_url}{logo.path}" if logo else settings.logo_url,
        accent_color=settings.accent_color or DEFAULT_ACCENT_COLOR,
        locale=_locale(tenant.locale),
        time_zone=ZoneInfo(tenant.time_zone),
        server=_own_server(settings, defaults, secret_box) or _platform_server(defaults),
    )


def _luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2)."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return _FALLBACK_LOCALE


def _own_server(
    settings: TenantMailSettings, defaults: NotificationSettings, secret_box: SecretBox
) -> SmtpServer | None:
    if settings.smtp_host is None or settings.smtp_port is None:
        return None
    sealed = settings.smtp_password_sealed
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=SmtpSecurity(settings.smtp_security or SmtpSecurity.STARTTLS),
        username=settings.smtp_username if sealed else None,
        password=secret_box.decrypt(
            sealed, purpose=SMTP_PASSWORD_PURPOSE, tenant_id=settings.tenant_id
        )
        if sealed
        else None,
        is_private_allowed=defaults.smtp_private_hosts_allowed,
    )


def _platform_server(defaults: NotificationSettings) -> SmtpServer:
    password = defaults.smtp_password
    return SmtpServer(
        host=defaults.smtp_host,
        port=defaults.smtp_port,
        security=defaults.smtp_security,
        username=defaults.smtp_username,
        password=password.get_secret_value() if password else None,
        is_private_allowed=True,
    )
