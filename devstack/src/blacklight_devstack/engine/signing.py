"""Signatures of requests between server and SDK (specification §4.1)."""

import hashlib
import hmac
import re

import jcs  # type: ignore[import-untyped]  # the package has no stubs
import orjson

_PREFIX = re.compile(r"^signkey-\w+-")


def check_signing_key(key: str) -> None:
    """Refuse a key that cannot work.

    Raises:
        ValueError: The key is not hexadecimal of even length, as the protocol asks.
    """
    digits = _PREFIX.sub("", key)
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", digits):
        raise ValueError("INNGEST_SIGNING_KEY is hexadecimal of even length")


def sign(body: bytes, key: str, now_s: int) -> str:
    """The ``x-inngest-signature`` header: HMAC-SHA256 over the canonical body and the time."""
    canonical = jcs.canonicalize(orjson.loads(body)) if body else b""
    digest = hmac.new(_PREFIX.sub("", key).encode(), canonical, hashlib.sha256)
    digest.update(str(now_s).encode())
    return f"t={now_s}&s={digest.hexdigest()}"


def is_authorised(header: str | None, key: str) -> bool:
    """Whether an ``Authorization`` header carries the hash of the signing key."""
    given = (header or "").removeprefix("Bearer ")
    expected = hashlib.sha256(bytes.fromhex(_PREFIX.sub("", key))).hexdigest()
    return hmac.compare_digest(_PREFIX.sub("", given).encode(), expected.encode())
