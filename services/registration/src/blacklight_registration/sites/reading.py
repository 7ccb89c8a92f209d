"""Fetching the pages of a site: politely, each once, every outcome kept."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import httpx
from blacklight_shared.models import RegistrationPage
from blacklight_shared.outbound import (
    DeadlineExceededError,
    Fetched,
    ForbiddenUrlError,
    Refusal,
    RefusedResponseError,
)
from blacklight_shared.registrations import PageFailure
from blacklight_shared.workflows import RetriableError
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_registration.analyses.analysis import Analysis
from blacklight_registration.deps import RegistrationDeps
from blacklight_registration.metrics import PAGES
from blacklight_registration.pages.store import (
    ROBOTS,
    SITEMAP,
    TEMPORARY_FAILURES,
    WantedPage,
    enter_page,
    get_page,
    is_settled,
    store_failure,
    store_fetched,
)
from blacklight_registration.sites.pacing import HostBusyError, wait_for_turn
from blacklight_registration.sites.robots import Robots

HTML = frozenset({"text/html", "application/xhtml+xml"})
ROBOTS_BYTES = 512_000
"""RFC 9309, section 2.5, wants 500 KiB at least to be read."""

_OF_REFUSALS = {
    Refusal.TOO_LARGE: PageFailure.TOO_LARGE,
    Refusal.TOO_MANY_REDIRECTS: PageFailure.TOO_MANY_REDIRECTS,
    Refusal.UNREADABLE_ENCODING: PageFailure.UNREADABLE,
    Refusal.WRONG_TYPE: PageFailure.NOT_HTML,
}
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class PageFailedError(RetriableError):
    """A page could not be fetched for now.

    Attributes:
        failure: Why.
    """

    def __init__(self, failure: PageFailure) -> None:
        super().__init__(f"a page failed: {failure}")
        self.failure = failure


class _RobotsForbidError(Exception):
    pass


class SiteReader:
    """Fetches what an analysis wants, and keeps it.

    Args:
        deps: The way to the web and to the database.
        analysis: For which.
    """

    def __init__(self, deps: RegistrationDeps, analysis: Analysis) -> None:
        self._deps = deps
        self._analysis = analysis

    async def read(self, wanted: WantedPage) -> RegistrationPage:
        """Enter a page and fetch it, unless that was done before.

        Returns:
            Its row, with what came or why nothing did.

        Raises:
            PageFailedError: For a reason that may pass; it is kept too.
        """
        async with self._session() as session:
            row = await enter_page(session, self._analysis, wanted)
        return row if is_settled(row) else await self._fetch(row)

    async def read_entered(self, page_id: int) -> RegistrationPage:
        """Fetch a page that was entered before; see ``read``.

        Raises:
            NotFoundError: The registration was deleted meanwhile.
        """
        async with self._session() as session:
            row = await get_page(session, page_id)
        return row if is_settled(row) else await self._fetch(row)

    async def robots(self, url: str) -> Robots:
        """The rules of the host that a URL names.

        A host without the file forbids nothing; one that fails to show it is left alone.

        Raises:
            ForbiddenUrlError: The host is not to be called.
            PageFailedError: The host fails for now.
        """
        address = str(httpx.URL(url).copy_with(raw_path=b"/robots.txt", fragment=None))
        row = await self.read(WantedPage(address, ROBOTS, "It says what may be read."))
        if row.failure is None:
            return Robots.read(row.content or b"")
        if row.failure == PageFailure.FORBIDDEN_ADDRESS:
            raise ForbiddenUrlError("its host has no address that may be called")
        is_absent = row.failure in {PageFailure.NOT_FOUND, PageFailure.REFUSED}
        return Robots.allowing() if is_absent else Robots.forbidding()

    async def _fetch(self, row: RegistrationPage) -> RegistrationPage:
        came = await self._get_or_fail(row)
        if isinstance(came, Fetched):
            PAGES.labels("fetched").inc()
            async with self._session() as session:
                return await store_fetched(session, row.id, came)
        PAGES.labels(came).inc()
        async with self._session() as session:
            failed = await store_failure(session, row.id, came)
        if came in TEMPORARY_FAILURES:
            raise PageFailedError(came)
        return failed

    async def _get_or_fail(self, row: RegistrationPage) -> Fetched | PageFailure:
        try:
            fetched = await self._get(row)
        except PageFailedError as error:
            return error.failure
        except _RobotsForbidError:
            return PageFailure.ROBOTS
        except ForbiddenUrlError:
            return PageFailure.FORBIDDEN_ADDRESS
        except RefusedResponseError as error:
            return _OF_REFUSALS[error.refusal]
        except (HostBusyError, DeadlineExceededError, httpx.TimeoutException):
            return PageFailure.TOO_SLOW
        except httpx.HTTPError:
            return PageFailure.UNREACHABLE
        return _failure_of(fetched.status) or fetched

    async def _get(self, row: RegistrationPage) -> Fetched:
        limits = self._deps.settings.page_limits
        if row.kind == ROBOTS:
            limits = replace(limits, body_bytes=ROBOTS_BYTES)
        return await self._deps.fetcher.fetch(
            row.url,
            limits,
            headers=_headers(row.kind),
            media_types=None if row.kind in {ROBOTS, SITEMAP} else HTML,
            before_hop=self._pace if row.kind == ROBOTS else self._ask_robots,
        )

    async def _ask_robots(self, url: httpx.URL) -> None:
        robots = await self.robots(str(url))
        if not robots.allows(str(url)):
            raise _RobotsForbidError
        await self._wait(url, robots.crawl_delay)

    async def _pace(self, url: httpx.URL) -> None:
        await self._wait(url, timedelta())

    async def _wait(self, url: httpx.URL, asked_for: timedelta) -> None:
        delay = max(self._deps.settings.registration_host_delay, asked_for)
        await wait_for_turn(self._deps.database, url.netloc.decode(), delay)

    def _session(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self._deps.database.tenant_session(self._analysis.tenant_id)


def _failure_of(status: int) -> PageFailure | None:
    if httpx.codes.is_success(status):
        return None
    if status in _GONE:
        return PageFailure.NOT_FOUND
    if status in _BUSY or httpx.codes.is_server_error(status):
        return PageFailure.SERVER_ERROR
    return PageFailure.REFUSED


def _headers(kind: str) -> dict[str, str]:
    if kind in {ROBOTS, SITEMAP}:
        return {}
    return {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en,*;q=0.5"}
