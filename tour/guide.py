"""The text of docs/tour.md, from the list of pages."""

from __future__ import annotations

from tour.camera import DESKTOP, PHONE, Size, Theme, file_name
from tour.pages import CHAPTERS, Stop

_BEGINNING = """\
# A tour of the portal

Every page, photographed with `make tour` in a system that is filled with sample data. The pictures
follow the colours of your screen, light or dark, as the portal itself does.
"""


def guide() -> str:
    """The tour as Markdown."""
    chapters = [_chapter(title, stops) for title, stops in CHAPTERS.items()]
    return "\n".join([_BEGINNING, *chapters])


def _chapter(title: str, stops: list[Stop]) -> str:
    return "\n".join([f"## {title}\n", *map(_stop, stops)])


def _stop(stop: Stop) -> str:
    pictures = [_picture(stop, DESKTOP, 820)]
    if stop.on_phone:
        pictures.append(_picture(stop, PHONE, 260))
    return "\n".join([f"### {stop.title}\n", f"{stop.words}\n", *pictures])


def _picture(stop: Stop, size: Size, width_px: int) -> str:
    place = " on a phone" if size is PHONE else ""
    light, dark = (f"tour/{file_name(stop, theme, size)}" for theme in Theme)
    return (
        "<picture>\n"
        f'  <source media="(prefers-color-scheme: dark)" srcset="{dark}">\n'
        f'  <img alt="{stop.title}{place}" width="{width_px}" src="{light}">\n'
        "</picture>\n"
    )
