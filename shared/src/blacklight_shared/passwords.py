"""Passwords of people: Argon2id (RFC 9106).

Each call takes tens of milliseconds and 64 MiB on purpose; async code calls it in a thread.
"""

from __future__ import annotations

import base64
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_PASSWORD_LENGTH = 1_024
"""Longer input would be hashed at our cost."""

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash a password for storing, with its salt and parameters (PHC string format).

    Raises:
        ValueError: The password is empty or longer than 1,024 characters.
    """
    if not 1 <= len(password) <= MAX_PASSWORD_LENGTH:
        raise ValueError(f"password must have 1 to {MAX_PASSWORD_LENGTH} characters")
    return _hasher.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one that was hashed.

    Args:
        password: What was entered.
        password_hash: What is stored; None when there is no such user, which takes as long as a
            wrong password, so that the time does not tell who has an account.
    """
    if len(password) > MAX_PASSWORD_LENGTH:
        return False
    try:
        _hasher.verify(password_hash or _unmatchable_hash(_hasher), password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters; hash anew when the person signs in."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _unmatchable_hash(hasher: PasswordHasher) -> str:
    """A random digest: to compare with it takes as long as with another, to make it no time."""
    salt, digest = secrets.token_bytes(hasher.salt_len), secrets.token_bytes(hasher.hash_len)
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${_unpadded(salt)}${_unpadded(digest)}"


def _unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
