"""A recruiter with a mailbox at an emulated provider, and the browser they connect it with."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

import httpx
from blacklight_devstack.emulators.consent_page import consent_answer
from blacklight_devstack.outside import MailProviders
from blacklight_devstack.stack import Stack

from .conftest import Firm, until


@dataclass(frozen=True)
class Inbox:
    """A mailbox of the firm's admin.

    Attributes:
        firm: Whose.
        provider: ``gmail`` or ``outlook``.
        address: Of the mailbox.
        far_side: The emulated provider's HTTP.
        browser: Keeps cookies, trusts the emulated provider, follows no redirects by itself.
    """

    firm: Firm
    provider: str
    address: str
    far_side: httpx.AsyncClient
    browser: httpx.AsyncClient

    async def deliver(self, subject: str, text: str) -> None:
        """Let a mail arrive."""
        mail = EmailMessage()
        mail["From"] = "Rosa Vendor <rosa@vendor.example.com>"
        mail["To"] = self.address
        mail["Subject"] = subject
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = make_msgid(domain="vendor.example.com")
        mail.set_content(text)
        path = f"/control/mailboxes/{self.address}/mails"
        (await self.far_side.post(path, content=mail.as_bytes())).raise_for_status()

    async def revoke_consent(self) -> None:
        """Take the consent back, as people do in their account's settings."""
        (await self.far_side.delete(f"/control/consents/{self.address}")).raise_for_status()

    async def connect(self) -> dict[str, Any]:
        """From the first click through the consent page to the connected mailbox."""
        [admin] = await self.firm.every("/users")
        begun = await self.browser.post(
            self.firm.http.base_url.join("integrations/connections"),
            json={"provider": self.provider, "user_id": admin["id"]},
            headers={"Authorization": self.firm.http.headers["Authorization"]},
        )
        assert begun.status_code == 201, begun.text
        url = begun.json()["authorization_url"]
        page = await self.browser.get(url)
        assert "read your mailbox" in page.text
        answer = await self.browser.post(url, data=consent_answer(url, self.address))
        connected = await self.browser.get(answer.headers["Location"])
        assert connected.status_code == 200, connected.text
        integration: dict[str, Any] = connected.json()
        return integration

    async def synced(self, integration_id: int, runs: int) -> dict[str, Any]:
        """The latest sync, once so many are done and every mail has its result."""

        async def done() -> dict[str, Any] | None:
            found = await self.firm.every(f"/integrations/{integration_id}/sync-runs")
            if len(found) < runs or found[0]["status"] == "running":
                return None
            waiting = await self.messages(integration_id, status="queued")
            return None if waiting else found[0]

        return await until(done)

    async def sync(self, integration_id: int) -> dict[str, Any]:
        """Have the mailbox read now; gives the sync once every mail has its result."""
        path = f"/integrations/{integration_id}"
        before = await self.firm.every(f"{path}/sync-runs")
        await self.firm.ask("POST", f"{path}/sync")
        return await self.synced(integration_id, len(before) + 1)

    async def messages(self, integration_id: int, **query: str) -> list[dict[str, Any]]:
        """The mails with their results, the newest first."""
        return await self.firm.every(f"/integrations/{integration_id}/messages", **query)


@asynccontextmanager
async def opened_inbox(stack: Stack, firm: Firm, provider: str) -> AsyncIterator[Inbox]:
    """A mailbox nobody has connected yet."""
    providers = stack.mail_providers
    assert isinstance(providers, MailProviders)
    url = providers.google_url if provider == "gmail" else providers.microsoft_url
    trust = ssl.create_default_context(cafile=str(providers.ca_file))
    async with (
        httpx.AsyncClient(base_url=url, trust_env=False) as far_side,
        httpx.AsyncClient(verify=trust, trust_env=False, timeout=60) as browser,
    ):
        address = f"{uuid.uuid4().hex[:10]}@mail.example.com"
        yield Inbox(firm, provider, address, far_side, browser)
