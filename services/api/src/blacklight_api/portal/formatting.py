"""How the portal writes times, numbers and names, as template filters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

_DEFAULT_LOCALE = Locale("en", "US")
_ABBREVIATIONS = frozenset({"hr"})
# Most browsers name others, too, so the order decides.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@pass_context
def moment(context: Context, value: datetime | None) -> Markup:
    """How long ago, with the time in the viewer's zone on hovering; a dash if none."""
    if value is None:
        return Markup('<span class="quiet">—</span>')
    local = value.astimezone(_zone(context))
    locale = _locale(context)
    ago = format_timedelta(local - datetime.now(UTC), add_direction=True, locale=locale)
    exact = format_datetime(local, "d MMM y, HH:mm zzz", locale=locale)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(local.isoformat(), exact, ago)


@pass_context
def exact_moment(context: Context, value: datetime | None) -> Markup:
    """A time in the viewer's zone, to the minute; a dash if none."""
    if value is None:
        return Markup('<span class="quiet">—</span>')
    local = value.astimezone(_zone(context))
    text = format_datetime(local, "d MMM y, HH:mm", locale=_locale(context))
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), text)


@pass_context
def day(context: Context, value: date | None) -> str:
    """A day; a dash if none."""
    return "—" if value is None else format_date(value, "d MMM y", locale=_locale(context))


@pass_context
def number(context: Context, value: float) -> str:
    """A number with the locale's separators."""
    return str(format_decimal(value, locale=_locale(context)))


def words(value: str) -> str:
    """A name of the code as words: ``ready_for_assignment`` is "Ready for assignment"."""
    text = str(value).replace("_", " ").replace("-", " ").replace(".", " ")
    text = " ".join(word.upper() if word in _ABBREVIATIONS else word for word in text.split(" "))
    return text[:1].upper() + text[1:]


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 candidate``, ``2 candidates``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def browser_name(user_agent: str) -> str:
    """What a browser calls itself, as people know it: "Firefox on Windows"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser


def initials(name: str) -> str:
    """The first letters of the first and the last name."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


FILTERS = {
    "moment": moment,
    "exact_moment": exact_moment,
    "day": day,
    "number": number,
    "words": words,
    "plural": plural,
    "initials": initials,
    "browser_name": browser_name,
}


def _zone(context: Context) -> ZoneInfo:
    viewer = context.get("viewer")
    return ZoneInfo(viewer.time_zone if viewer else "UTC")


def _locale(context: Context) -> Locale:
    viewer = context.get("viewer")
    try:
        return Locale.parse(viewer.locale, sep="-") if viewer else _DEFAULT_LOCALE
    except (UnknownLocaleError, ValueError):
        return _DEFAULT_LOCALE
