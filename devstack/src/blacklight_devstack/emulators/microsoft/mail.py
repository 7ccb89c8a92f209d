"""The mail of Microsoft Graph, as far as reading an inbox goes.

Paths, fields, limits and errors of https://learn.microsoft.com/graph/api/resources/message:
listing, ``delta``, one message, and its MIME by ``$value``. A mailbox takes four requests at a time
(https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits).
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from blacklight_devstack.emulators.accounts import Accounts, Mail, Mailbox
from blacklight_devstack.emulators.faults import Fault, FaultOrder, Faults

MAIL_READ = "Mail.Read"

MAX_PAGE_SIZE = 1_000
DEFAULT_PAGE_SIZE = 10
MAX_MAILBOX_CONCURRENCY = 4

_INBOX = "/me/mailFolders/{folder}"
_DELTA_OPTIONS = {"$select", "$filter", "$orderby", "$expand", "$top", "changeType"}
_RECEIVED_FILTER = re.compile(r"receivedDateTime\s+(?P<comparison>ge|gt)\s+(?P<moment>[\dTZ:.\-]+)")
_SEARCH_TERM = re.compile(r'"([^"]*)"|([^\s"()]+)')


class GraphError(Exception):
    """An answer that is an error, in the shape of Graph.

    Attributes:
        status: HTTP status.
        code: For programs.
        message: For people.
        headers: Of the answer.
    """

    def __init__(
        self, status: HTTPStatus, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def response(self) -> Response:
        """The answer."""
        body = {
            "error": {
                "code": self.code,
                "message": self.message,
                "innerError": {"date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")},
            }
        }
        return JSONResponse(body, status_code=self.status, headers=self.headers)


def graph_mail_router(accounts: Accounts, faults: Faults) -> APIRouter:
    """The API on accounts that somebody else lets people into."""
    router = APIRouter(prefix="/v1.0")
    graph = _Graph(accounts, faults)

    @router.get("/me/messages")
    async def list_messages(request: Request) -> Response:
        return await graph.answer(request, "messages.list", _listed)

    @router.get(f"{_INBOX}/messages")
    async def list_inbox(request: Request) -> Response:
        return await graph.answer(request, "messages.list", _listed)

    @router.get(f"{_INBOX}/messages/delta")
    async def delta(request: Request) -> Response:
        return await graph.answer(request, "messages.delta", _delta)

    @router.get("/me/messages/{message_id}")
    async def get_message(request: Request, message_id: str) -> Response:
        return await graph.answer(
            request,
            "messages.get",
            lambda request, mailbox: JSONResponse(_selected(request, _found(mailbox, message_id))),
        )

    @router.get("/me/messages/{message_id}/$value")
    async def get_mime(request: Request, message_id: str) -> Response:
        return await graph.answer(
            request,
            "messages.value",
            lambda _request, mailbox: Response(
                _found(mailbox, message_id).raw, media_type="text/plain"
            ),
        )

    return router


class _Graph:
    def __init__(self, accounts: Accounts, faults: Faults) -> None:
        self._accounts = accounts
        self._faults = faults
        self._open_calls: Counter[str] = Counter()

    async def answer(
        self, request: Request, operation: str, work: Callable[[Request, Mailbox], Response]
    ) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = self._accounts.find_token(token)
        address = known.address if known else ""
        try:
            with self._concurrency(address):
                order = await self._faults.next(operation, address or None)
                if order is not None:
                    return _faulty(order)
                if known is None:
                    raise _unauthorized()
                if MAIL_READ not in known.scopes:
                    raise _forbidden()
                return work(request, self._accounts.mailbox(address))
        except GraphError as error:
            return error.response()

    @contextmanager
    def _concurrency(self, address: str) -> Iterator[None]:
        self._open_calls[address] += 1
        try:
            if address and self._open_calls[address] > MAX_MAILBOX_CONCURRENCY:
                raise _throttled(1, "Application is over its MailboxConcurrency limit.")
            yield
        finally:
            self._open_calls[address] -= 1


def _faulty(order: FaultOrder) -> Response:
    match order.fault:
        case Fault.RATE_LIMITED:
            raise _throttled(order.delay_seconds, "Too many requests.")
        case Fault.UNAUTHORIZED:
            raise _unauthorized()
        case Fault.FORBIDDEN:
            raise _forbidden()
        case Fault.REFUSED:
            raise GraphError(
                HTTPStatus.BAD_REQUEST,
                "ErrorMimeContentConversionFailed",
                "The MIME content cannot be made.",
            )
        case Fault.BAD_GATEWAY | Fault.NOT_JSON:
            is_error = order.fault is Fault.BAD_GATEWAY
            status = HTTPStatus.BAD_GATEWAY if is_error else HTTPStatus.OK
            return HTMLResponse("<html><h2>Our services aren’t available.</h2></html>", status)
        case _:
            raise GraphError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "ErrorServerBusy",
                "The server cannot service this request right now.",
            )


def _listed(request: Request, mailbox: Mailbox) -> Response:
    options = request.query_params
    _refuse_exclusive(options.keys())
    found = mailbox.newest_first()
    if "$search" in options:
        words = [a or b for a, b in _SEARCH_TERM.findall(options["$search"].replace('\\"', ""))]
        wanted = [word.casefold() for word in words if word not in {"OR", "AND"}]
        found = [
            mail
            for mail in found
            if any(word in f"{mail.subject}\n{mail.text}".casefold() for word in wanted)
        ]
    if "$filter" in options:
        found = _received(found, options["$filter"])
    start = int(options.get("$skip", "0"))
    end = start + _page_size(options.get("$top"))
    body: dict[str, Any] = {
        "@odata.context": _url(request, "$metadata#users('me')/messages"),
        "value": [_selected(request, mail) for mail in found[start:end]],
    }
    if end < len(found):
        body["@odata.nextLink"] = str(request.url.include_query_params(**{"$skip": end}))
    return JSONResponse(body)


def _refuse_exclusive(options: Any) -> None:
    for name, code in {"$filter": "SearchWithFilter", "$orderby": "SearchWithOrderBy"}.items():
        if "$search" in options and name in options:
            raise GraphError(
                HTTPStatus.BAD_REQUEST,
                code,
                f"The query parameter '{name}' is not supported with '$search'.",
            )


def _delta(request: Request, mailbox: Mailbox) -> Response:
    options = request.query_params
    token = options.get("$deltatoken") or options.get("$skiptoken")
    state = _read_token(token) if token else _first_state(request)
    if token and int(state["after"]) < mailbox.oldest_change and state["generation"] != "first":
        raise _gone(request)
    waiting = mailbox.arrived_after(int(state["after"]))
    if state.get("filter"):
        waiting = _received(waiting, state["filter"])
    size = _preferred_page_size(request)
    page = waiting[:size]
    more = len(waiting) > size
    after = page[-1].change if more else mailbox.last_change
    # A first round that is not over survives the loss of the log: it lists what is there.
    generation = "first" if more and state["generation"] == "first" else "kept"
    next_state = {**state, "after": after, "generation": generation}
    link = "@odata.nextLink" if more else "@odata.deltaLink"
    name = "$skiptoken" if more else "$deltatoken"
    return JSONResponse(
        {
            "@odata.context": _url(request, "$metadata#Collection(message)"),
            "value": [_fields(mail, state.get("select")) for mail in page],
            link: str(
                request.url.replace(query="").include_query_params(
                    **{name: _write_token(next_state)}
                )
            ),
        }
    )


def _first_state(request: Request) -> dict[str, Any]:
    options = request.query_params
    if "$search" in options:
        raise GraphError(
            HTTPStatus.BAD_REQUEST,
            "ErrorInvalidUrlQuery",
            "The query parameter '$search' is not supported for change tracking.",
        )
    if unknown := set(options) - _DELTA_OPTIONS:
        raise GraphError(
            HTTPStatus.BAD_REQUEST,
            "ErrorInvalidUrlQuery",
            f"The query parameter '{min(unknown)}' is not supported for change tracking.",
        )
    filter_text = options.get("$filter")
    if filter_text:
        _received([], filter_text)
    return {
        "after": 0,
        "generation": "first",
        "filter": filter_text,
        "select": options.get("$select"),
    }


def _received(mails: list[Mail], filter_text: str) -> list[Mail]:
    match = _RECEIVED_FILTER.fullmatch(filter_text.strip())
    if match is None:
        raise GraphError(
            HTTPStatus.BAD_REQUEST,
            "ErrorInvalidUrlQueryFilter",
            "The query filter contains one or more invalid nodes.",
        )
    moment = datetime.fromisoformat(match["moment"])
    if match["comparison"] == "ge":
        return [mail for mail in mails if mail.received_at >= moment]
    return [mail for mail in mails if mail.received_at > moment]


def _selected(request: Request, mail: Mail) -> dict[str, Any]:
    return _fields(mail, request.query_params.get("$select"))


def _fields(mail: Mail, select: str | None) -> dict[str, Any]:
    fields = {
        "receivedDateTime": mail.received_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "internetMessageId": mail.message_id,
        "subject": mail.subject,
        "bodyPreview": mail.text[:255],
        "isDraft": False,
    }
    wanted = set(select.split(",")) if select else fields.keys()
    chosen = {name: value for name, value in fields.items() if name in wanted}
    return {"@odata.etag": f'W/"{mail.change}"', "id": _id(mail), **chosen}


def _found(mailbox: Mailbox, message_id: str) -> Mail:
    for mail in mailbox.mails.values():
        if _id(mail) == message_id:
            return mail
    raise GraphError(
        HTTPStatus.NOT_FOUND,
        "ErrorItemNotFound",
        "The specified object was not found in the store.",
    )


def _id(mail: Mail) -> str:
    digits = f"AAMkAGI2-{mail.number:012d}".encode()
    return base64.urlsafe_b64encode(digits).decode().rstrip("=") + "="


def _page_size(top: str | None) -> int:
    if top is None:
        return DEFAULT_PAGE_SIZE
    if not top.isdecimal() or not 1 <= int(top) <= MAX_PAGE_SIZE:
        raise GraphError(
            HTTPStatus.BAD_REQUEST, "ErrorInvalidUrlQuery", "Invalid value for '$top'."
        )
    return int(top)


def _preferred_page_size(request: Request) -> int:
    preference = re.search(r"odata\.maxpagesize=(\d+)", request.headers.get("Prefer", ""))
    return min(int(preference[1]), MAX_PAGE_SIZE) if preference else DEFAULT_PAGE_SIZE


def _write_token(state: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode()


def _read_token(token: str) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token))
        return {"after": int(state["after"]), **state}
    except (ValueError, KeyError, TypeError):
        raise GraphError(
            HTTPStatus.GONE, "syncStateInvalid", "The sync state is not valid."
        ) from None


def _gone(request: Request) -> GraphError:
    start = str(request.url.replace(query=""))
    return GraphError(
        HTTPStatus.GONE,
        "syncStateNotFound",
        "The sync state generation is not found; a full sync is needed.",
        {"Location": start},
    )


def _url(request: Request, path: str) -> str:
    return f"{str(request.base_url).rstrip('/')}/v1.0/{path}"


def _throttled(delay_seconds: int, message: str) -> GraphError:
    return GraphError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "ApplicationThrottled",
        message,
        {"Retry-After": str(delay_seconds)},
    )


def _unauthorized() -> GraphError:
    return GraphError(
        HTTPStatus.UNAUTHORIZED,
        "InvalidAuthenticationToken",
        "Access token has expired or is not yet valid.",
        {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def _forbidden() -> GraphError:
    return GraphError(
        HTTPStatus.FORBIDDEN,
        "ErrorAccessDenied",
        "Access is denied. Check credentials and try again.",
    )
