"""Chromium, wherever this machine has it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium(of_playwright: str) -> str | None:
    """The browser to drive: the one that CHROMIUM names, else one on PATH, else Playwright's own.

    Args:
        of_playwright: Where Playwright keeps the browser that it has installed, if it has.

    Returns:
        Its path; None when there is none.
    """
    on_path = filter(None, map(shutil.which, NAMES))
    named = os.environ.get("CHROMIUM") or next(on_path, None)
    return named or (of_playwright if Path(of_playwright).exists() else None)
