"""What people have allowed at an emulated provider: codes, refresh tokens and their ends.

Both providers grant by authorization code (RFC 6749, section 4.1) with PKCE (RFC 7636) to one
registered client; how they say so on the wire is theirs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, ConfigDict

from blacklight_devstack.emulators.accounts import Accounts
from blacklight_devstack.emulators.registration import CLIENT_ID, CLIENT_SECRET
from blacklight_devstack.private_files import write_private

CODE_LIFETIME = timedelta(minutes=10)


class Refusal(StrEnum):
    """Why a code or a refresh token is not taken."""

    UNKNOWN = "unknown"
    """Never given out, used before, too old, or another client's redirect or verifier."""
    EXPIRED = "expired"
    """A refresh token that was not used for too long."""
    REVOKED = "revoked"
    """The person has taken the consent back."""
    UNSUPPORTED = "unsupported"
    """A grant type that is none of the two."""


class Refused(Exception):  # noqa: N818 -- an answer, not an error of the emulator
    """A code or a refresh token is not taken.

    Attributes:
        refusal: Why.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class Asked(BaseModel):
    """What an application asks a person for.

    Attributes:
        redirect_uri: Where the answer goes.
        scopes: What is asked for.
        challenge: Of PKCE, method S256; None without PKCE.
        nonce: To be repeated in the id token.
        offline: Whether a refresh token is wanted.
    """

    model_config = ConfigDict(frozen=True)

    redirect_uri: str
    scopes: frozenset[str]
    challenge: str | None
    nonce: str | None
    offline: bool


class Consent(BaseModel):
    """What a person has said yes to.

    Attributes:
        address: Who.
        scopes: To what; may be less than was asked for.
        request: What was asked for.
    """

    model_config = ConfigDict(frozen=True)

    address: str
    scopes: frozenset[str]
    request: Asked


@dataclass(frozen=True, slots=True)
class Issued:
    """Tokens for a consent.

    Attributes:
        consent: The consent.
        access_token: Opens the mailbox for an hour.
        refresh_token: Gets the next ones; None when it was not asked for.
    """

    consent: Consent
    access_token: str
    refresh_token: str | None


class TokenRequest(BaseModel):
    """The form that an application sends to the token endpoint (RFC 6749, sections 4.1.3 and 6)."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    code_verifier: str | None = None
    redirect_uri: str = ""
    refresh_token: str = ""

    @property
    def is_of_registered_client(self) -> bool:
        """Whether the client is the registered one."""
        return self.client_id == CLIENT_ID and hmac.compare_digest(
            self.client_secret, CLIENT_SECRET
        )


TokenForm = Annotated[TokenRequest, Form()]


class _Kept(BaseModel):
    """What outlives the process."""

    refresh_tokens: dict[str, Consent] = {}
    ended: dict[str, Refusal] = {}


class Consents:
    """All consents at one provider.

    Args:
        accounts: Whose mailboxes the tokens open.
        file: Keeps the consents for the next process; None keeps them in memory only.
    """

    def __init__(self, accounts: Accounts, file: Path | None = None) -> None:
        self.accounts = accounts
        self._file = file
        self._codes: dict[str, tuple[Consent, datetime]] = {}
        kept = _Kept() if file is None or not file.exists() else _read(file)
        self._refresh_tokens, self._ended = kept.refresh_tokens, kept.ended

    def allow(self, consent: Consent) -> str:
        """A person says yes; gives the code."""
        self.accounts.mailbox(consent.address)
        code = f"code-{secrets.token_urlsafe(24)}"
        self._codes[code] = (consent, datetime.now(UTC) + CODE_LIFETIME)
        return code

    def grant(self, asked: TokenRequest, *, rotate: bool) -> Issued:
        """Tokens for a code, which is good once, or for a refresh token, which stays good.

        Args:
            asked: What the registered client sends.
            rotate: Whether a further refresh token comes when one is used.

        Raises:
            Refused: The code or the refresh token is not good.
        """
        if asked.grant_type == "authorization_code":
            return self._exchange(asked)
        if asked.grant_type == "refresh_token":
            return self._refresh(asked.refresh_token, rotate=rotate)
        raise Refused(Refusal.UNSUPPORTED)

    def revoke(self, token: str) -> bool:
        """An application ends the consent that a token stands for; gives whether it is known."""
        consent = self._refresh_tokens.get(token)
        access = self.accounts.find_token(token)
        address = consent.address if consent else access.address if access else None
        if address is None or token in self._ended:
            return False
        self.end(address, Refusal.REVOKED)
        return True

    def end(self, address: str, refusal: Refusal) -> None:
        """End all consents of a person; their access tokens are good no more."""
        self.accounts.withdraw_tokens(address)
        for token, consent in self._refresh_tokens.items():
            if consent.address == address.lower():
                self._ended.setdefault(token, refusal)
        self._keep()

    def is_ended(self, address: str) -> bool:
        """Whether a person has consented before, and no refresh token of theirs is good now."""
        tokens = [
            token
            for token, consent in self._refresh_tokens.items()
            if consent.address == address.lower()
        ]
        return bool(tokens) and all(token in self._ended for token in tokens)

    def _exchange(self, asked: TokenRequest) -> Issued:
        consent, expires_at = self._codes.pop(asked.code, (None, datetime.now(UTC)))
        if consent is None or expires_at <= datetime.now(UTC):
            raise Refused(Refusal.UNKNOWN)
        request = consent.request
        same_redirect = request.redirect_uri == asked.redirect_uri
        if not same_redirect or not _verifies(asked.code_verifier, request.challenge):
            raise Refused(Refusal.UNKNOWN)
        return self._issue(consent, with_refresh_token=request.offline)

    def _refresh(self, refresh_token: str, *, rotate: bool) -> Issued:
        if (ended := self._ended.get(refresh_token)) is not None:
            raise Refused(ended)
        consent = self._refresh_tokens.get(refresh_token)
        if consent is None:
            raise Refused(Refusal.UNKNOWN)
        return self._issue(consent, with_refresh_token=rotate)

    def _issue(self, consent: Consent, *, with_refresh_token: bool) -> Issued:
        refresh_token = f"refresh-{secrets.token_urlsafe(24)}" if with_refresh_token else None
        if refresh_token is not None:
            self._refresh_tokens[refresh_token] = consent
            self._keep()
        access_token = self.accounts.issue_token(consent.address, consent.scopes)
        return Issued(consent, access_token, refresh_token)

    def _keep(self) -> None:
        if self._file is not None:
            kept = _Kept(refresh_tokens=self._refresh_tokens, ended=self._ended)
            write_private(self._file, kept.model_dump_json())


def consents_router(consents: Consents) -> APIRouter:
    """``DELETE /control/consents/ADDRESS?refusal=revoked``, for tests in another process."""
    router = APIRouter(prefix="/control/consents")

    @router.delete("/{address}", status_code=HTTPStatus.NO_CONTENT)
    def end(address: str, refusal: Refusal = Refusal.REVOKED) -> None:
        consents.end(address, refusal)

    return router


def _read(file: Path) -> _Kept:
    return _Kept.model_validate_json(file.read_bytes())


def _verifies(verifier: str | None, challenge: str | None) -> bool:
    if challenge is None:
        return verifier is None
    digest = hashlib.sha256((verifier or "").encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).decode().rstrip("="), challenge)
