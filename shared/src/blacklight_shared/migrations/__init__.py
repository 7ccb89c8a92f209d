"""Schema migrations, applied with ``python -m blacklight_shared.migrations upgrade``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

LOCK_TIMEOUT = timedelta(seconds=10)
"""How long a migration waits for a table; whoever comes after it waits behind it."""


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at ``url`` (owner role)."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config


def head_revision() -> str:
    """The revision that this code expects the database to be at."""
    head = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    if head is None:
        raise RuntimeError("the package holds no migrations")
    return head
