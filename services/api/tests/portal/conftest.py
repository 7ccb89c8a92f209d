"""A person at a browser: signs in, follows forms, and sees pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from blacklight_shared.models import PortalRole
from fastapi import FastAPI

from services.api.tests.conftest import Tenant

PASSWORD = "correct horse battery staple"

_CSRF = re.compile(r'data-csrf="([^"]+)"')


@dataclass(frozen=True)
class Browser:
    """A browser, with the person who sits before it."""

    http: httpx.AsyncClient
    email: str
    user_id: int

    async def sign_in(self, **more: str) -> httpx.Response:
        """Send the sign-in form."""
        return await self.http.post(
            "/sign-in", data={"email": self.email, "password": PASSWORD, **more}
        )

    async def open(self, path: str) -> str:
        """The page at ``path``, which must be there."""
        response = await self.http.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text}"
        return response.text

    async def csrf(self) -> str:
        """The token that forms of this session bring back."""
        found = _CSRF.search(await self.open("/candidates"))
        assert found is not None
        return found[1]

    async def send(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form with its token; redirects are not followed."""
        return await self.http.post(path, data={"csrf_token": await self.csrf(), **fields})


MakeBrowser = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def make_browser(app: FastAPI) -> AsyncIterator[MakeBrowser]:
    """Makes a person of a tenant, at a browser where they are not signed in yet."""
    async with AsyncExitStack() as clients:

        async def make(
            tenant: Tenant, role: PortalRole = PortalRole.ADMIN, email: str | None = None
        ) -> Browser:
            address = email or f"{role}-{tenant.tenant_id}@example.com"
            made = await tenant.make(
                "/api/v1/users",
                email=address,
                full_name="Sam Rivera",
                role=role,
                password=PASSWORD,
            )
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://gateway"
            )
            return Browser(await clients.enter_async_context(client), address, made["id"])

        yield make


@pytest.fixture
async def admin(tenant: Tenant, make_browser: MakeBrowser) -> Browser:
    """An admin who is signed in."""
    return await _signed_in(make_browser, tenant, PortalRole.ADMIN)


@pytest.fixture
async def recruiter(tenant: Tenant, make_browser: MakeBrowser) -> Browser:
    """A recruiter who is signed in."""
    return await _signed_in(make_browser, tenant, PortalRole.RECRUITER)


@pytest.fixture
async def hr(tenant: Tenant, make_browser: MakeBrowser) -> Browser:
    """An HR person who is signed in."""
    return await _signed_in(make_browser, tenant, PortalRole.HR)


async def _signed_in(make: MakeBrowser, tenant: Tenant, role: PortalRole) -> Browser:
    browser = await make(tenant, role)
    assert (await browser.sign_in()).status_code == 303
    return browser
