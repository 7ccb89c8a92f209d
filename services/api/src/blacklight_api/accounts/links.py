"""Links by which people choose a password."""

from __future__ import annotations

from datetime import timedelta

from blacklight_shared.events import PasswordResetMail
from blacklight_shared.models import PASSWORD_RESET_PURPOSE, PasswordReset, PortalUser

from blacklight_api.mailed_links import MailedLinks
from blacklight_api.work import TenantWork

RESET_PATH = "/reset-password"
RESET_LIFETIME = timedelta(minutes=60)
WELCOME_LIFETIME = timedelta(days=7)


class PasswordLinks(MailedLinks):
    """Makes links and has them sent."""

    __slots__ = ()

    async def send(self, work: TenantWork, user: PortalUser) -> None:
        """Mail a new link to a person; the first one welcomes them.

        Args:
            work: Of the person's tenant.
            user: Who gets it.
        """
        is_welcome = user.password_hash is None
        link = self.new_link(
            work.tenant_id,
            purpose=PASSWORD_RESET_PURPOSE,
            lifetime=WELCOME_LIFETIME if is_welcome else RESET_LIFETIME,
        )
        reset = PasswordReset(
            tenant_id=work.tenant_id,
            user_id=user.id,
            token_hash=link.token_hash,
            token_sealed=link.token_sealed,
            is_welcome=is_welcome,
            expires_at=link.expires_at,
        )
        work.session.add(reset)
        await work.session.flush()
        await work.emit(
            PasswordResetMail(
                reset_id=reset.id,
                tenant_id=work.tenant_id,
                user_id=user.id,
                page_url=f"{self.public_url}{RESET_PATH}",
            )
        )
