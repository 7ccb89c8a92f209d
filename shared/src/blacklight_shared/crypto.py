"""Secrets at rest, random tokens and API keys."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from blacklight_shared.settings import Settings

TOKEN_BYTES = 32

_FORMAT = b"\x01"
_KEY_BYTES = 32
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_HEADER_BYTES = len(_FORMAT) + _KEY_ID_BYTES


class DecryptionError(Exception):
    """A ciphertext was damaged, or encrypted under another key, purpose or tenant."""


class SecretBox:
    """Encrypts secrets for the database: AES-256-GCM (NIST SP 800-38D) with key rotation.

    A ciphertext is bound to its purpose and tenant, so that one copied into another row or tenant
    does not decrypt. Layout: format (1 byte), key id (4), nonce (12), ciphertext with tag. Nonces
    are random, which is safe for 2³² encryptions under one key.

    Args:
        keys: Random texts of at least 32 characters; the first one encrypts, all decrypt.
    """

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        if not keys:
            raise ValueError("keys must hold at least one key")
        derived = [_derive(key) for key in keys]
        self._current_id = derived[0][0]
        self._ciphers = {key_id: AESGCM(key) for key_id, key in reversed(derived)}

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """With ``secret_keys``; to rotate, put a new key in front and ``rotate`` each row."""
        return cls(settings.secret_keys)

    def encrypt(self, plaintext: str, *, purpose: str, tenant_id: int | None) -> bytes:
        """Encrypt a text under the current key.

        Args:
            plaintext: The secret.
            purpose: What it is for, such as ``"smtp-password"``; the same to decrypt.
            tenant_id: Whose it is; None for the platform's.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        header = self.current_prefix
        sealed = self._ciphers[self._current_id].encrypt(
            nonce, plaintext.encode(), _associated_data(header, purpose, tenant_id)
        )
        return header + nonce + sealed

    def decrypt(self, ciphertext: bytes, *, purpose: str, tenant_id: int | None) -> str:
        """Decrypt what ``encrypt`` made with the same purpose and tenant.

        Raises:
            DecryptionError: It was not, or no key given here made it.
        """
        header, nonce, sealed = _split(ciphertext)
        cipher = self._ciphers.get(header[len(_FORMAT) :])
        if cipher is None or header[: len(_FORMAT)] != _FORMAT or len(nonce) < _NONCE_BYTES:
            raise DecryptionError("no known key made this ciphertext")
        try:
            plaintext = cipher.decrypt(nonce, sealed, _associated_data(header, purpose, tenant_id))
        except InvalidTag:
            raise DecryptionError("damaged, or made for another purpose or tenant") from None
        return plaintext.decode()

    @property
    def current_prefix(self) -> bytes:
        """What every ciphertext of the current key begins with, and no other does."""
        return _FORMAT + self._current_id

    def needs_rotation(self, ciphertext: bytes) -> bool:
        """Whether an older key than the current one made it."""
        return not ciphertext.startswith(self.current_prefix)

    def rotate(self, ciphertext: bytes, *, purpose: str, tenant_id: int | None) -> bytes:
        """The same secret under the current key; unchanged when it is already.

        Raises:
            DecryptionError: As ``decrypt``.
        """
        if not self.needs_rotation(ciphertext):
            return ciphertext
        plaintext = self.decrypt(ciphertext, purpose=purpose, tenant_id=tenant_id)
        return self.encrypt(plaintext, purpose=purpose, tenant_id=tenant_id)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(keys={len(self._ciphers)})"


def generate_token() -> str:
    """A random URL-safe token of 256 bits, for links and sessions; store its ``hash_token``."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """SHA-256 of a random token. Not for passwords, which can be guessed."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def matches_token(token: str, token_hash: bytes) -> bool:
    """Whether ``token`` has this hash, compared in constant time."""
    return hmac.compare_digest(hash_token(token), token_hash)


_API_KEY_PREFIX = "bl"
_ALPHABET = string.digits + string.ascii_letters
_PUBLIC_ID_LENGTH = 12
_SECRET_LENGTH = 43  # 256 bits in base 62
_CHECKSUM_LENGTH = 6  # 32 bits in base 62


@dataclass(frozen=True, slots=True)
class ApiKeyToken:
    """An API key: ``bl_<public id>_<secret><checksum>``.

    The public id finds the row and may be shown; the secret is stored as a hash only. The checksum
    (CRC-32 in base 62) tells a mistyped key from an unknown one without asking the database, and
    secret scanners a key from other text.

    Attributes:
        public_id: 12 letters and digits.
        text: The whole key, as its holder sends it; not in the representation.
    """

    public_id: str
    text: str = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """A new random key."""
        public_id = _random_text(_PUBLIC_ID_LENGTH)
        body = f"{_API_KEY_PREFIX}_{public_id}_{_random_text(_SECRET_LENGTH)}"
        return cls(public_id, body + _checksum(body))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a presented key; None when it cannot be one."""
        if not text.isascii():
            return None
        body, checksum = text[:-_CHECKSUM_LENGTH], text[-_CHECKSUM_LENGTH:]
        parts = body.split("_")
        lengths = [len(part) for part in parts]
        if lengths != [len(_API_KEY_PREFIX), _PUBLIC_ID_LENGTH, _SECRET_LENGTH]:
            return None
        if parts[0] != _API_KEY_PREFIX or checksum != _checksum(body):
            return None
        return cls(parts[1], text)

    @property
    def secret_hash(self) -> bytes:
        """What is stored to recognise the key: SHA-256."""
        return hash_token(self.text)

    def matches(self, secret_hash: bytes) -> bool:
        """Whether this is the key that the hash was made of, compared in constant time."""
        return matches_token(self.text, secret_hash)

    def __str__(self) -> str:
        return f"{_API_KEY_PREFIX}_{self.public_id}_…"


def _derive(key: SecretStr) -> tuple[bytes, bytes]:
    """Id and encryption key of a configured key, by HKDF (RFC 5869)."""
    material = key.get_secret_value().encode()
    kdf = HKDF(SHA256(), _KEY_ID_BYTES + _KEY_BYTES, salt=None, info=b"blacklight secrets at rest")
    derived = kdf.derive(material)
    return derived[:_KEY_ID_BYTES], derived[_KEY_ID_BYTES:]


def _associated_data(header: bytes, purpose: str, tenant_id: int | None) -> bytes:
    return header + orjson.dumps([purpose, tenant_id])


def _split(ciphertext: bytes) -> tuple[bytes, bytes, bytes]:
    body_start = _HEADER_BYTES + _NONCE_BYTES
    return ciphertext[:_HEADER_BYTES], ciphertext[_HEADER_BYTES:body_start], ciphertext[body_start:]


def _random_text(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
