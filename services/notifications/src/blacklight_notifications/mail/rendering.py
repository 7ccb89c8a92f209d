"""From templates to the words of a mail.

A mail has three templates in a folder of its own: ``subject.txt``, ``body.txt`` and ``body.html``.
HTML is escaped, text is not; styles are written into the elements, since mail programs ignore
style sheets.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from blacklight_shared.models import MailTemplate
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from blacklight_notifications.mail.stationery import Stationery

MAX_SUBJECT_LENGTH = 150
"""Longer ones are cut by every mail program; names are what people make long."""

_JOINERS = "\u200c\u200d"
"""Hidden characters that spell: emoji and several scripts are made with them."""

_environment = Environment(
    loader=PackageLoader("blacklight_notifications"),
    autoescape=select_autoescape(enabled_extensions=("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """The words of a mail; personal data, so not in the representation."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


def render(
    template: MailTemplate,
    content: object,
    stationery: Stationery,
    *,
    unsubscribe_url: str | None = None,
) -> RenderedMail:
    """Write a mail.

    Args:
        template: Names the folder of templates.
        content: What the templates know as ``mail``.
        stationery: What they know as ``firm``; decides how dates and numbers are written.
        unsubscribe_url: Shown at the foot.
    """
    values = {
        "mail": content,
        "firm": stationery,
        "unsubscribe_url": unsubscribe_url,
        **_formats(stationery),
    }

    def fill(name: str) -> str:
        return _environment.get_template(f"{template}/{name}").render(values)

    return RenderedMail(
        subject=one_line(fill("subject.txt"), MAX_SUBJECT_LENGTH),
        text=fill("body.txt").strip() + "\n",
        html=fill("body.html").strip() + "\n",
    )


def one_line(text: str, max_length: int) -> str:
    """A text that is safe as a header: one line, no control characters, not too long.

    Characters that change the direction of what follows go too: they make one name look like
    another.
    """
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or not _is_hidden(character)
    )
    line = " ".join(visible.split())
    return line if len(line) <= max_length else f"{line[: max_length - 1].rstrip()}…"


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in _JOINERS


def _formats(stationery: Stationery) -> dict[str, Callable[..., str]]:
    locale, time_zone = stationery.locale, stationery.time_zone

    def moment(value: datetime) -> str:
        local = value.astimezone(time_zone)
        day = format_date(local, "full", locale=locale)
        time = format_datetime(local, "HH:mm zzz", locale=locale)
        if locale.time_formats["short"].pattern.startswith("h"):
            time = format_datetime(local, "h:mm a zzz", locale=locale)
        return f"{day}, {time}"

    def day(value: date) -> str:
        return format_date(value, "full", locale=locale)

    return {"moment": moment, "day": day, "number": partial(format_decimal, locale=locale)}
