"""Identifiers: ULIDs for events and runs, as on the real server."""

import base64
import binascii

from ulid import ULID, LaxMonotonicPolicy, ULIDGenerator

_generator = ULIDGenerator(policy=LaxMonotonicPolicy())


def new_id(now_ms: int) -> str:
    """Make a ULID; those made later sort later, also within a millisecond."""
    return str(_generator.generate(now_ms))


class EventIdSeed:
    """The ``x-inngest-event-id-seed`` header: a client's retry gets the same event ids again.

    The header is ``millis,entropy`` with ten bytes of entropy in base64; the position of an event
    in its request is added to the last four bytes.
    """

    def __init__(self, millis: int, entropy: bytes) -> None:
        self._millis = millis
        self._entropy = entropy

    @classmethod
    def from_header(cls, value: str | None) -> "EventIdSeed | None":
        """Read the header; anything malformed counts as absent, as the protocol asks."""
        millis, _, encoded = (value or "").partition(",")
        try:
            entropy = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return None
        if not millis.isdecimal() or int(millis) == 0 or len(entropy) != 10:
            return None
        return cls(int(millis), entropy)

    def id_at(self, position: int) -> str:
        """The id of the event at this position (from 1) in the request."""
        tail = (int.from_bytes(self._entropy[6:]) + position) % 2**32
        raw = self._millis.to_bytes(6) + self._entropy[:6] + tail.to_bytes(4)
        return str(ULID.from_bytes(raw))
