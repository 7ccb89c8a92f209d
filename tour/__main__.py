"""``python -m tour``: start the system, fill it, photograph every page, write docs/tour.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import tempfile
from datetime import timedelta
from pathlib import Path

from blacklight_devstack.sample.inbox.delivery import SAMPLE_MAILBOX
from blacklight_devstack.stack import Stack, StackOptions

from tour.camera import DESKTOP, PHONE, TIMEOUT_MS, Camera, Theme, chromium, let_in
from tour.guide import guide
from tour.pages import CHAPTERS, Stop, Visitor
from tour.world import office

DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    """Make the tour anew."""
    parser = argparse.ArgumentParser(prog="python -m tour", description=__doc__)
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder (default: docs)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these pages alone")
    options = parser.parse_args()
    asyncio.run(_make(options.docs, options.only))


async def _make(docs: Path, only: list[str] | None) -> None:
    pictures = docs / "tour"
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state:
        options = StackOptions(
            Path(state, "state"),
            environment={**os.environ, "ENGINE": "local"},
            settings={"BLACKLIGHT_RATE_LIMIT_PER_MINUTE": "100000"},
            fast=True,
            poll_interval=timedelta(seconds=1),
        )
        async with Stack(options) as stack, office(stack) as firm, chromium() as browser:
            ids = await firm.fill()
            camera = Camera(browser, stack.gateway_url, pictures)
            ids["integration"] = await _connect_mailbox(camera, ids)
            await firm.synced(ids["integration"])
            await _shoot_everything(camera, ids, only)
    (docs / "tour.md").write_text(guide(), encoding="utf-8")


async def _connect_mailbox(camera: Camera, ids: dict[str, str]) -> str:
    """Allow it on the provider's page, as a person does; gives the mailbox's id."""
    context = await camera.browser.new_context(base_url=camera.url)
    context.set_default_timeout(TIMEOUT_MS)
    page = await context.new_page()
    await let_in(page, Visitor.ADMIN, ids)
    await page.goto("/integrations")
    await page.get_by_role("button", name="Connect Gmail").click()
    await page.get_by_role("link", name="Continue to").click()
    await page.get_by_label("Account").fill(SAMPLE_MAILBOX)
    await page.get_by_role("button", name="Allow").click()
    await page.get_by_role("link", name=SAMPLE_MAILBOX).click()
    await page.wait_for_url(re.compile(r"/integrations/\d+$"))
    await context.close()
    return page.url.rsplit("/", 1)[1]


async def _shoot_everything(camera: Camera, ids: dict[str, str], only: list[str] | None) -> None:
    stops = [
        stop for chapter in CHAPTERS.values() for stop in chapter if not only or stop.name in only
    ]
    for visitor in Visitor:
        of_visitor = [stop for stop in stops if stop.visitor is visitor]
        on_phone: list[Stop] = [stop for stop in of_visitor if stop.on_phone]
        for theme in Theme:
            await camera.shoot(of_visitor, ids, theme, DESKTOP, visitor)
            await camera.shoot(on_phone, ids, theme, PHONE, visitor)


if __name__ == "__main__":
    main()
