"""What a mailbox can do, whoever keeps it, and how it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.workflows import ApiError, NonRetriableError, RetriableError


@dataclass(frozen=True, slots=True)
class LookBack:
    """What a mailbox is searched for when there is no cursor to go on from.

    Attributes:
        since: Mails that came earlier are left alone.
        phrases: A mail that holds none of them may be left out; empty: none is.
    """

    since: datetime
    phrases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as it was sent.

    Attributes:
        content: RFC 5322.
        received_at: When it came to the inbox, where the provider says so with the mail.
    """

    content: bytes
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailRef:
    """A mail that is in the inbox.

    Attributes:
        id: The provider's.
        received_at: When it came to the inbox, where the provider says so in a list.
    """

    id: str
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """A part of what is new.

    Attributes:
        mails: Some may be known already.
        cursor: Where to go on once these are stored.
        is_complete: Whether nothing more was waiting.
    """

    mails: tuple[MailRef, ...]
    cursor: str
    is_complete: bool


class Mailbox(Protocol):
    """One person's inbox, read only.

    Every call has a timeout, is tried three times while the fault may pass, and raises one of

    - ``RateLimitedError``: the provider asks for more patience than a call has;
    - ``AccessLostError``: only the person can mend it;
    - ``ProviderUnavailableError``, ``ProviderUnreachableError``: a later attempt may succeed;
    - ``ApiError``: the provider refuses the request itself.
    """

    @property
    def calls(self) -> int:
        """How many requests were made, also in vain."""

    async def changes(self, cursor: str | None, look_back: LookBack, *, limit: int) -> Changes:
        """What came to the inbox after a cursor, the oldest first where the provider knows.

        Args:
            cursor: Of an earlier call; None: the look-back decides.
            look_back: What is wanted when there is no cursor.
            limit: About how many mails; a provider may give some more.

        Raises:
            CursorLostError: The provider no longer knows what happened after the cursor.
        """

    async def raw_mail(self, mail_id: str, *, max_bytes: int) -> RawMail | None:
        """A mail; None when it is no longer there.

        Raises:
            MailTooLargeError: It is larger than ``max_bytes``.
        """


class CursorLostError(Exception):
    """The provider has forgotten the cursor; the inbox has to be looked through again."""


class MailTooLargeError(Exception):
    """A mail is larger than is read."""


class RateLimitedError(RetriableError):
    """The provider asks for patience.

    Not the SDK's error with a delay: that one ends the run when its attempts are used up. The
    workflow sleeps instead, so that waiting takes no attempt.

    Attributes:
        delay: How long.
    """

    def __init__(self, service: str, operation: str, delay: timedelta) -> None:
        super().__init__(f"{service}: {operation}: asked to wait {delay.total_seconds():.0f} s")
        self.delay = delay


class ProviderUnavailableError(ApiError):
    """The provider answered with an error of its own."""


class ProviderUnreachableError(ApiError):
    """The provider did not answer."""


class UnusableAnswerError(RetriableError):
    """The provider answered something else than documented."""


class AccessLostError(NonRetriableError):
    """The provider lets us in no more.

    Attributes:
        error_type: Why.
    """

    def __init__(self, service: str, error_type: IntegrationErrorType) -> None:
        super().__init__(f"{service}: {error_type.value}")
        self.error_type = error_type
