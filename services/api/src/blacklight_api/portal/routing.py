"""Routes of pages: who is let in, and what a person sees when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from blacklight_api.auth.sessions import Viewer
from blacklight_api.gateway import Gateway, gateway_of
from blacklight_api.portal.cookies import SESSION_COOKIE
from blacklight_api.portal.csrf import check_origin, check_token
from blacklight_api.portal.rendering import page
from blacklight_api.problems import Forbidden, Problem, answer_http_exception
from blacklight_api.routing import GuardedRoute, PublicRoute, RequestHandler

SIGN_IN_PATH = "/sign-in"
FRAGMENT_HEADER = "X-Fragment"
"""Sent by our script when it asks for a piece of a page."""

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\s\\]*")

log = structlog.stdlib.get_logger(__name__)


class SignInNeededError(Exception):
    """The browser has no session (any more)."""


class RefusedError(Exception):
    """Ends an endpoint with a response, and takes back what it has done in the database.

    Attributes:
        response: What the person sees: mostly their form again, with what is wrong with it.
    """

    def __init__(self, response: Response) -> None:
        super().__init__("refused")
        self.response = response


class _Page(GuardedRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> RequestHandler:
        """The endpoint behind its guards."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            request.scope["query_string"] = _without_blanks(request)
            try:
                check_origin(request)
                return await handle(request)
            except SignInNeededError:
                raise RefusedError(_to_sign_in(request)) from None
            except (HTTPException, RequestValidationError) as error:
                raise RefusedError(_error_page(request, error)) from error
            except (OperationalError, InterfaceError, PoolTimeoutError) as error:
                raise RefusedError(_unavailable(request, error)) from error

        return shown


def install_refusals(app: FastAPI) -> None:
    """Answer with the responses of refused requests.

    They travel as exceptions up to here, past the transactions of the request: a response that
    is returned has what was done committed.
    """
    app.add_exception_handler(RefusedError, _refused)


class PortalRoute(_Page):
    """A route for people who are signed in, each at their own rate."""

    async def admit(self, request: Request, gateway: Gateway) -> None:
        """Find who the browser stands for; endpoints find them as ``request.state.viewer``.

        Raises:
            SignInNeededError: Nobody is signed in.
        """
        token = request.cookies.get(SESSION_COOKIE)
        viewer = await gateway.sessions.find(token) if token else None
        if viewer is None:
            raise SignInNeededError
        gateway.rate_limiter.check(str(viewer.principal.actor))
        request.state.viewer = viewer
        request.state.principal = viewer.principal


class PublicPageRoute(_Page, PublicRoute):
    """A route for people who are not signed in, at a rate for each address."""


def wants_page(request: Request) -> bool:
    """Whether a person at a browser asks, outside of the API."""
    path = request.url.path
    is_page = not path.startswith(("/api/", "/assets/"))
    return is_page and "text/html" in request.headers.get("Accept", "")


def install_missing_page(app: FastAPI) -> None:
    """Show people who ask for an address that leads nowhere a page with their menu."""
    app.add_exception_handler(HTTPStatus.NOT_FOUND, _answer_missing)


async def _answer_missing(request: Request, error: Exception) -> Response:
    if not wants_page(request):
        return await answer_http_exception(request, error)
    await find_viewer(request)
    detail = "There is no page at this address. It may have moved, or was mistyped."
    return _problem_page(request, HTTPStatus.NOT_FOUND, detail=detail)


async def find_viewer(request: Request) -> None:
    """Find who is signed in, so that a page that is for everyone shows their menu."""
    token = request.cookies.get(SESSION_COOKIE)
    viewer = await gateway_of(request).sessions.find(token) if token else None
    if viewer is not None:
        request.state.viewer = viewer


def broken_page(request: Request) -> Response:
    """What a person sees after a bug: plain, because whatever broke may be needed for more."""
    request.state.viewer = None
    detail = "Something broke on our side. It was written down; try again in a moment."
    return _problem_page(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail=detail)


def portal_router(prefix: str = "") -> APIRouter:
    """A router of pages for people who are signed in; a form has to bring back its token."""
    return APIRouter(
        prefix=prefix,
        route_class=PortalRoute,
        include_in_schema=False,
        dependencies=[Depends(check_token)],
    )


