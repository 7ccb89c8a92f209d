"""People with mailboxes at an emulated provider, and the tokens that let others in.

The mailbox is the same for every provider: mails in the order of arrival, and a log of what has
changed, from which a provider makes its own notion of a cursor.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

ACCESS_TOKEN_LIFETIME = timedelta(hours=1)


@dataclass
class Mail:
    """A mail in a mailbox.

    Attributes:
        number: Rises with every mail of the provider.
        change: Where the log of its mailbox tells of its arrival.
        raw: As it came (RFC 5322).
        received_at: When it came.
    """

    number: int
    change: int
    raw: bytes
    received_at: datetime

    @property
    def message_id(self) -> str:
        """The header of that name, with its angle brackets; empty when there is none."""
        return self._header("Message-ID")

    @property
    def subject(self) -> str:
        """The decoded header."""
        return self._header("Subject")

    @property
    def sender(self) -> str:
        """The decoded ``From``."""
        return self._header("From")

    @cached_property
    def text(self) -> str:
        """What people read in it, as far as the standard library can tell."""
        try:
            body = self._message.get_body(("plain", "html"))
            return "" if body is None else str(body.get_content())
        except (LookupError, ValueError, AttributeError):
            # Broken MIME is what some tests are about; a provider indexes it as bytes.
            return self.raw.decode("latin-1")

    @cached_property
    def _message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)  # noqa: S101 -- what the policy makes
        return message

    def _header(self, name: str) -> str:
        try:
            return str(self._message[name] or "").strip()
        except (IndexError, LookupError, ValueError, AttributeError):
            return ""


@dataclass
class Mailbox:
    """Mails of one person, the oldest first.

    Attributes:
        address: Whose.
        mails: By number.
        oldest_change: What happened before it is no longer told.
        last_change: The newest entry of the log.
    """

    address: str
    mails: dict[int, Mail] = field(default_factory=dict)
    oldest_change: int = 1_000
    last_change: int = 1_000

    def add(self, number: int, raw: bytes, received_at: datetime) -> Mail:
        """Let a mail arrive."""
        self.last_change += 1
        mail = self.mails[number] = Mail(number, self.last_change, raw, received_at)
        return mail

    def delete(self, number: int) -> None:
        """Remove a mail, as its owner does."""
        del self.mails[number]
        self.last_change += 1

    def arrived_after(self, change: int) -> list[Mail]:
        """The mails that came after an entry of the log, in their order."""
        return [mail for mail in tuple(self.mails.values()) if mail.change > change]

    def newest_first(self) -> list[Mail]:
        """All mails, in the order in which providers list them."""
        return sorted(
            self.mails.values(), key=lambda mail: (mail.received_at, mail.number), reverse=True
        )

    def forget_changes(self) -> None:
        """Lose the log, as providers do after some days: no older cursor is good any more."""
        self.last_change += 1
        self.oldest_change = self.last_change


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a client presents.

    Attributes:
        address: Whose mailbox it opens.
        scopes: What it allows.
        expires_at: Until when.
    """

    address: str
    scopes: frozenset[str]
    expires_at: datetime


class Accounts:
    """Everyone at one provider.

    Attributes:
        claims: What an id token says of a person instead of the usual; by address.
    """

    def __init__(self) -> None:
        self.claims: dict[str, dict[str, Any]] = {}
        self._mailboxes: dict[str, Mailbox] = {}
        self._tokens: dict[str, AccessToken] = {}
        self._numbers: Iterator[int] = itertools.count(1)

    @property
    def addresses(self) -> list[str]:
        """Who has an account, in the order of opening."""
        return list(self._mailboxes)

    def mailbox(self, address: str) -> Mailbox:
        """The mailbox of an address; opened when nobody has asked for it before."""
        return self._mailboxes.setdefault(address.lower(), Mailbox(address.lower()))

    def deliver(self, address: str, raw: bytes, received_at: datetime | None = None) -> Mail:
        """Let a mail arrive, now unless it is said when."""
        return self.mailbox(address).add(next(self._numbers), raw, received_at or datetime.now(UTC))

    def deliver_folder(self, address: str, folder: Path) -> int:
        """Let every ``.eml`` file of a folder arrive, in the order of their names."""
        files = sorted(folder.glob("*.eml"))
        for file in files:
            self.deliver(address, file.read_bytes())
        return len(files)

    def issue_token(
        self,
        address: str,
        scopes: Collection[str],
        lifetime: timedelta = ACCESS_TOKEN_LIFETIME,
    ) -> str:
        """Make an access token for a mailbox."""
        self.mailbox(address)
        token = f"access-{secrets.token_urlsafe(24)}"
        expires_at = datetime.now(UTC) + lifetime
        self._tokens[token] = AccessToken(address.lower(), frozenset(scopes), expires_at)
        return token

    def find_token(self, token: str) -> AccessToken | None:
        """What a presented token allows; None when it is unknown, withdrawn or too old."""
        found = self._tokens.get(token)
        return found if found and found.expires_at > datetime.now(UTC) else None

    def withdraw_tokens(self, address: str) -> None:
        """Let no access token of a mailbox be good any more."""
        for token, known in tuple(self._tokens.items()):
            if known.address == address.lower():
                del self._tokens[token]
