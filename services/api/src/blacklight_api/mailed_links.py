"""Links that mails bring: a random token, stored as a hash and encrypted.

The hash finds what a link belongs to. The encrypted copy lets a later mail repeat the link; it is
deleted with the link's end, so that a copy of the database opens no door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from blacklight_shared.crypto import SecretBox, generate_token, hash_token

from blacklight_api.gateway import Gateway
from blacklight_api.settings import ApiSettings


@dataclass(frozen=True, slots=True)
class NewLink:
    """What a row stores of a new link."""

    token_hash: bytes
    token_sealed: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MailedLinks:
    """Makes links.

    Attributes:
        secret_box: Encrypts tokens.
        public_url: Where browsers reach the gateway.
    """

    secret_box: SecretBox
    public_url: str

    @classmethod
    def of(cls, gateway: Gateway) -> Self:
        """Those of this process."""
        return cls(gateway.secret_box, gateway.settings.public_url)

    @classmethod
    def from_settings(cls, settings: ApiSettings) -> Self:
        """Those of a command line, which has no gateway."""
        return cls(SecretBox.from_settings(settings), settings.public_url)

    def new_link(self, tenant_id: int, *, purpose: str, lifetime: timedelta) -> NewLink:
        """A link that is good from now on.

        Args:
            tenant_id: Whose it is.
            purpose: Under which the token is encrypted.
            lifetime: How long it is good.
        """
        token = generate_token()
        sealed = self.secret_box.encrypt(token, purpose=purpose, tenant_id=tenant_id)
        return NewLink(hash_token(token), sealed, datetime.now(UTC) + lifetime)