def public_page_router(prefix: str = "", *, dependencies: Sequence[Any] = ()) -> APIRouter:
    """A router of pages for everyone.

    Args:
        prefix: Of their addresses.
        dependencies: What is done before each endpoint.
    """
    return APIRouter(
        prefix=prefix,
        route_class=PublicPageRoute,
        include_in_schema=False,
        dependencies=list(dependencies),
    )


def viewer_of(request: Request) -> Viewer:
    """Dependency: who looks at the page."""
    viewer: Viewer = request.state.viewer
    return viewer


def local_path(wanted: str | None, default: str = "/") -> str:
    """A path to go on to that came with a request; never another site's."""
    return wanted if wanted is not None and _LOCAL_PATH.fullmatch(wanted) else default


def is_fragment_request(request: Request) -> bool:
    """Whether our script asks for a piece of a page."""
    return FRAGMENT_HEADER in request.headers


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 -- tells the type
    return error.response


def _without_blanks(request: Request) -> bytes:
    """The query string as if the fields that the person left empty were not there."""
    items = parse_qsl(request.url.query)
    return urlencode(items).encode()


def _to_sign_in(request: Request) -> Response:
    if is_fragment_request(request):
        return Response(status_code=HTTPStatus.UNAUTHORIZED)
    path = request.url.path
    if request.method != "GET" or path == "/":
        return RedirectResponse(SIGN_IN_PATH, HTTPStatus.SEE_OTHER)
    if request.url.query:
        path = f"{path}?{request.url.query}"
    return RedirectResponse(f"{SIGN_IN_PATH}?{urlencode({'next': path})}", HTTPStatus.SEE_OTHER)


def _error_page(request: Request, error: HTTPException | RequestValidationError) -> Response:
    if isinstance(error, RequestValidationError):
        # Addresses are made by our own pages; one that does not fit was mistyped.
        is_address = any(details["loc"][0] == "path" for details in error.errors())
        status = HTTPStatus.NOT_FOUND if is_address else HTTPStatus.UNPROCESSABLE_ENTITY
        fields = ", ".join(str(details["loc"][-1]) for details in error.errors())
        return _problem_page(request, status, detail=f"Not allowed: {fields}.")
    status = HTTPStatus(error.status_code)
    detail = error.detail
    if isinstance(error, Forbidden) and "scope" in detail:
        detail = "Your role does not include this. Ask an admin of your firm."
    problems = [e.message for e in error.errors] if isinstance(error, Problem) else []
    response = _problem_page(request, status, detail=" ".join([detail, *problems]))
    response.headers.update(error.headers or {})
    return response


def _unavailable(request: Request, error: Exception) -> Response:
    log.error("database_unavailable", error=type(error).__name__)
    detail = "The database does not answer at the moment. Nothing was lost; try again shortly."
    return _problem_page(request, HTTPStatus.SERVICE_UNAVAILABLE, detail=detail)


def _problem_page(request: Request, status: HTTPStatus, *, detail: str) -> Response:
    is_signed_in = getattr(request.state, "viewer", None) is not None
    return problem_page(
        request,
        status,
        heading=_HEADINGS.get(status, status.phrase),
        detail=detail,
        way_back=("/", "To the dashboard" if is_signed_in else "To the sign-in"),
    )


def problem_page(
    request: Request,
    status: HTTPStatus,
    *,
    heading: str,
    detail: str,
    way_back: tuple[str, str],
) -> Response:
    """A page that says what went wrong.

    Args:
        request: What went wrong.
        status: HTTP status.
        heading: In a few words.
        detail: In a sentence or two.
        way_back: A path of the portal to go on to, and the words of the link.
    """
    values: dict[str, Any] = {
        "heading": heading,
        "detail": detail,
        "way_back": way_back,
        "request_id": getattr(request.state, "request_id", None),
    }
    return page(request, "problem.html", status=status, **values)


_HEADINGS = {
    HTTPStatus.FORBIDDEN: "Not for you",
    HTTPStatus.NOT_FOUND: "Nothing here",
    HTTPStatus.CONFLICT: "That does not fit any more",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something is not right",
    HTTPStatus.TOO_MANY_REQUESTS: "A little slower, please",
    HTTPStatus.INTERNAL_SERVER_ERROR: "That did not work",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not available",
}
