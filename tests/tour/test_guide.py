"""The tour shows every page, and docs/tour.md is what it says."""

from __future__ import annotations

import re
from pathlib import Path

from blacklight_api.portal.pages import PAGE_ROUTERS
from blacklight_api.portal.routing import PortalRoute, PublicPageRoute

from tour.camera import DESKTOP, PHONE, Theme, file_name
from tour.guide import guide
from tour.pages import CHAPTERS

DOCS = Path(__file__).parent.parent.parent / "docs"
MOST_BYTES = 6_000_000
STOPS = [stop for chapter in CHAPTERS.values() for stop in chapter]
PICTURES = {
    file_name(stop, theme, size)
    for stop in STOPS
    for theme in Theme
    for size in ((DESKTOP, PHONE) if stop.on_phone else (DESKTOP,))
}
NO_PAGES = re.compile(
    r"/(progress|reading|content|export|errors\.csv|preview|callback|microsoft|logo)$"
    r"|/documents/{document_id}$|/logos/"
)
"""Addresses of streams, of files, and of ways to somewhere else."""
NOT_SHOWN = {
    "/onboarding": "leads on to its first step",
    "/onboarding/done": "a word of thanks",
    "/reset-password": "takes the token of a mail",
    "/jobs/import/files/{file_id}": "needs a file that is uploaded and not imported",
    "/register/{form_key}/{request_id}": "a word of thanks",
}


def test_every_page_is_shown_or_there_is_a_reason() -> None:
    shown = {_without_names(stop.path) for stop in STOPS} | set(map(_without_names, NOT_SHOWN))
    paths = {
        _without_names(route.path)
        for router in PAGE_ROUTERS
        for route in router.routes
        if isinstance(route, (PortalRoute, PublicPageRoute))
        and "GET" in (route.methods or ())
        and not NO_PAGES.search(route.path)
    }
    assert paths == shown


def test_the_guide_is_what_the_list_of_pages_says() -> None:
    assert (DOCS / "tour.md").read_text(encoding="utf-8") == guide(), "run `make tour`"


def test_every_picture_is_there_and_they_are_small() -> None:
    files = {file.name: file.stat().st_size for file in (DOCS / "tour").iterdir()}
    assert set(files) == PICTURES
    assert sum(files.values()) < MOST_BYTES


def _without_names(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path)
