"""The emulated mail of Google and Microsoft answers as the real one does."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from blacklight_devstack.emulators.faults import Fault
from blacklight_devstack.emulators.google.app import create_app as create_google
from blacklight_devstack.emulators.google.mail import GMAIL_READONLY
from blacklight_devstack.emulators.google.search import SearchError, parse_search
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.microsoft.app import create_app as create_microsoft
from blacklight_devstack.emulators.microsoft.mail import MAIL_READ, MAX_MAILBOX_CONCURRENCY
from blacklight_devstack.emulators.serving import serving

ADDRESS = "sam@example.com"
INBOX = "/v1.0/me/mailFolders/inbox/messages"
RAW = b"From: rita@example.com\r\nSubject: Java role\r\nMessage-ID: <1@x>\r\n\r\nWe need you.\r\n"


class FarSide:
    """A provider, and a client that its owner has let in."""

    def __init__(self, url: str, provider: MailProvider, scope: str) -> None:
        token = provider.accounts.issue_token(ADDRESS, [scope])
        self.provider = provider
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10
        )

    def receive(self, *raws: bytes) -> None:
        for raw in raws:
            self.provider.accounts.deliver(ADDRESS, raw)

    def ask(self, path: str, status: int = 200, /, **params: Any) -> Any:
        answer = self.http.get(path, params=params or None)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def google() -> Iterator[FarSide]:
    provider = MailProvider.empty()
    with serving(create_google(provider)) as url:
        side = FarSide(url, provider, GMAIL_READONLY)
        yield side
        side.http.close()


@pytest.fixture
def microsoft() -> Iterator[FarSide]:
    provider = MailProvider.empty()
    with serving(create_microsoft(provider)) as url:
        side = FarSide(url, provider, MAIL_READ)
        yield side
        side.http.close()


class TestGmail:
    def test_a_mail_comes_as_base64url(self, google: FarSide) -> None:
        google.receive(RAW)
        [listed] = google.ask("/gmail/v1/users/me/messages")["messages"]
        message = google.ask(f"/gmail/v1/users/me/messages/{listed['id']}", format="raw")
        assert base64.urlsafe_b64decode(message["raw"]) == RAW
        assert message["labelIds"] == ["UNREAD", "INBOX"]

    def test_an_empty_list_has_no_messages(self, google: FarSide) -> None:
        assert google.ask("/gmail/v1/users/me/messages") == {"resultSizeEstimate": 0}

    def test_pages(self, google: FarSide) -> None:
        google.receive(*[RAW] * 5)
        first = google.ask("/gmail/v1/users/me/messages", maxResults=3)
        token = first["nextPageToken"]
        second = google.ask("/gmail/v1/users/me/messages", maxResults=3, pageToken=token)
        assert (len(first["messages"]), len(second["messages"])) == (3, 2)
        assert "nextPageToken" not in second
        google.ask("/gmail/v1/users/me/messages", 400, pageToken="nonsense")

    def test_history_goes_on_after_a_record(self, google: FarSide) -> None:
        start = google.ask("/gmail/v1/users/me/profile")["historyId"]
        google.receive(*[RAW] * 4)
        page = google.ask("/gmail/v1/users/me/history", startHistoryId=start, maxResults=2)
        following = google.ask(
            "/gmail/v1/users/me/history", startHistoryId=page["history"][-1]["id"]
        )
        assert (len(page["history"]), len(following["history"])) == (2, 2)
        end = google.ask("/gmail/v1/users/me/history", startHistoryId=following["historyId"])
        assert "history" not in end

    def test_a_history_that_is_gone(self, google: FarSide) -> None:
        start = google.ask("/gmail/v1/users/me/profile")["historyId"]
        google.provider.accounts.mailbox(ADDRESS).forget_changes()
        error = google.ask("/gmail/v1/users/me/history", 404, startHistoryId=start)["error"]
        assert (error["status"], error["errors"][0]["reason"]) == ("NOT_FOUND", "notFound")

    def test_who_is_let_in(self, google: FarSide) -> None:
        google.ask("/gmail/v1/users/someone@example.com/profile", 403)
        google.http.headers["Authorization"] = "Bearer nonsense"
        error = google.ask("/gmail/v1/users/me/profile", 401)["error"]
        assert error["status"] == "UNAUTHENTICATED"

    def test_throttling(self, google: FarSide) -> None:
        google.provider.faults.order(Fault.RATE_LIMITED, delay_seconds=7)
        answer = google.http.get("/gmail/v1/users/me/profile")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("java", True),
            ("javascript", False),
            ('"java role"', True),
            ('"role java"', False),
            ("{python java}", True),
            ("python OR java", True),
            ("python java", False),
            ("-python role", True),
            ("-java", False),
            ("subject:role", True),
            ("subject:need", False),
            ("from:rita in:inbox", True),
            ("(java need) -spam", True),
            ("newer_than:1d", True),
            ("before:2020/01/01", False),
        ],
    )
    def test_the_search_language(self, google: FarSide, query: str, is_found: bool) -> None:
        google.receive(RAW)
        found = google.ask("/gmail/v1/users/me/messages", q=query)
        assert bool(found.get("messages")) is is_found

    @pytest.mark.parametrize("query", ["{java", "java}", "size:3", "after:soon", "java OR"])
    def test_a_search_that_cannot_be_read(self, query: str) -> None:
        with pytest.raises(SearchError):
            parse_search(query)


class TestGraph:
    def test_a_mail_comes_as_mime(self, microsoft: FarSide) -> None:
        microsoft.receive(RAW)
        [listed] = microsoft.ask(INBOX)["value"]
        assert listed["internetMessageId"] == "<1@x>"
        content = microsoft.http.get(f"/v1.0/me/messages/{listed['id']}/$value").content
        assert content == RAW

    def test_delta_leads_from_page_to_page_to_the_next_round(self, microsoft: FarSide) -> None:
        microsoft.receive(*[RAW] * 3)
        microsoft.http.headers["Prefer"] = "odata.maxpagesize=2"
        first = microsoft.ask(f"{INBOX}/delta", changeType="created")
        second = microsoft.ask(first["@odata.nextLink"])
        assert (len(first["value"]), len(second["value"])) == (2, 1)
        microsoft.receive(RAW)
        third = microsoft.ask(second["@odata.deltaLink"])
        assert len(third["value"]) == 1
        assert microsoft.ask(third["@odata.deltaLink"])["value"] == []

    def test_a_round_starts_at_a_moment(self, microsoft: FarSide) -> None:
        old = datetime.now(UTC) - timedelta(days=9)
        microsoft.provider.accounts.deliver(ADDRESS, RAW, old)
        microsoft.receive(RAW)
        week = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
        page = microsoft.ask(f"{INBOX}/delta", 200, **{"$filter": f"receivedDateTime ge {week}"})
        assert len(page["value"]) == 1

    def test_a_sync_state_that_is_gone(self, microsoft: FarSide) -> None:
        link = microsoft.ask(f"{INBOX}/delta")["@odata.deltaLink"]
        microsoft.provider.accounts.mailbox(ADDRESS).forget_changes()
        assert microsoft.ask(link, 410)["error"]["code"] == "syncStateNotFound"

    @pytest.mark.parametrize(
        ("path", "params", "code"),
        [
            (INBOX, {"$search": '"java"', "$filter": "isRead eq false"}, "SearchWithFilter"),
            (INBOX, {"$search": '"java"', "$orderby": "subject"}, "SearchWithOrderBy"),
            (f"{INBOX}/delta", {"$search": '"java"'}, "ErrorInvalidUrlQuery"),
            (f"{INBOX}/delta", {"$filter": "isRead eq false"}, "ErrorInvalidUrlQueryFilter"),
            (INBOX, {"$top": "5000"}, "ErrorInvalidUrlQuery"),
        ],
    )
    def test_options_that_exclude_each_other(
        self, microsoft: FarSide, path: str, params: dict[str, str], code: str
    ) -> None:
        assert microsoft.ask(path, 400, **params)["error"]["code"] == code

    def test_search(self, microsoft: FarSide) -> None:
        microsoft.receive(RAW, RAW.replace(b"Java", b"Cobol"))
        found = microsoft.ask(INBOX, 200, **{"$search": '"java"'})["value"]
        assert [item["subject"] for item in found] == ["Java role"]

    async def test_four_requests_at_a_time(self, microsoft: FarSide) -> None:
        microsoft.provider.faults.order(Fault.SLOW, times=None, delay_seconds=1)
        async with httpx.AsyncClient(
            base_url=microsoft.http.base_url, headers=microsoft.http.headers
        ) as client:
            answers = await asyncio.gather(
                *(client.get(INBOX) for _ in range(MAX_MAILBOX_CONCURRENCY + 2))
            )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200] * MAX_MAILBOX_CONCURRENCY + [429] * 2
