"""Settings of the e-mail worker."""

from __future__ import annotations

from datetime import timedelta

from blacklight_shared.integrations import MailboxSettings
from blacklight_shared.llm import LlmSettings
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EmailSyncSettings(MailboxSettings):
    """What the worker reads from its environment besides what every service reads.

    Raises:
        pydantic.ValidationError: A value is missing or wrong; the error names the variable.
    """

    sync_jitter: timedelta = timedelta(seconds=60)
    """A scheduled round begins up to so much later: installations do not all ask at the same
    second."""
    first_look_back: timedelta = timedelta(days=7)
    """How far back the first sync of an inbox looks."""
    longest_look_back: timedelta = timedelta(days=30)
    """How far back a sync looks at most, when the provider has lost the cursor."""
    mail_retention: timedelta = timedelta(days=90)
    """After which text, subject and sender of a mail are erased."""
    max_mail_bytes: int = Field(default=10 * 1024 * 1024, ge=1_024)
    """Larger mails are not fetched."""
    provider_backoff: timedelta = timedelta(milliseconds=500)
    """Upper bound of the wait after the first try of a call; it doubles with every try."""

    llm: LlmSettings = Field(default_factory=LlmSettings)
    """Read from variables that start with ``BLACKLIGHT_LLM_``; without one, mails are read by
    rules."""
    parse_min_confidence: float = Field(default=0.5, ge=0, le=1)
    """That a mail holds a posting; below, it is skipped."""
    parse_min_title_characters: int = Field(default=3, ge=1)
    parse_min_description_characters: int = Field(default=50, ge=1)


class InboxPace(BaseSettings):
    """How fast a deployment reads inboxes; read once, when the workflows are defined."""

    model_config = SettingsConfigDict(env_prefix="BLACKLIGHT_", env_file=None, extra="ignore")

    inbox_syncs_per_minute: int = Field(default=10, ge=1)
    """Syncs that start in a minute, over all people and replicas; the rest waits."""
