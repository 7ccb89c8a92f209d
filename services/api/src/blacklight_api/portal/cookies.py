"""The portal's cookies: session, notice for the next page, and colours."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal, Self

from fastapi import Request, Response

from blacklight_api.auth.sessions import LIFETIME
from blacklight_api.gateway import gateway_of

SESSION_COOKIE = "blacklight_session"
THEME_COOKIE = "blacklight_theme"
_NOTICE_COOKIE = "blacklight_notice"
_NOTICE_LIFETIME = timedelta(minutes=2)
_THEME_LIFETIME = timedelta(days=365)

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a page tells once at its top.

    Attributes:
        text: One or two sentences.
        kind: ``done`` or ``failed``.
    """

    text: str
    kind: Literal["done", "failed"] = "done"

    @classmethod
    def of(cls, request: Request) -> Self | None:
        """What the page before has left to be told."""
        try:
            found = json.loads(base64.urlsafe_b64decode(request.cookies.get(_NOTICE_COOKIE, "")))
            return cls(
                text=str(found["text"]), kind="failed" if found["kind"] == "failed" else "done"
            )
        except (binascii.Error, ValueError, KeyError, TypeError):
            return None

    def leave(self, request: Request, response: Response) -> None:
        """Have the next page tell it."""
        content = base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()
        set_cookie(request, response, _NOTICE_COOKIE, content, _NOTICE_LIFETIME)

    @staticmethod
    def take_away(response: Response) -> None:
        """Have it told no more."""
        response.delete_cookie(_NOTICE_COOKIE, path="/")


def set_session(request: Request, response: Response, token: str) -> None:
    """Give the browser its session."""
    set_cookie(request, response, SESSION_COOKIE, token, LIFETIME)


def clear_session(response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(SESSION_COOKIE, path="/")


def set_theme(request: Request, response: Response, theme: Theme) -> None:
    """Remember which colours this browser shows."""
    set_cookie(request, response, THEME_COOKIE, theme, _THEME_LIFETIME)


def theme_of(request: Request) -> Theme:
    """The colours that this browser shows."""
    wanted = request.cookies.get(THEME_COOKIE)
    return next((theme for theme in THEMES if theme == wanted), "auto")


def set_cookie(
    request: Request,
    response: Response,
    name: str,
    value: str,
    lifetime: timedelta,
    *,
    path: str = "/",
) -> None:
    """Set a cookie that scripts cannot read and other sites do not send with their forms."""
    response.set_cookie(
        name,
        value,
        max_age=int(lifetime.total_seconds()),
        path=path,
        secure=gateway_of(request).settings.is_https,
        httponly=True,
        samesite="lax",
    )
