"""A gateway that is registered with both providers, emulated; and a browser to say yes in."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from blacklight_api.settings import ApiSettings
from blacklight_devstack.emulators.consent_page import consent_answer
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.models import MailboxProviderName
from fastapi import FastAPI

from services.api.tests.conftest import Tenant, settings_for

PATH = "/api/v1/integrations"


@dataclass(frozen=True)
class Browser:
    """One browser: its cookies, and its way through the consent page."""

    gateway: httpx.AsyncClient
    provider: httpx.AsyncClient
    tenant: Tenant

    async def begin(self, **body: Any) -> httpx.Response:
        """Begin to connect a mailbox."""
        wanted = {"user_id": self.tenant.admin_user_id, **body}
        headers = {"Authorization": f"Bearer {self.tenant.key}"}
        return await self.gateway.post(f"{PATH}/connections", json=wanted, headers=headers)

    async def answer(self, url: str, address: str, **options: Any) -> str:
        """Say yes or no at the provider; gives where the browser is sent then."""
        response = await self.provider.post(url, data=consent_answer(url, address, **options))
        assert response.status_code == 303, response.text
        parts = urlsplit(response.headers["Location"])
        return f"{parts.path}?{parts.query}"

    async def connect(self, address: str, **body: Any) -> httpx.Response:
        """The whole way; gives what the gateway says in the end."""
        begun = await self.begin(**body)
        assert begun.status_code == 201, begun.text
        return await self.gateway.get(await self.answer(begun.json()["authorization_url"], address))


@dataclass(frozen=True)
class Browsers:
    """Opens browsers of people."""

    app: FastAPI
    ca_file: str
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open(self, tenant: Tenant) -> Browser:
        gateway = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://gateway"
        )
        trust = ssl.create_default_context(cafile=self.ca_file)
        provider = httpx.AsyncClient(verify=trust)
        for client in (gateway, provider):
            await self.opened.enter_async_context(client)
        return Browser(gateway, provider, tenant)


@pytest.fixture(scope="module")
def settings(module_database: DatabaseUrls, emulated: EmulatedMailboxes) -> ApiSettings:
    return ApiSettings.model_validate(
        {**settings_for(module_database).model_dump(), **emulated.settings}
    )


@pytest.fixture
async def browsers(app: FastAPI, emulated: EmulatedMailboxes) -> AsyncIterator[Browsers]:
    made = Browsers(app, emulated.settings["provider_ca_file"])
    async with made.opened:
        yield made


@pytest.fixture
async def browser(browsers: Browsers, tenant: Tenant) -> Browser:
    return await browsers.open(tenant)


@pytest.fixture(params=list(MailboxProviderName))
def provider_name(request: pytest.FixtureRequest) -> MailboxProviderName:
    """Each provider in turn."""
    return MailboxProviderName(request.param)


@pytest.fixture
def provider(
    provider_name: MailboxProviderName, emulated: EmulatedMailboxes
) -> Iterator[MailProvider]:
    far_side = emulated.google if provider_name is MailboxProviderName.GMAIL else emulated.microsoft
    yield far_side
    far_side.faults.clear()


@pytest.fixture
def address() -> str:
    return f"{uuid.uuid4().hex[:10]}@example.com"
