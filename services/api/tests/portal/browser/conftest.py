"""Pages in a real browser: Chromium, a gateway that serves HTTP, and a person who is signed in."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from blacklight_api.app import create_app
from blacklight_api.bootstrap import KeyWishes, bootstrap
from blacklight_api.settings import ApiSettings
from blacklight_api.tenants.schemas import TenantCreate
from blacklight_devstack.browser import find_chromium
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes
from blacklight_devstack.engine_testing import served_app
from blacklight_devstack.ports import free_port
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database
from blacklight_shared.models import PortalRole
from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright

from services.api.tests.conftest import settings_for
from services.api.tests.portal.conftest import PASSWORD

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
SIZES = {"desktop": DESKTOP, "phone": PHONE}
SERIOUS = frozenset({"serious", "critical"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep these tests on one pytest worker, so that the browser is started once.

    A phone shows first what does not fit; BLACKLIGHT_BROWSER=long (``make pages``) adds the desk.
    """
    here = Path(__file__).parent
    of_pages = [item for item in items if here in item.path.parents]
    for item in of_pages:
        item.add_marker(pytest.mark.xdist_group("browser"))
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    if os.environ.get("BLACKLIGHT_BROWSER") != "long":
        left_out = [item for item in of_pages if "desktop" in item.name]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@dataclass(frozen=True)
class Site:
    """A gateway that serves HTTP, and a tenant of it.

    Attributes:
        url: Where browsers reach it.
        api: Has all rights of the tenant; to prepare what pages show.
        tenant_id: The tenant.
        urls: Of the database, for what has no endpoint.
        database: The same, as the services see it: for what workers do.
    """

    url: str
    api: httpx.AsyncClient
    tenant_id: int
    urls: DatabaseUrls
    database: Database

    async def make(self, path: str, **body: object) -> dict[str, object]:
        """POST to the API and give what was created."""
        response = await self.api.post(f"/api/v1{path}", json=body)
        assert response.is_success, response.text
        made: dict[str, object] = response.json()
        return made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser; CHROMIUM names another than the one on PATH."""
    async with async_playwright() as playwright:
        executable = find_chromium(playwright.chromium.executable_path)
        if executable is None:
            pytest.skip("needs Chromium: `make browser` installs it")
        browser = await playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"]
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(module_database: DatabaseUrls, emulated: EmulatedMailboxes) -> AsyncIterator[Site]:
    """A gateway on a database of the module, with a tenant and a person for each role.

    It is registered with Google and Microsoft, emulated.
    """
    port = free_port()
    settings = ApiSettings.model_validate(
        {
            **settings_for(module_database).model_dump(),
            **emulated.settings,
            "public_url": f"http://127.0.0.1:{port}",
            "rate_limit_per_minute": 100_000,
            "public_rate_limit_per_minute": 100_000,
        }
    )
    with served_app(create_app(settings), sync=False, port=port) as url:
        database = Database.from_settings(settings)
        tenant_id, key = await _bootstrap(database)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as api:
            made = Site(url, api, tenant_id, module_database, database)
            for role in PortalRole:
                await made.make(
                    "/users",
                    email=_address(role),
                    full_name=f"Sam {role.title()}",
                    role=role,
                    password=PASSWORD,
                )
            yield made
        await database.close()


Visit = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium: Browser, site: Site) -> AsyncIterator[Visit]:
    """Opens a page as a person of a role (None: not signed in), on a screen of a size."""
    contexts = []
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    async def open_page(
        path: str,
        role: PortalRole | None = PortalRole.ADMIN,
        size: ViewportSize = DESKTOP,
        theme: str = "light",
    ) -> Page:
        context = await chromium.new_context(
            base_url=site.url,
            viewport=size,
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            # The authority that signed the emulated Microsoft's certificate is nobody's.
            ignore_https_errors=True,
        )
        contexts.append(context)
        if role is not None:
            await context.request.post(
                "/sign-in", form={"email": _address(role), "password": PASSWORD}, max_redirects=0
            )
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(path)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    # A form that is refused is a 4xx, which Chromium logs; scripts and policies must not fail.
    failures = [text for text in errors if "Failed to load resource" not in text]
    assert failures == []


async def check_page(page: Page) -> None:
    """A page that everyone can use: nothing serious for axe, and no sideways scrolling."""
    findings = [
        f"{violation['id']}: {violation['nodes'][0]['html']}"
        for violation in (await Axe().run(page)).response["violations"]
        if violation["impact"] in SERIOUS
    ]
    assert findings == [], page.url
    overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px too wide"


async def _bootstrap(database: Database) -> tuple[int, str]:
    wanted = TenantCreate(
        name="Northwind Staffing", slug="northwind", admin_email="owner@northwind.example.com"
    )
    made = await bootstrap(database, wanted, KeyWishes())
    assert made.api_key is not None
    return made.tenant_id, made.api_key


def _address(role: PortalRole) -> str:
    return f"{role}@northwind.example.com"
