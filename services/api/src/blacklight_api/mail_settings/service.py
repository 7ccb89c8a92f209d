"""What can be done with the settings of mail."""

from __future__ import annotations

import uuid

from blacklight_shared.crypto import SecretBox
from blacklight_shared.events import MailServerTest
from blacklight_shared.models import (
    SMTP_PASSWORD_PURPOSE,
    MailLogEntry,
    MailStatus,
    MailTemplate,
    SmtpSecurity,
    TenantMailSettings,
)

from blacklight_api.audit.service import record
from blacklight_api.mail_settings.queries import find_settings
from blacklight_api.mail_settings.schemas import (
    MailSettings,
    MailSettingsShown,
    SmtpServer,
    SmtpServerShown,
)
from blacklight_api.problems import Unprocessable
from blacklight_api.work import TenantWork


async def show(work: TenantWork) -> MailSettingsShown:
    """The tenant's settings."""
    return _shown(await find_settings(work.session) or _defaults(work.tenant_id))


async def replace(
    work: TenantWork, wanted: MailSettings, secret_box: SecretBox
) -> MailSettingsShown:
    """Replace the settings; mails that are sent from now on follow them.

    Raises:
        Unprocessable: A password would go over the wire unencrypted, or is missing.
    """
    settings = await find_settings(work.session, lock=True)
    if settings is None:
        settings = TenantMailSettings(tenant_id=work.tenant_id)
        work.session.add(settings)
    _apply_server(settings, wanted.smtp, secret_box)
    settings.sender_name = wanted.sender_name
    settings.reply_to = wanted.reply_to
    settings.logo_url = str(wanted.logo_url) if wanted.logo_url else None
    settings.accent_color = wanted.accent_color
    settings.invitation_valid_days = wanted.invitation_valid_days
    settings.reminder_hours = wanted.reminder_hours
    await work.session.flush()
    await work.session.refresh(settings)
    await record(work, "tenant.mail_changed", work.tenant_id, fields=wanted.model_fields_set)
    return _shown(settings)


async def send_test(work: TenantWork, to_email: str) -> MailLogEntry:
    """Have a test mail sent; the entry of the log tells what becomes of it."""
    mail = MailLogEntry(
        tenant_id=work.tenant_id,
        template=MailTemplate.MAIL_SERVER_TEST,
        business_key=f"test:{uuid.uuid4()}",
        recipient=to_email,
        status=MailStatus.QUEUED,
        event_name=MailServerTest.name,
        event_data={},
    )
    work.session.add(mail)
    await work.session.flush()
    event = MailServerTest(tenant_id=work.tenant_id, mail_id=mail.id, to_email=to_email)
    mail.event_data = event.model_dump(mode="json")
    await work.session.flush()
    await work.session.refresh(mail)
    await record(work, "mail.test_requested", mail.id)
    await work.emit(event)
    return mail


def _apply_server(
    settings: TenantMailSettings, server: SmtpServer | None, secret_box: SecretBox
) -> None:
    sealed = _sealed_password(settings, server, secret_box) if server else None
    if server and server.username and sealed is None:
        raise Unprocessable("smtp.password", "Give the password of the username.")
    if server and sealed is not None and server.security is SmtpSecurity.NONE:
        raise Unprocessable("smtp.security", "A password needs `starttls` or `tls`.")
    settings.smtp_password_sealed = sealed
    settings.smtp_host = server.host.lower() if server else None
    settings.smtp_port = server.port if server else None
    settings.smtp_security = server.security if server else None
    settings.smtp_username = server.username if server else None
    settings.from_address = server.from_address if server else None


def _sealed_password(
    settings: TenantMailSettings, server: SmtpServer, secret_box: SecretBox
) -> bytes | None:
    if server.password is not None:
        return secret_box.encrypt(
            server.password.get_secret_value(),
            purpose=SMTP_PASSWORD_PURPOSE,
            tenant_id=settings.tenant_id,
        )
    # A kept password must not be sent to another host than the one that it was given for.
    same_login = (settings.smtp_host, settings.smtp_username) == (
        server.host.lower(),
        server.username,
    )
    return settings.smtp_password_sealed if same_login else None


def _defaults(tenant_id: int) -> TenantMailSettings:
    values = MailSettings().model_dump(exclude={"smtp"})
    return TenantMailSettings(tenant_id=tenant_id, **values)


def _shown(settings: TenantMailSettings) -> MailSettingsShown:
    server = None
    if settings.smtp_host is not None:
        server = SmtpServerShown(
            host=settings.smtp_host,
            port=settings.smtp_port or 0,
            security=SmtpSecurity(settings.smtp_security or SmtpSecurity.STARTTLS),
            username=settings.smtp_username,
            has_password=settings.smtp_password_sealed is not None,
            from_address=settings.from_address or "",
        )
    return MailSettingsShown(
        sender_name=settings.sender_name,
        reply_to=settings.reply_to,
        logo_url=settings.logo_url,
        accent_color=settings.accent_color,
        invitation_valid_days=settings.invitation_valid_days,
        reminder_hours=settings.reminder_hours,
        smtp=server,
    )
