"""What the workflows of this service are given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database

from blacklight_notifications.mail.smtp import SmtpTransport
from blacklight_notifications.settings import NotificationSettings


@dataclass(frozen=True, slots=True)
class NotificationDeps:
    """What lives as long as the worker.

    Attributes:
        database: The database.
        transport: Connections to mail servers.
        secret_box: Reads passwords and tokens that the gateway has encrypted.
        settings: The platform's mail server and addresses.
    """

    database: Database
    transport: SmtpTransport
    secret_box: SecretBox
    settings: NotificationSettings


@asynccontextmanager
async def open_deps(settings: NotificationSettings) -> AsyncIterator[NotificationDeps]:
    """Open the connections, and close them at the end."""
    database = Database.from_settings(settings)
    transport = SmtpTransport(
        settings.smtp_connections, settings.smtp_timeout, settings.smtp_ca_file
    )
    try:
        yield NotificationDeps(database, transport, SecretBox.from_settings(settings), settings)
    finally:
        await transport.aclose()
        await database.close()
