"""Links by which people choose a password: a random token, stored as a hash and encrypted.

The hash finds the link; the encrypted copy lets the mail repeat the token and goes once it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from blacklight_shared.crypto import SecretBox, generate_token, hash_token
from blacklight_shared.events import PasswordResetMail
from blacklight_shared.models import PASSWORD_RESET_PURPOSE, PasswordReset, PortalUser

from blacklight_api.gateway import Gateway
from blacklight_api.settings import ApiSettings
from blacklight_api.work import TenantWork

RESET_PATH = "/reset-password"
RESET_LIFETIME = timedelta(minutes=60)
WELCOME_LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PasswordLinks:
    """Makes links and has them sent.

    Attributes:
        secret_box: Encrypts tokens.
        public_url: Where browsers reach the gateway.
    """

    secret_box: SecretBox
    public_url: str

    @classmethod
    def of(cls, gateway: Gateway) -> PasswordLinks:
        """Those of this process."""
        return cls(gateway.secret_box, gateway.settings.public_url)

    @classmethod
    def from_settings(cls, settings: ApiSettings) -> PasswordLinks:
        """Those of a command line, which has no gateway."""
        return cls(SecretBox.from_settings(settings), settings.public_url)

    async def send(self, work: TenantWork, user: PortalUser) -> None:
        """Mail a new link to a person; the first one welcomes them.

        Args:
            work: Of the person's tenant.
            user: Who gets it.
        """
        token = generate_token()
        is_welcome = user.password_hash is None
        reset = PasswordReset(
            tenant_id=work.tenant_id,
            user_id=user.id,
            token_hash=hash_token(token),
            token_sealed=self.secret_box.encrypt(
                token, purpose=PASSWORD_RESET_PURPOSE, tenant_id=work.tenant_id
            ),
            is_welcome=is_welcome,
            expires_at=datetime.now(UTC) + (WELCOME_LIFETIME if is_welcome else RESET_LIFETIME),
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
