"""The Gmail API, as far as reading a mailbox goes.

Paths, fields, limits and errors of https://developers.google.com/workspace/gmail/api/reference/rest:
``users.getProfile``, ``users.messages.list`` and ``get``, ``users.history.list``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from blacklight_devstack.emulators.accounts import Accounts, Mail, Mailbox
from blacklight_devstack.emulators.faults import Fault, FaultOrder, Faults
from blacklight_devstack.emulators.google.search import Condition, SearchError, parse_search

GMAIL_READONLY = "https://www.googleapis.com/auth/gmail.readonly"

MAX_RESULTS = 500
"""Of a list; larger numbers are taken as this one."""

_READING_SCOPES = {
    GMAIL_READONLY,
    "https://www.googleapis.com/auth/gmail.modify",
    "https://mail.google.com/",
}


class GmailError(Exception):
    """An answer that is an error, in Google's shape.

    Attributes:
        status: HTTP status.
        reason: Google's code of the single error.
        state: Google's name of the status.
        message: For people.
        retry_after_seconds: Asked for in the header, if it is.
    """

    def __init__(
        self,
        status: HTTPStatus,
        reason: str,
        state: str,
        message: str,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.state = state
        self.message = message
        self.retry_after_seconds = retry_after_seconds

    def response(self) -> Response:
        """The answer."""
        problem = {"message": self.message, "domain": "global", "reason": self.reason}
        body = {
            "error": {
                "code": int(self.status),
                "message": self.message,
                "errors": [problem],
                "status": self.state,
            }
        }
        wait = self.retry_after_seconds
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return JSONResponse(body, status_code=self.status, headers=headers)


@dataclass(frozen=True, slots=True)
class _Call:
    request: Request
    mailbox: Mailbox


def gmail_router(accounts: Accounts, faults: Faults) -> APIRouter:
    """The API on accounts that somebody else lets people into."""
    router = APIRouter(prefix="/gmail/v1/users/{user_id}")

    async def answer(
        request: Request, operation: str, work: Callable[[_Call], dict[str, Any]]
    ) -> Response:
        return await _answer(accounts, faults, request, operation, work)

    @router.get("/profile")
    async def get_profile(request: Request) -> Response:
        return await answer(request, "profile", lambda call: _profile(call.mailbox))

    @router.get("/messages")
    async def list_messages(
        request: Request,
        q: str = "",
        label_ids: Annotated[list[str] | None, Query(alias="labelIds")] = None,
        max_results: Annotated[int, Query(alias="maxResults")] = 100,
        page_token: Annotated[str | None, Query(alias="pageToken")] = None,
    ) -> Response:
        def work(call: _Call) -> dict[str, Any]:
            found = _found(call.mailbox, q, label_ids or [])
            return _message_page(found, max_results, page_token)

        return await answer(request, "messages.list", work)

    @router.get("/messages/{message_id}")
    async def get_message(
        request: Request,
        message_id: str,
        format: Literal["full", "metadata", "minimal", "raw"] = "full",  # noqa: A002 -- Google's name
    ) -> Response:
        return await answer(
            request, "messages.get", lambda call: _message(call.mailbox, message_id, format)
        )

    @router.get("/history")
    async def list_history(
        request: Request,
        start_history_id: Annotated[str | None, Query(alias="startHistoryId")] = None,
        max_results: Annotated[int, Query(alias="maxResults")] = 100,
        page_token: Annotated[str | None, Query(alias="pageToken")] = None,
    ) -> Response:
        return await answer(
            request,
            "history.list",
            lambda call: _history_page(call.mailbox, start_history_id, max_results, page_token),
        )

    return router


async def _answer(
    accounts: Accounts,
    faults: Faults,
    request: Request,
    operation: str,
    work: Callable[[_Call], dict[str, Any]],
) -> Response:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = accounts.find_token(token)
    order = await faults.next(operation, known.address if known else None)
    try:
        if order is not None:
            return _faulty(order)
        if known is None:
            raise _unauthorized()
        if not known.scopes & _READING_SCOPES:
            raise _forbidden("Request had insufficient authentication scopes.")
        user_id = request.path_params["user_id"].lower()
        if user_id not in {"me", known.address}:
            raise _forbidden(f"Delegation denied for {known.address}")
        return JSONResponse(work(_Call(request, accounts.mailbox(known.address))))
    except GmailError as error:
        return error.response()


def _faulty(order: FaultOrder) -> Response:
    match order.fault:
        case Fault.RATE_LIMITED:
            raise GmailError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "rateLimitExceeded",
                "RESOURCE_EXHAUSTED",
                "Too many concurrent requests for user.",
                order.delay_seconds,
            )
        case Fault.UNAUTHORIZED:
            raise _unauthorized()
        case Fault.FORBIDDEN:
            raise _forbidden("The domain administrators have disabled Gmail apps.")
        case Fault.REFUSED:
            raise GmailError(
                HTTPStatus.BAD_REQUEST,
                "failedPrecondition",
                "FAILED_PRECONDITION",
                "Precondition check failed.",
            )
        case Fault.BAD_GATEWAY | Fault.NOT_JSON:
            is_error = order.fault is Fault.BAD_GATEWAY
            status = HTTPStatus.BAD_GATEWAY if is_error else HTTPStatus.OK
            return HTMLResponse("<html><title>That’s all we know.</title></html>", status)
        case _:
            raise GmailError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "backendError",
                "UNAVAILABLE",
                "The service is currently unavailable.",
            )


def _profile(mailbox: Mailbox) -> dict[str, Any]:
    return {
        "emailAddress": mailbox.address,
        "messagesTotal": len(mailbox.mails),
        "threadsTotal": len(mailbox.mails),
        "historyId": str(mailbox.last_change),
    }


def _found(mailbox: Mailbox, query: str, label_ids: list[str]) -> list[Mail]:
    if set(label_ids) - {"INBOX", "UNREAD"}:
        raise _invalid("Invalid label")
    try:
        condition: Condition = parse_search(query)
    except SearchError:
        # Gmail reads what it can and finds nothing for the rest.
        return []
    return [mail for mail in mailbox.newest_first() if condition(mail)]


def _message_page(found: list[Mail], max_results: int, page_token: str | None) -> dict[str, Any]:
    start = _offset(page_token)
    end = start + _page_size(max_results)
    page: dict[str, Any] = {"resultSizeEstimate": len(found)}
    if found[start:end]:
        page["messages"] = [_reference(mail) for mail in found[start:end]]
    if end < len(found):
        page["nextPageToken"] = _page_token(end)
    return page


def _message(mailbox: Mailbox, message_id: str, message_format: str) -> dict[str, Any]:
    mail = next((mail for mail in mailbox.mails.values() if _id(mail) == message_id), None)
    if mail is None:
        raise _not_found()
    message = {
        **_reference(mail),
        "labelIds": ["UNREAD", "INBOX"],
        "snippet": mail.text[:100],
        "historyId": str(mail.change),
        "internalDate": str(int(mail.received_at.timestamp() * 1_000)),
        "sizeEstimate": len(mail.raw),
    }
    if message_format == "raw":
        message["raw"] = base64.urlsafe_b64encode(mail.raw).decode()
    elif message_format in {"full", "metadata"}:
        names = {"Subject": mail.subject, "From": mail.sender, "Message-ID": mail.message_id}
        message["payload"] = {
            "headers": [{"name": name, "value": value} for name, value in names.items()]
        }
    return message


def _history_page(
    mailbox: Mailbox, start_history_id: str | None, max_results: int, page_token: str | None
) -> dict[str, Any]:
    if start_history_id is None or not start_history_id.isdecimal():
        raise _invalid("Invalid startHistoryId")
    if not mailbox.oldest_change <= int(start_history_id) <= mailbox.last_change:
        raise _not_found()
    changes = mailbox.arrived_after(int(start_history_id))
    start = _offset(page_token)
    end = start + _page_size(max_results)
    page: dict[str, Any] = {"historyId": str(mailbox.last_change)}
    if changes[start:end]:
        page["history"] = [
            {
                "id": str(mail.change),
                "messages": [_reference(mail)],
                "messagesAdded": [
                    {"message": {**_reference(mail), "labelIds": ["UNREAD", "INBOX"]}}
                ],
            }
            for mail in changes[start:end]
        ]
    if end < len(changes):
        page["nextPageToken"] = _page_token(end)
    return page


def _id(mail: Mail) -> str:
    return f"{0x18C0_0000_0000_0000 + mail.number:016x}"


def _reference(mail: Mail) -> dict[str, str]:
    return {"id": _id(mail), "threadId": _id(mail)}


def _page_size(max_results: int) -> int:
    if max_results < 1:
        raise _invalid("Invalid maxResults")
    return min(max_results, MAX_RESULTS)


def _page_token(offset: int) -> str:
    return f"{offset:020d}"


def _offset(page_token: str | None) -> int:
    if page_token is None:
        return 0
    if not page_token.isdecimal():
        raise _invalid("Invalid pageToken")
    return int(page_token)


def _unauthorized() -> GmailError:
    return GmailError(
        HTTPStatus.UNAUTHORIZED,
        "authError",
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials.",
    )


def _forbidden(message: str) -> GmailError:
    return GmailError(HTTPStatus.FORBIDDEN, "insufficientPermissions", "PERMISSION_DENIED", message)


def _invalid(message: str) -> GmailError:
    return GmailError(HTTPStatus.BAD_REQUEST, "invalidArgument", "INVALID_ARGUMENT", message)


def _not_found() -> GmailError:
    return GmailError(
        HTTPStatus.NOT_FOUND, "notFound", "NOT_FOUND", "Requested entity was not found."
    )
