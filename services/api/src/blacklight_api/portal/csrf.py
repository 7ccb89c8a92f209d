"""Forms are taken only from our own pages, and only from the session that they were made for."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from blacklight_api.auth.sessions import Viewer
from blacklight_api.gateway import gateway_of
from blacklight_api.problems import Forbidden

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
_SAFE_METHODS = frozenset({"GET", "HEAD"})


class StaleForm(Forbidden):
    """The form was made for another session, or before the person signed in anew."""

    def __init__(self) -> None:
        super().__init__(
            "This page had been open since an earlier sign-in, so nothing was changed. "
            "Go back, reload the page and send it again."
        )


def check_origin(request: Request) -> None:
    """Refuse a change that another site asks for.

    Browsers name the site that a form is sent from (Fetch standard, ``Origin`` header); programs
    that name none carry no cookie of ours by accident.

    Raises:
        Forbidden: It comes from elsewhere.
    """
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    ours = {
        urlsplit(gateway_of(request).settings.public_url).netloc,
        request.headers.get("Host", ""),
    }
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise Forbidden("This was sent from another site, so nothing was changed.")


async def check_token(request: Request) -> None:
    """Dependency: a change has to bring back the session's token, as a field or as a header.

    Raises:
        StaleForm: It does not.
    """
    if request.method not in _SAFE_METHODS:
        viewer: Viewer = request.state.viewer
        await check_token_of(request, viewer.csrf_token)


async def check_token_of(request: Request, expected: str) -> None:
    """Refuse a form that does not bring back the token that its page was made with.

    Raises:
        StaleForm: It does not.
    """
    in_header = request.headers.get(CSRF_HEADER)
    given = in_header or (await request.form()).get(CSRF_FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected.encode()):
        raise StaleForm
