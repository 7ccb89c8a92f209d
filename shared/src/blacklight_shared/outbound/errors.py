"""What can go wrong with a fetch besides the faults of the network, which stay httpx's.

Messages name hosts, never paths or queries: those may carry tokens.
"""

from __future__ import annotations

from enum import StrEnum


class OutboundError(Exception):
    """Base of the errors that another attempt cannot mend."""


class ForbiddenUrlError(OutboundError):
    """The guard refuses to go there; nothing was sent."""


class Refusal(StrEnum):
    """Why a response is not taken."""

    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    UNREADABLE_ENCODING = "unreadable_encoding"
    WRONG_TYPE = "wrong_type"


class RefusedResponseError(OutboundError):
    """A server answered with something that is not taken.

    Attributes:
        refusal: Why.
    """

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


class DeadlineExceededError(TimeoutError):
    """The fetch as a whole took too long, however busy it was."""
