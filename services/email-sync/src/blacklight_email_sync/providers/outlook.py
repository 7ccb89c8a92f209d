"""Outlook, by Microsoft Graph (https://learn.microsoft.com/graph/api/message-delta).

The cursor is the link that Graph gives for the next page, or for the next round. Change tracking
knows no ``$search``, so that every new mail is offered, and the words are looked for here.
"""

from __future__ import annotations

from datetime import UTC
from http import HTTPStatus
from typing import Self
from urllib.parse import quote, urlsplit

from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.workflows import ApiError
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from blacklight_email_sync.providers.http import ProviderHttp, Request
from blacklight_email_sync.providers.mailbox import (
    Changes,
    CursorLostError,
    LookBack,
    MailRef,
    RawMail,
    UnusableAnswerError,
)

_BASE = "/v1.0/me"
_IMMUTABLE_IDS = 'IdType="ImmutableId"'
"""Ids that stay when a mail is moved to another folder."""


class OutlookMailbox:
    """An inbox at Microsoft; see ``Mailbox``.

    Args:
        http: Asks in the name of the mailbox.
        graph_url: Where Graph is; links that lead elsewhere are not followed.
    """

    def __init__(self, http: ProviderHttp, graph_url: str) -> None:
        self._http = http
        self._origin = _origin(graph_url)

    @property
    def calls(self) -> int:
        """How many requests were made, also in vain."""
        return self._http.calls

    async def changes(self, cursor: str | None, look_back: LookBack, *, limit: int) -> Changes:
        """See ``Mailbox.changes``."""
        preferences = {"Prefer": f"odata.maxpagesize={limit}, {_IMMUTABLE_IDS}"}
        request = (
            Request("messages.delta", self._checked(cursor), headers=preferences)
            if cursor
            else Request(
                "messages.delta",
                f"{_BASE}/mailFolders/inbox/messages/delta",
                [
                    ("changeType", "created"),
                    ("$select", "receivedDateTime"),
                    ("$filter", f"receivedDateTime ge {_moment(look_back)}"),
                ],
                preferences,
            )
        )
        try:
            page = await self._http.get(request, _DeltaPage)
        except ApiError as error:
            # 400 is how Graph refuses a token that it cannot read.
            if cursor and error.status in {HTTPStatus.GONE, HTTPStatus.BAD_REQUEST}:
                raise CursorLostError from error
            raise
        if _origin(page.link) != self._origin:
            raise UnusableAnswerError("microsoft_graph: messages.delta: the link leads elsewhere")
        return Changes(
            mails=tuple(
                MailRef(item.id, item.received_at) for item in page.value if item.removed is None
            ),
            cursor=page.link,
            is_complete=page.next_link is None,
        )

    async def raw_mail(self, mail_id: str, *, max_bytes: int) -> RawMail | None:
        """See ``Mailbox.raw_mail``."""
        request = Request(
            "messages.value",
            f"{_BASE}/messages/{quote(mail_id, safe='')}/$value",
            headers={"Prefer": _IMMUTABLE_IDS},
        )
        try:
            return RawMail(await self._http.get_bytes(request, max_bytes=max_bytes))
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _checked(self, cursor: str) -> str:
        """The link, unless it would carry the token to somebody else."""
        if _origin(cursor) != self._origin:
            raise CursorLostError
        return cursor


def graph_refusal(status: int, _content: bytes) -> IntegrationErrorType | None:
    """What Microsoft means by 403: the permission, or the licence of the mailbox, is gone."""
    return IntegrationErrorType.CONSENT_REVOKED if status == HTTPStatus.FORBIDDEN else None


def _moment(look_back: LookBack) -> str:
    return look_back.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


class _Item(BaseModel):
    id: str
    received_at: AwareDatetime | None = Field(default=None, alias="receivedDateTime")
    removed: dict[str, str] | None = Field(default=None, alias="@removed")


class _DeltaPage(BaseModel):
    value: list[_Item]
    next_link: str | None = Field(default=None, alias="@odata.nextLink")
    delta_link: str | None = Field(default=None, alias="@odata.deltaLink")

    @property
    def link(self) -> str:
        """Where to go on; there is one, as was checked."""
        return self.next_link or self.delta_link or ""

    @model_validator(mode="after")
    def _leads_on(self) -> Self:
        if not self.link:
            raise ValueError("there is neither a next page nor a next round")
        return self
