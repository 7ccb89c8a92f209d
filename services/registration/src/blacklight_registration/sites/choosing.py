"""Which pages of a site are fetched: few, and of different kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from blacklight_shared.registrations import PageKind, site_of

from blacklight_registration.pages.html import Link
from blacklight_registration.sites.kinds import Judgement, judge

MAX_PAGES = 7
"""Besides the home page."""
MAX_PAGES_PER_KIND = 2

_LISTED_ONLY = 0.95
"""A page of the sitemap that the home page does not link to is a little less wanted."""


@dataclass(frozen=True, slots=True)
class ChosenPage:
    """A page to fetch.

    Attributes:
        url: Its address.
        kind: What it is probably about.
        score: How much it is wanted, from 0 to 1.
        reason: Why, for people.
        is_forbidden: Whether robots.txt forbids it; then it is only named as missing.
    """

    url: str
    kind: PageKind
    score: float
    reason: str
    is_forbidden: bool = False


def choose_pages(
    home_url: str,
    links: Iterable[Link],
    listed: Iterable[str],
    allows: Callable[[str], bool],
) -> list[ChosenPage]:
    """The best pages of a site.

    Args:
        home_url: Where the home page was in the end.
        links: Of the home page.
        listed: Pages that the sitemaps list.
        allows: Whether robots.txt lets a page be fetched.

    Returns:
        At most ``MAX_PAGES`` that may be fetched, the best first, at most ``MAX_PAGES_PER_KIND`` of
        a kind; and one forbidden page for each kind that has no other.
    """
    candidates = _candidates(home_url, links, listed)
    allowed = [page for page in candidates if allows(page.url)]
    chosen = _best(allowed)
    kinds = {page.kind for page in allowed}
    forbidden = {
        page.kind: ChosenPage(page.url, page.kind, page.score, page.reason, is_forbidden=True)
        for page in reversed(candidates)
        if page.kind not in kinds
    }
    return [*chosen, *forbidden.values()]


def is_of_site(url: str, site: str) -> bool:
    """Whether a page belongs to a site: to its host, or one below it."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return host == site or host.endswith(f".{site}")


def _candidates(home_url: str, links: Iterable[Link], listed: Iterable[str]) -> list[ChosenPage]:
    site = site_of(home_url)
    found: dict[str, ChosenPage] = {}

    def consider(url: str, judgement: Judgement | None, factor: float = 1.0) -> None:
        key = _key(url)
        if judgement is None or not is_of_site(url, site) or key == _key(home_url):
            return
        score = round(judgement.score * factor, 3)
        if key not in found or found[key].score < score:
            found[key] = ChosenPage(url, judgement.kind, score, judgement.reason)

    for link in links:
        consider(link.url, judge(link.url, link.text, is_navigation=link.is_navigation))
    for url in listed:
        consider(url, judge(url), _LISTED_ONLY)
    return sorted(found.values(), key=lambda page: (-page.score, len(page.url), page.url))


def _best(candidates: Iterable[ChosenPage]) -> list[ChosenPage]:
    chosen: list[ChosenPage] = []
    of_kind: Counter[PageKind] = Counter()
    for page in candidates:
        if len(chosen) < MAX_PAGES and of_kind[page.kind] < MAX_PAGES_PER_KIND:
            chosen.append(page)
            of_kind[page.kind] += 1
    return chosen


def _key(url: str) -> str:
    """Equal for addresses that lead to one page."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}:{parts.port or ''}{parts.path.rstrip('/')}?{parts.query}"
