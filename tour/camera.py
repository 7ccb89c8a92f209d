"""Takes the photographs."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from blacklight_devstack.browser import find_chromium
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tour.pages import Stop, Visitor
from tour.world import PASSWORD, PEOPLE

WEBP_QUALITY = 72
TIMEOUT_MS = 60_000
TALLEST_PX = 1_500
"""Of a page; the rest of a long one tells nothing new."""


class Theme(StrEnum):
    """The colours of a page."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Size:
    """A screen.

    Attributes:
        suffix: Of the names of its pictures.
        viewport: In CSS pixels.
    """

    suffix: str
    viewport: ViewportSize


DESKTOP = Size("", ViewportSize(width=1280, height=800))
PHONE = Size("-phone", ViewportSize(width=390, height=844))


def file_name(stop: Stop, theme: Theme, size: Size) -> str:
    """The name of a picture's file."""
    return f"{stop.name}{size.suffix}-{theme}.webp"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser.

    Raises:
        RuntimeError: There is none.
    """
    async with async_playwright() as playwright:
        executable = find_chromium(playwright.chromium.executable_path)
        if executable is None:
            raise RuntimeError("the tour needs Chromium: `make browser` installs it")
        browser = await playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"]
        )
        yield browser
        await browser.close()


@dataclass(frozen=True)
class Camera:
    """A browser for each kind of visitor, theme and size.

    Attributes:
        browser: Chromium.
        url: Of the gateway, without a slash at the end.
        folder: Where the pictures go.
    """

    browser: Browser
    url: str
    folder: Path

    async def shoot(
        self, stops: list[Stop], ids: dict[str, str], theme: Theme, size: Size, visitor: Visitor
    ) -> None:
        """Photograph all stops of one kind of visitor."""
        context = await self.browser.new_context(
            base_url=self.url,
            viewport=size.viewport,
            color_scheme=theme.value,
            reduced_motion="reduce",
            locale="en-US",
        )
        context.set_default_timeout(TIMEOUT_MS)
        page = await context.new_page()
        await let_in(page, visitor, ids)
        for stop in stops:
            await page.goto(stop.path.format(**ids))
            await page.evaluate("document.fonts.ready")
            height = min(await _height(page), TALLEST_PX)
            await page.set_viewport_size(
                ViewportSize(width=size.viewport["width"], height=max(height, 480))
            )
            picture = await page.screenshot()
            await asyncio.to_thread(_keep, picture, self.folder / file_name(stop, theme, size))
            await page.set_viewport_size(size.viewport)
        await context.close()


async def let_in(page: Page, visitor: Visitor, ids: dict[str, str]) -> None:
    """Sign in, or open the link of the mail."""
    if visitor is Visitor.ADMIN:
        await page.goto("/sign-in")
        await page.get_by_label("E-mail").fill(PEOPLE["admin"][1])
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/")
    elif visitor is Visitor.CANDIDATE:
        await page.goto(f"/onboarding?token={ids['token']}")


async def _height(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollHeight"))


def _keep(picture: bytes, file: Path) -> None:
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").save(file, "WEBP", quality=WEBP_QUALITY, method=6)
