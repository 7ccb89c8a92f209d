"""Both emulated mail providers together, and the settings by which services find them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from blacklight_devstack.certificates import Certificates
from blacklight_devstack.emulators.consents import CLIENT_ID, CLIENT_SECRET
from blacklight_devstack.emulators.google.app import create_app as create_google
from blacklight_devstack.emulators.google.oauth import AUTHORIZATION_PATH
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.microsoft.app import create_app as create_microsoft
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


def mailbox_settings(
    *, google_url: str, sign_in_url: str, graph_url: str, ca_file: Path
) -> dict[str, str]:
    """The settings of ``MailboxSettings`` for emulators that serve somewhere.

    Args:
        google_url: Of Google, sign-in and Gmail.
        sign_in_url: Of Microsoft's sign-in; HTTPS.
        graph_url: Of Microsoft Graph.
        ca_file: The authority that signed Microsoft's certificate.
    """
    return {
        "google_client_id": CLIENT_ID,
        "google_client_secret": CLIENT_SECRET,
        "google_authorization_url": f"{google_url}{AUTHORIZATION_PATH}",
        "google_oauth_url": google_url,
        "gmail_url": google_url,
        "microsoft_client_id": CLIENT_ID,
        "microsoft_client_secret": CLIENT_SECRET,
        "microsoft_authority": f"{sign_in_url}/common",
        "microsoft_instance_discovery": "false",
        "graph_url": graph_url,
        "provider_ca_file": str(ca_file),
    }
