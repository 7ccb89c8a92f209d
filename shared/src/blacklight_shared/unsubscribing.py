"""Links by which people stop mail: made by the worker that sends it, read by the gateway.

A link carries what it stops, encrypted: it needs no row, can stop nothing else, and never ends.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from blacklight_shared.crypto import DecryptionError, SecretBox
from blacklight_shared.models import MailTemplate

_PURPOSE = "unsubscribe"
_MAX_TOKEN_LENGTH = 1_000


class _Content(BaseModel):
    template: MailTemplate
    email: str


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """Who of which tenant's mail wants no more of a kind of mail."""

    tenant_id: int
    template: MailTemplate
    email: str

    def to_token(self, box: SecretBox) -> str:
        """The token of the link, of letters that URLs carry unchanged."""
        content = _Content(template=self.template, email=self.email).model_dump_json()
        sealed = box.encrypt(content, purpose=_PURPOSE, tenant_id=self.tenant_id)
        return f"{self.tenant_id}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    @classmethod
    def from_token(cls, token: str, box: SecretBox) -> Unsubscription | None:
        """What a token stops; None when ``to_token`` did not make it."""
        tenant, _, text = token.partition(".")
        if len(token) > _MAX_TOKEN_LENGTH or not (tenant.isascii() and tenant.isdecimal()):
            return None
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            plain = box.decrypt(sealed, purpose=_PURPOSE, tenant_id=int(tenant))
            content = _Content.model_validate_json(plain)
        except (binascii.Error, DecryptionError, ValidationError, ValueError):
            return None
        return cls(int(tenant), content.template, content.email)
