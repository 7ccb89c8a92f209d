"""What the workflows of this service are given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.integrations import TokenStore, mailbox_providers
from blacklight_shared.llm import create_language_model
from blacklight_shared.measuring import measured

from blacklight_email_sync.parsing import MailParser, Thresholds
from blacklight_email_sync.parsing.language_model import create_parser
from blacklight_email_sync.parsing.rules import RulesParser
from blacklight_email_sync.providers.http import Patience
from blacklight_email_sync.providers.mailboxes import Mailboxes
from blacklight_email_sync.settings import EmailSyncSettings
from blacklight_email_sync.sync.overdue import measure_overdue


@dataclass(frozen=True, slots=True)
class EmailSyncDeps:
    """What lives as long as the worker.

    Attributes:
        database: The database.
        secret_box: Encrypts mails at rest.
        tokens: Lets the worker into mailboxes.
        mailboxes: Opens them.
        parser: Reads mails.
        settings: Limits and times.
    """

    database: Database
    secret_box: SecretBox
    tokens: TokenStore
    mailboxes: Mailboxes
    parser: MailParser
    settings: EmailSyncSettings

    @property
    def thresholds(self) -> Thresholds:
        """What a posting needs to be accepted."""
        return Thresholds(
            confidence=self.settings.parse_min_confidence,
            title_characters=self.settings.parse_min_title_characters,
            description_characters=self.settings.parse_min_description_characters,
        )


@asynccontextmanager
async def open_deps(settings: EmailSyncSettings) -> AsyncIterator[EmailSyncDeps]:
    """Open the connections, and close them at the end."""
    database = Database.from_settings(settings)
    secret_box = SecretBox.from_settings(settings)
    mailboxes = Mailboxes(settings, Patience(backoff=settings.provider_backoff))
    language_model = create_language_model(settings.llm)
    try:
        async with measured(partial(measure_overdue, database)):
            yield EmailSyncDeps(
                database=database,
                secret_box=secret_box,
                tokens=TokenStore(database, secret_box, mailbox_providers(settings)),
                mailboxes=mailboxes,
                parser=create_parser(settings.llm.provider, language_model, RulesParser()),
                settings=settings,
            )
    finally:
        if language_model is not None:
            await language_model.aclose()
        await mailboxes.aclose()
        await database.close()
