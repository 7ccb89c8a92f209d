"""How this system is registered with the emulated mail providers, and how services find them."""

from __future__ import annotations

from pathlib import Path

CLIENT_ID = "blacklight-development"
CLIENT_SECRET = "emulated-client-secret"  # noqa: S105 -- of an emulator on this machine
"""The only client that is registered, at every emulated provider."""
DIRECTORY_ID = "6f1c1f52-9d5e-4d5b-8a0e-3b7f7c1d2e90"
"""Of the organisation at Microsoft whose people may sign in to the portal."""
GOOGLE_AUTHORIZATION_PATH = "/o/oauth2/v2/auth"


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
        "google_authorization_url": f"{google_url}{GOOGLE_AUTHORIZATION_PATH}",
        "google_oauth_url": google_url,
        "gmail_url": google_url,
        "microsoft_client_id": CLIENT_ID,
        "microsoft_client_secret": CLIENT_SECRET,
        "microsoft_authority": f"{sign_in_url}/common",
        "microsoft_sign_in_authority": f"{sign_in_url}/{DIRECTORY_ID}",
        "microsoft_instance_discovery": "false",
        "graph_url": graph_url,
        "provider_ca_file": str(ca_file),
    }
