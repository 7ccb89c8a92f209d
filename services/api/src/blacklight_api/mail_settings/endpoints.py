"""HTTP endpoints of the settings of mail."""

from __future__ import annotations

from typing import Annotated

from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.mail_settings import service
from blacklight_api.mail_settings.schemas import (
    MailSettings,
    MailSettingsShown,
    TestMailRequest,
)
from blacklight_api.mails.schemas import MailShown
from blacklight_api.routing import gateway_router
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("/tenant/mail", "mail settings")

Reader = Annotated[TenantWork, tenant_work(Scope.SETTINGS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]


@router.get("")
async def get_mail_settings(work: Reader) -> MailSettingsShown:
    """Get how mail looks and by which server it goes."""
    return await service.show(work)


@router.put("")
async def replace_mail_settings(
    wanted: MailSettings, work: Writer, gateway: TheGateway
) -> MailSettingsShown:
    """Replace how mail looks and by which server it goes; what is left out takes the default."""
    return await service.replace(work, wanted, gateway.secret_box)


@router.post("/test", status_code=202)
async def send_test_mail(wanted: TestMailRequest, work: Writer) -> MailShown:
    """Send a test mail by these settings; follow it at `/mails/{id}` to see the server's words."""
    return MailShown.model_validate(await service.send_test(work, wanted.to_email))
