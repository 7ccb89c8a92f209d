"""From a template to a response, with the headers that a page needs."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from blacklight_api.auth.sessions import Viewer
from blacklight_api.portal.assets import asset_url
from blacklight_api.portal.cookies import THEMES, Notice, theme_of
from blacklight_api.portal.csrf import CSRF_FIELD
from blacklight_api.portal.formatting import FILTERS
from blacklight_api.portal.navigation import menu_of
from blacklight_api.portal.statuses import STATUS_WORDS

PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    # Forms of our own pages must name where they come from; other sites learn nothing.
    "Referrer-Policy": "same-origin",
}


def page(
    request: Request, template: str, *, status: int = HTTPStatus.OK, **context: Any
) -> HTMLResponse:
    """A whole page, with the menu and the notice that the page before has left.

    Args:
        request: What asks for it.
        template: Name in ``templates/``.
        status: HTTP status.
        context: What the template shows.
    """
    notice = Notice.of(request)
    response = fragment(request, template, status=status, notice=notice, **context)
    if notice is not None:
        Notice.take_away(response)
    return response


def fragment(
    request: Request, template: str, *, status: int = HTTPStatus.OK, **context: Any
) -> HTMLResponse:
    """A piece of a page, which replaces another one in the browser; arguments as for ``page``."""
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    values = {
        "request_path": request.url.path,
        "viewer": viewer,
        "scopes": viewer.principal.scopes if viewer else frozenset(),
        "menu": menu_of(viewer) if viewer else [],
        "theme": theme_of(request),
        "query": _query_of_list(request),
        "is_first": "cursor" not in request.query_params,
        "notice": None,
        **context,
    }
    content = _environment().get_template(template).render(values)
    return HTMLResponse(content, status, headers=PAGE_HEADERS)


def see_other(request: Request, path: str, notice: Notice | None = None) -> Response:
    """Go on to another page after a form was taken, so that reloading does not send it again.

    Args:
        request: What brought the form.
        path: A path of the portal.
        notice: What the next page tells.
    """
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER)
    if notice is not None:
        notice.leave(request, response)
    return response


def _query_of_list(request: Request) -> str:
    """The filters of a list, without the page."""
    items = request.query_params.multi_items()
    return urlencode([(name, value) for name, value in items if name != "cursor"])


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("blacklight_api.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(
        asset=asset_url, csrf_field=CSRF_FIELD, themes=THEMES, status_words=STATUS_WORDS
    )
    return environment
