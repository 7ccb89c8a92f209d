"""``python deploy/make_env.py``: fills deploy/.env with strong secrets; what is there is kept.

Needs nothing but Python, so that it runs before anything is installed.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent


def _password() -> str:
    # Of letters that mean themselves in a URL.
    return secrets.token_urlsafe(24)


def _hex_key() -> str:
    # Inngest takes hexadecimal keys with an even number of digits.
    return secrets.token_hex(32)


def _secret_keys() -> str:
    return f"'{json.dumps([secrets.token_urlsafe(48)])}'"


SECRETS: Mapping[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": _password,
    "BLACKLIGHT_OWNER_PASSWORD": _password,
    "BLACKLIGHT_APP_PASSWORD": _password,
    "BLACKLIGHT_SYSTEM_PASSWORD": _password,
    "INNGEST_DATABASE_PASSWORD": _password,
    "REDIS_PASSWORD": _password,
    "INNGEST_EVENT_KEY": _hex_key,
    "INNGEST_SIGNING_KEY": _hex_key,
    "BLACKLIGHT_SECRET_KEYS": _secret_keys,
}
"""What makes the value of each secret."""


def fill(text: str) -> str:
    """A settings file with a new secret for each that has no value or no line.

    Args:
        text: Lines ``NAME=value``; all others, and values that are there, are kept.
    """
    missing = dict(SECRETS)
    lines = []
    for line in text.splitlines():
        name, _, value = line.partition("=")
        make = missing.pop(name.strip(), None)
        lines.append(f"{name.strip()}={make()}" if make is not None and not value.strip() else line)
    lines += [f"{name}={make()}" for name, make in missing.items()]
    return "\n".join(lines) + "\n"


def write_env(env: Path, example: Path) -> bool:
    """Make the settings file, or add what it lacks; nobody else may read it.

    Args:
        env: The file; its values win.
        example: What it begins with when there is none.

    Returns:
        Whether anything was written.
    """
    before = env.read_text() if env.exists() else None
    after = fill(example.read_text() if before is None else before)
    if after == before:
        return False
    draft = env.with_name(f"{env.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(after)
    draft.replace(env)
    return True


def main() -> None:
    """Write deploy/.env."""
    env = _FOLDER / ".env"
    if write_env(env, _FOLDER / ".env.example"):
        sys.stdout.write(f"{env}: secrets made\n")


if __name__ == "__main__":
    main()
