"""Both emulated mail providers together, in the process of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from blacklight_devstack.certificates import Certificates
from blacklight_devstack.emulators.google.app import create_app as create_google
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.microsoft.app import create_app as create_microsoft
from blacklight_devstack.emulators.registration import mailbox_settings
from blacklight_devstack.emulators.serving import serving


@dataclass(frozen=True, slots=True)
class EmulatedMailboxes:
    """Both providers, serving.

    Attributes:
        google: What Google keeps.
        microsoft: What Microsoft keeps.
        settings: Of ``blacklight_shared.integrations.MailboxSettings``, by the names of its fields.
    """

    google: MailProvider
    microsoft: MailProvider
    settings: dict[str, str]


@contextmanager
def emulated_mailboxes(folder: Path) -> Iterator[EmulatedMailboxes]:
    """Serve both providers in threads of this process until the context ends.

    Args:
        folder: Gets the certificates.
    """
    certificates = Certificates.make(folder)
    google, microsoft = MailProvider.empty(), MailProvider.empty()
    with (
        serving(create_google(google)) as google_url,
        serving(create_microsoft(microsoft), certificates) as microsoft_url,
    ):
        settings = mailbox_settings(
            google_url=google_url,
            sign_in_url=microsoft_url,
            graph_url=microsoft_url,
            ca_file=certificates.authority,
        )
        yield EmulatedMailboxes(google, microsoft, settings)
