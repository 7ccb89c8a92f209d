"""Pages of an analysis in the database: each is entered when chosen, and fetched once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.models import PageStatus, RegistrationPage
from blacklight_shared.outbound import Fetched
from blacklight_shared.registrations import PageFailure, PageKind
from blacklight_shared.workflows import NotFoundError
from sqlalchemy import Select, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from blacklight_registration.analyses.analysis import Analysis
from blacklight_registration.pages.html import ParsedPage

ROBOTS = "robots.txt"
SITEMAP = "sitemap"
"""Kinds of files that are fetched along with the pages, and are none."""

TEMPORARY_FAILURES = frozenset(
    {PageFailure.TOO_SLOW, PageFailure.UNREACHABLE, PageFailure.SERVER_ERROR}
)
"""Another attempt may mend them."""


@dataclass(frozen=True, slots=True)
class WantedPage:
    """A page to enter.

    Attributes:
        url: Its address.
        kind: A ``PageKind``, ``ROBOTS`` or ``SITEMAP``.
        reason: Why it is wanted, for people.
        score: How much, from 0 to 1.
        failure: Why it is not even tried; None if it is.
    """

    url: str
    kind: str
    reason: str
    score: float = 1.0
    failure: PageFailure | None = None


async def enter_page(
    session: AsyncSession, analysis: Analysis, wanted: WantedPage
) -> RegistrationPage:
    """The row of a page, made if it is not there yet; with its content."""
    await session.execute(
        insert(RegistrationPage)
        .values(
            tenant_id=analysis.tenant_id,
            registration_id=analysis.registration_id,
            analysis_number=analysis.number,
            url=wanted.url,
            kind=wanted.kind,
            reason=wanted.reason,
            score=wanted.score,
            status=PageStatus.CHOSEN if wanted.failure is None else PageStatus.FAILED,
            failure=wanted.failure,
        )
        .on_conflict_do_nothing()
    )
    query = _pages_of(analysis).where(RegistrationPage.url == wanted.url)
    return (await session.scalars(query.options(undefer(RegistrationPage.content)))).one()


async def get_page(session: AsyncSession, page_id: int) -> RegistrationPage:
    """One page, with its content.

    Raises:
        NotFoundError: The registration was deleted meanwhile.
    """
    query = select(RegistrationPage).where(RegistrationPage.id == page_id)
    row = await session.scalar(query.options(undefer(RegistrationPage.content)))
    if row is None:
        raise NotFoundError("registration page", page_id)
    return row


async def list_pages(session: AsyncSession, analysis: Analysis) -> Sequence[RegistrationPage]:
    """The pages of an analysis without their content, the home page first, then the best."""
    is_file = RegistrationPage.kind.in_([ROBOTS, SITEMAP])
    return (await session.scalars(_in_order(analysis).where(~is_file))).all()


async def load_pages(
    session: AsyncSession, analysis: Analysis
) -> list[tuple[PageKind, ParsedPage]]:
    """The pages that were fetched, parsed, in the order of ``list_pages``."""
    query = _in_order(analysis).where(
        RegistrationPage.status == PageStatus.FETCHED,
        RegistrationPage.kind.not_in([ROBOTS, SITEMAP]),
    )
    rows = await session.scalars(query.options(undefer(RegistrationPage.content)))
    return [(PageKind(row.kind), parsed(row)) for row in rows]


def parsed(row: RegistrationPage) -> ParsedPage:
    """A fetched page, to be read."""
    return ParsedPage(row.final_url or row.url, row.content or b"", row.charset)


def is_settled(row: RegistrationPage) -> bool:
    """Whether a page need not be fetched (again)."""
    is_lasting = row.failure is not None and PageFailure(row.failure) not in TEMPORARY_FAILURES
    return row.status == PageStatus.FETCHED or (row.status == PageStatus.FAILED and is_lasting)


async def store_fetched(session: AsyncSession, page_id: int, fetched: Fetched) -> RegistrationPage:
    """Keep what came.

    Raises:
        NotFoundError: The registration was deleted meanwhile.
    """
    return await _update(
        session,
        page_id,
        status=PageStatus.FETCHED,
        failure=None,
        final_url=fetched.url,
        charset=fetched.charset,
        content=fetched.body,
        fetched_at=func.now(),
    )


async def store_failure(
    session: AsyncSession, page_id: int, failure: PageFailure
) -> RegistrationPage:
    """Keep why nothing came; see ``store_fetched`` for what is raised."""
    return await _update(session, page_id, status=PageStatus.FAILED, failure=failure)


async def note_shells(session: AsyncSession, analysis: Analysis, urls: Sequence[str]) -> None:
    """Say of fetched pages that they show nothing without a browser."""
    await session.execute(
        update(RegistrationPage)
        .where(
            RegistrationPage.registration_id == analysis.registration_id,
            RegistrationPage.analysis_number == analysis.number,
            RegistrationPage.final_url.in_(urls),
        )
        .values(failure=PageFailure.NEEDS_JAVASCRIPT)
    )


async def _update(session: AsyncSession, page_id: int, **values: object) -> RegistrationPage:
    row = await session.scalar(
        update(RegistrationPage)
        .where(RegistrationPage.id == page_id)
        .values(values)
        .returning(RegistrationPage)
        .options(undefer(RegistrationPage.content))
    )
    if row is None:
        raise NotFoundError("registration page", page_id)
    return row


def _pages_of(analysis: Analysis) -> Select[RegistrationPage]:
    return select(RegistrationPage).where(
        RegistrationPage.registration_id == analysis.registration_id,
        RegistrationPage.analysis_number == analysis.number,
    )


def _in_order(analysis: Analysis) -> Select[RegistrationPage]:
    is_home = case((RegistrationPage.kind == PageKind.HOME, 0), else_=1)
    return _pages_of(analysis).order_by(is_home, RegistrationPage.score.desc(), RegistrationPage.id)
