"""Gmail, by its REST API (https://developers.google.com/workspace/gmail/api/reference/rest).

The cursor is a history id, or, while the look-back is under way, the page it has come to together
with the history id from before it began: nothing that arrives meanwhile is missed.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from http import HTTPStatus

from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.workflows import ApiError
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from blacklight_email_sync.providers.http import ProviderHttp, Request
from blacklight_email_sync.providers.mailbox import (
    Changes,
    CursorLostError,
    LookBack,
    MailRef,
    RawMail,
    UnusableAnswerError,
)

_BASE = "/gmail/v1/users/me"
_MAX_QUERY_CHARACTERS = 1_500
"""Longer searches are not sent: addresses of requests are not to exceed 2,048 characters."""
_BASE64_GROWTH = 1.4
_THROTTLED = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}


class GmailMailbox:
    """An inbox at Google; see ``Mailbox``.

    Args:
        http: Asks in the name of the mailbox.
    """

    def __init__(self, http: ProviderHttp) -> None:
        self._http = http

    @property
    def calls(self) -> int:
        """How many requests were made, also in vain."""
        return self._http.calls

    async def changes(self, cursor: str | None, look_back: LookBack, *, limit: int) -> Changes:
        """See ``Mailbox.changes``."""
        position = _Cursor.model_validate_json(cursor) if cursor else None
        if position is None:
            profile = await self._http.get(Request("profile", f"{_BASE}/profile"), _Profile)
            position = _Cursor(history_id=profile.history_id, query=_query(look_back))
        if position.query is not None:
            return await self._look_back(position, position.query, limit)
        return await self._history(position.history_id, limit)

    async def raw_mail(self, mail_id: str, *, max_bytes: int) -> RawMail | None:
        """See ``Mailbox.raw_mail``."""
        request = Request("messages.get", f"{_BASE}/messages/{mail_id}", [("format", "raw")])
        try:
            message = await self._http.get(
                request, _RawMessage, max_bytes=int(max_bytes * _BASE64_GROWTH)
            )
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        try:
            raw = base64.urlsafe_b64decode(message.raw + "==")
        except binascii.Error:
            raise UnusableAnswerError("gmail: messages.get: the mail is not base64") from None
        return RawMail(raw, datetime.fromtimestamp(message.internal_date / 1_000, UTC))

    async def _look_back(self, position: _Cursor, query: str, limit: int) -> Changes:
        parameters = [("q", query), ("labelIds", "INBOX"), ("maxResults", str(limit))]
        if position.page_token is not None:
            parameters.append(("pageToken", position.page_token))
        request = Request("messages.list", f"{_BASE}/messages", parameters)
        try:
            page = await self._http.get(request, _MessagePage)
        except ApiError as error:
            if error.status == HTTPStatus.BAD_REQUEST and position.page_token is not None:
                raise CursorLostError from error
            raise
        following = (
            _Cursor(history_id=position.history_id)
            if page.next_page_token is None
            else position.model_copy(update={"page_token": page.next_page_token})
        )
        return Changes(
            mails=tuple(MailRef(message.id) for message in page.messages),
            cursor=following.model_dump_json(exclude_none=True),
            # What came since the look-back began is in the history. That of one page takes a
            # moment, and what came meanwhile is left to the next sync.
            is_complete=page.next_page_token is None and position.page_token is None,
        )

    async def _history(self, history_id: str, limit: int) -> Changes:
        request = Request(
            "history.list",
            f"{_BASE}/history",
            [
                ("startHistoryId", history_id),
                ("historyTypes", "messageAdded"),
                ("labelId", "INBOX"),
                ("maxResults", str(limit)),
            ],
        )
        try:
            page = await self._http.get(request, _HistoryPage)
        except ApiError as error:
            if error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}:
                raise CursorLostError from error
            raise
        added = [added.message.id for record in page.history for added in record.messages_added]
        # A record's id is a cursor too, so that no page token has to be kept, which expires.
        is_complete = page.next_page_token is None or not page.history
        reached = page.history_id if is_complete else page.history[-1].id
        return Changes(
            mails=tuple(MailRef(mail_id) for mail_id in dict.fromkeys(added)),
            cursor=_Cursor(history_id=reached).model_dump_json(exclude_none=True),
            is_complete=is_complete,
        )


def gmail_refusal(status: int, content: bytes) -> IntegrationErrorType | None:
    """What Google means by 403: too fast, or not allowed (any more)."""
    if status != HTTPStatus.FORBIDDEN:
        return None
    try:
        problems = _Error.model_validate_json(content).error.errors
    except ValidationError:
        return IntegrationErrorType.CONSENT_REVOKED
    if any(problem.reason in _THROTTLED for problem in problems):
        return IntegrationErrorType.RATE_LIMITED
    return IntegrationErrorType.CONSENT_REVOKED


def _query(look_back: LookBack) -> str:
    """In the search language of Gmail (https://support.google.com/mail/answer/7190)."""
    since = f"in:inbox after:{int(look_back.since.timestamp())}"
    # A quoted phrase is found as it stands, so that the plural is another one.
    wanted = [
        f"{phrase.replace(chr(34), ' ')}{end}" for phrase in look_back.phrases for end in ("", "s")
    ]
    phrases = " ".join(f'"{phrase}"' for phrase in wanted)
    if not phrases or len(phrases) > _MAX_QUERY_CHARACTERS:
        return since
    return f"{since} {{{phrases}}}"


class _Cursor(BaseModel):
    history_id: str
    query: str | None = None
    """Of the look-back, which is under way if there is one."""
    page_token: str | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class _Profile(_Answer):
    history_id: str


class _Reference(_Answer):
    id: str


class _MessagePage(_Answer):
    messages: list[_Reference] = []
    next_page_token: str | None = None


class _RawMessage(_Answer):
    raw: str
    internal_date: int
    """Milliseconds since 1970."""


class _Added(_Answer):
    message: _Reference


class _Record(_Answer):
    id: str
    messages_added: list[_Added] = []


class _HistoryPage(_Answer):
    history: list[_Record] = []
    history_id: str
    next_page_token: str | None = None


class _Problem(BaseModel):
    reason: str = ""


class _Problems(BaseModel):
    errors: list[_Problem] = []


class _Error(BaseModel):
    error: _Problems
