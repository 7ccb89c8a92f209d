"""The link of an invitation: a random token, stored as a hash and encrypted.

The hash finds the invitation of a link. The encrypted copy lets a reminder repeat the link; it is
deleted with the link's end, so that a copy of the database opens no door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from blacklight_shared.crypto import SecretBox, generate_token, hash_token
from blacklight_shared.models import INVITATION_TOKEN_PURPOSE

from blacklight_api.gateway import Gateway


@dataclass(frozen=True, slots=True)
class InvitationLink:
    """What an invitation stores of a new link."""

    token_hash: bytes
    token_sealed: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes links, and the addresses of the pages that mails lead to.

    Attributes:
        secret_box: Encrypts tokens.
        public_url: Where browsers reach the gateway.
    """

    secret_box: SecretBox
    public_url: str

    @classmethod
    def of(cls, gateway: Gateway) -> LinkMaker:
        """The link maker of this process."""
        return cls(gateway.secret_box, gateway.settings.public_url)

    @property
    def onboarding_url(self) -> str:
        """The candidate's page, without a token."""
        return f"{self.public_url}/onboarding"

    def review_url(self, invitation_id: int) -> str:
        """HR's page about a submission."""
        return f"{self.public_url}/invitations/{invitation_id}"

    def make(self, tenant_id: int, valid_days: int) -> InvitationLink:
        """A new link, good from now on."""
        token = generate_token()
        sealed = self.secret_box.encrypt(
            token, purpose=INVITATION_TOKEN_PURPOSE, tenant_id=tenant_id
        )
        return InvitationLink(
            hash_token(token), sealed, datetime.now(UTC) + timedelta(days=valid_days)
        )
