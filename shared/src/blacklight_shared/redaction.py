"""Keeps secrets and personal data out of logs, whoever logs them."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

REDACTED = "[redacted]"

_SENSITIVE_WORDS = frozenset(
    {
        "address",
        "apikey",
        "authorization",
        "birthdate",
        "cookie",
        "credential",
        "credentials",
        "dsn",
        "email",
        "passphrase",
        "passwd",
        "password",
        "phone",
        "secret",
        "secrets",
        "signature",
        "ssn",
        "token",
        "tokens",
    }
)
_SENSITIVE_PHRASES = frozenset(
    {
        "api_key",
        "candidate_name",
        "date_of_birth",
        "event_key",
        "first_name",
        "full_name",
        "last_name",
        "private_key",
        "secret_key",
        "secret_keys",
        "signing_key",
    }
)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

_SENSITIVE_TEXT = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<key>\bbl_[A-Za-z0-9]+_[A-Za-z0-9_-]+)"
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[\w.~+/=-]+"
    r"|(?P<url>(?<=://)[^\s/@:]*:[^\s/@]+(?=@))",
    re.IGNORECASE,
)


def redact_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Redact a log event; a structlog processor.

    A value is replaced when its key names a secret or personal data, at any depth. Numbers,
    booleans and None stay: ``token_count=12`` and ``email_id=3`` tell nothing. In all other text,
    e-mail addresses, API keys, authorization values and passwords in URLs are replaced.
    """
    for key, value in event.items():
        event[key] = _redact(key, value)
    return event


def redact_text(text: str) -> str:
    """Replace what looks like an e-mail address, an API key or a credential."""
    return _SENSITIVE_TEXT.sub(lambda match: f"{match['scheme'] or ''}{REDACTED}", text)


def _redact(key: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if _is_sensitive(key):
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {name: _redact(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact(key, item) for item in value]
    return value


def _is_sensitive(key: str) -> bool:
    words = [word.lower() for word in _WORD.findall(key)]
    phrase = f"_{'_'.join(words)}_"
    return not _SENSITIVE_WORDS.isdisjoint(words) or any(
        f"_{sensitive}_" in phrase for sensitive in _SENSITIVE_PHRASES
    )
