"""What the system finds outside of itself in production, played by processes of this machine."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from blacklight_devstack.certificates import Certificates
from blacklight_devstack.emulators.registration import mailbox_settings
from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_devstack.processes import ProcessSpec
from blacklight_devstack.services import EMAIL_SYNC, NOTIFICATIONS, REGISTRATION

MAIL_SERVER = "mail-server"
GOOGLE = "google"
MICROSOFT = "microsoft"
WEBSITES = "websites"


@dataclass(frozen=True)
class MailServer:
    """The SMTP sink, which takes the mail of the stack.

    Attributes:
        port: Of its page and its API for tests.
        smtp_port: Where it takes mail.
        folder: Keeps the mails.
    """

    port: int
    smtp_port: int
    folder: Path

    @property
    def url(self) -> str:
        """Where the mails are shown, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    def environment(self) -> dict[str, str]:
        """The settings by which the notifications worker finds it."""
        return {"BLACKLIGHT_SMTP_HOST": LOOPBACK, "BLACKLIGHT_SMTP_PORT": str(self.smtp_port)}

    def specs(self) -> list[ProcessSpec]:
        """The process."""
        spec = ProcessSpec(
            MAIL_SERVER,
            [
                *(sys.executable, "-m", "blacklight_devstack.emulators.smtp_sink"),
                *("--port", str(self.port), "--smtp-port", str(self.smtp_port)),
                *("--folder", str(self.folder)),
            ],
            health_url=f"{self.url}/health",
            port=self.port,
        )
        return [spec]


@dataclass(frozen=True)
class MailProviders:
    """Google and Microsoft, where people keep their mailboxes.

    Attributes:
        google_port: Sign-in and Gmail.
        microsoft_port: Microsoft Graph.
        sign_in_port: Microsoft's sign-in, over HTTPS.
        folder: Keeps the certificates and the consents.
    """

    google_port: int
    microsoft_port: int
    sign_in_port: int
    folder: Path

    @property
    def google_url(self) -> str:
        """Where Google answers, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.google_port}"

    @property
    def microsoft_url(self) -> str:
        """Where Microsoft Graph answers, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.microsoft_port}"

    @property
    def ca_file(self) -> Path:
        """The authority that signed the certificate of Microsoft's sign-in."""
        return Certificates.in_folder(self.folder).authority

    def environment(self) -> dict[str, str]:
        """The settings by which the gateway and the worker that reads mail find them."""
        settings = mailbox_settings(
            google_url=self.google_url,
            sign_in_url=f"https://{LOOPBACK}:{self.sign_in_port}",
            graph_url=self.microsoft_url,
            ca_file=self.ca_file,
        )
        return {f"BLACKLIGHT_{name.upper()}": value for name, value in settings.items()}

    def specs(self) -> list[ProcessSpec]:
        """The processes."""
        emulators = "blacklight_devstack.emulators"
        ports = ("--port", str(self.microsoft_port), "--tls-port", str(self.sign_in_port))
        return [
            ProcessSpec(
                GOOGLE,
                [
                    *(sys.executable, "-m", f"{emulators}.google"),
                    *("--port", str(self.google_port), "--folder", str(self.folder)),
                ],
                health_url=f"{self.google_url}/health",
                port=self.google_port,
            ),
            ProcessSpec(
                MICROSOFT,
                [
                    *(sys.executable, "-m", f"{emulators}.microsoft", *ports),
                    *("--folder", str(self.folder)),
                ],
                health_url=f"{self.microsoft_url}/health",
                port=self.microsoft_port,
            ),
        ]


@dataclass(frozen=True)
class Websites:
    """Sites of companies that register.

    Attributes:
        port: Of all of them; each has a name of its own below ``localhost``.
    """

    port: int

    @property
    def url(self) -> str:
        """Where the sites are listed, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    def site(self, name: str) -> str:
        """The address of one site."""
        return f"http://{name}.localhost:{self.port}/"

    def environment(self) -> dict[str, str]:
        """The setting that lets services fetch from this machine."""
        return {"BLACKLIGHT_OUTBOUND_LOOPBACK_ALLOWED": "true"}

    def specs(self) -> list[ProcessSpec]:
        """The process."""
        module = "blacklight_devstack.emulators.websites"
        command = [sys.executable, "-m", module, "--port", str(self.port)]
        return [ProcessSpec(WEBSITES, command, health_url=f"{self.url}/health", port=self.port)]


@dataclass(frozen=True)
class Outside:
    """All of it that one stack runs.

    Attributes:
        mail_server: None where the user's own takes the mail.
        mail_providers: None where the user names a registration with the real ones.
        websites: None where no worker reads any.
    """

    mail_server: MailServer | None = None
    mail_providers: MailProviders | None = None
    websites: Websites | None = None

    @classmethod
    def choose(cls, state: Path, environment: Mapping[str, str], workers: Collection[str]) -> Self:
        """What the workers need and the user's own environment does not name.

        Args:
            state: The stack's folder.
            environment: The user's own choices.
            workers: The names of those that run.
        """
        mail_server = mail_providers = None
        if NOTIFICATIONS.name in workers and not environment.get("BLACKLIGHT_SMTP_HOST"):
            mail_server = MailServer(free_port(), free_port(), state / "mails")
        registrations = ("BLACKLIGHT_GOOGLE_CLIENT_ID", "BLACKLIGHT_MICROSOFT_CLIENT_ID")
        if EMAIL_SYNC.name in workers and not any(map(environment.get, registrations)):
            folder = state / "mail-providers"
            Certificates.make(folder)
            mail_providers = MailProviders(free_port(), free_port(), free_port(), folder)
        websites = Websites(free_port()) if REGISTRATION.name in workers else None
        return cls(mail_server, mail_providers, websites)

    def specs(self) -> list[ProcessSpec]:
        """The processes."""
        parts = (self.mail_server, self.mail_providers, self.websites)
        return [spec for part in parts if part is not None for spec in part.specs()]

    def environment(self) -> dict[str, str]:
        """The settings by which services find it."""
        found: dict[str, str] = {}
        for part in (self.mail_server, self.mail_providers, self.websites):
            found |= part.environment() if part is not None else {}
        return found
