"""What a dossier lacks, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blacklight_shared.registrations import (
    FAILURE_WORDS,
    CompanyProfile,
    Completeness,
    MissingPart,
    PageFailure,
    PageKind,
    PageReport,
)

_EXPECTED = {
    "name": PageKind.HOME,
    "what_it_does": PageKind.ABOUT,
    "industry": PageKind.ABOUT,
    "locations": PageKind.CONTACT,
    "contacts": PageKind.CONTACT,
    "open_positions": PageKind.CAREERS,
}
"""Parts that a profile should have, and the page that usually tells them."""


def completeness_of(pages: Sequence[PageReport]) -> Completeness:
    """Whether all, some or none of the chosen pages could be read."""
    failed = [page for page in pages if page.failure is not None]
    if len(failed) == len(pages) and not _has_shells(failed):
        return Completeness.EMPTY
    return Completeness.PARTIAL if failed else Completeness.FULL


def missing_parts(profile: CompanyProfile, pages: Sequence[PageReport]) -> list[MissingPart]:
    """Pages that failed, then parts of the profile that no page tells."""
    return [*_failed_pages(pages), *_untold_parts(profile, pages)]


def _has_shells(pages: Sequence[PageReport]) -> bool:
    return any(page.failure is PageFailure.NEEDS_JAVASCRIPT for page in pages)


def _failed_pages(pages: Sequence[PageReport]) -> Iterator[MissingPart]:
    if not pages:
        yield MissingPart(part="website", reason="No website was given.")
    for page in pages:
        if page.failure is not None:
            words = FAILURE_WORDS[page.failure]
            yield MissingPart(part=f"{page.kind} page", reason=f"{page.url}: {words}.")


def _untold_parts(profile: CompanyProfile, pages: Sequence[PageReport]) -> Iterator[MissingPart]:
    for part, kind in _EXPECTED.items():
        if getattr(profile, part):
            continue
        yield MissingPart(part=part, reason=_why_untold(kind, pages))


def _why_untold(kind: PageKind, pages: Sequence[PageReport]) -> str:
    if completeness_of(pages) is Completeness.EMPTY:
        return "No page was read."
    if any(page.failure is not None for page in pages if page.kind is kind):
        return f"The {kind} page, which may say so, could not be read."
    return "No page that was read says so."
