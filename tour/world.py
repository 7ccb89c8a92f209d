"""A firm in the middle of its work: postings, candidates, invitations, a mailbox, registrations."""

from __future__ import annotations

import asyncio
import re
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from blacklight_devstack.demo.front_door import UPLOADS_AT_ONCE
from blacklight_devstack.emulators.smtp_sink import SinkClient
from blacklight_devstack.sample import BAD_JOBS_CSV, CVS_FOLDER, JOBS_CSV
from blacklight_devstack.sample.build import write_postings
from blacklight_devstack.sample.inbox.delivery import deliver_sample
from blacklight_devstack.stack import Stack
from blacklight_devstack.tenants import bootstrap_tenant

from tour.history import add_history

FoundT = TypeVar("FoundT")

FIRM = "Harbor & Pine Staffing"
PEOPLE = {
    "admin": ("Maya Brandt", "maya@harbor-pine.example"),
    "recruiter": ("Jonas Whitfield", "jonas@harbor-pine.example"),
    "hr": ("Rosa Ibarra", "rosa@harbor-pine.example"),
}
PASSWORD = "seven quiet herons over water"  # noqa: S105 -- of invented people
SITES = ("meridian-health", "northwind-robotics", "corner-bakery")

_PATIENCE = timedelta(minutes=8)
_TOKEN = re.compile(r"/onboarding\?token=([\w-]+)")
_INVITED = (
    ("Ayşe", "Yılmaz", "ayse.yilmaz@example.org"),
    ("Devon", "Clarke", "devon.clarke@example.com"),
    ("Grace", "Muthoni", "grace.muthoni@example.com"),
)
"""The first has sent everything, the second fills in the form, the third has not begun."""
_RESUMES = ("ayse-yilmaz.docx", "devon-clarke.docx")
_TYPED: tuple[dict[str, Any], ...] = (
    {
        "phone": "+44 161 555 0177",
        "headline": "Data analyst who likes messy data",
        "skills": ["Python", "SQL", "Forecasting"],
        "years_experience": 6,
        "preferred_roles": ["Data Analyst"],
        "work_modes": ["hybrid", "remote"],
    },
    {"phone": "+1 410 555 0121", "preferred_roles": ["Security Analyst"]},
)
_DECISIONS = ("shortlisted", "applied", "viewed", "rejected")


class Office:
    """The firm's work, done through the front door.

    Args:
        stack: Up.
        http: A client of the API with all rights of the firm.
    """

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._stack = stack
        self._http = http

    async def fill(self) -> dict[str, str]:
        """Make everything that the pages show; gives the ids that stand in their addresses."""
        users = await self._hire()
        batch_id = await self._import_postings()
        candidate_ids = await self._bring_in()
        open_token = await self._invite()
        form_key, registration_id = await self._register()
        matches = await self._items(f"/candidates/{candidate_ids[0]}/matches")
        await self._decide(matches)
        [submitted] = await self._items("/invitations", status="submitted")
        [mail] = (await self._items("/mails", recipient=submitted["email"]))[:1]
        [role] = (await self._items("/roles/pending"))[:1]
        ids = {
            "batch": batch_id,
            "candidate": candidate_ids[0],
            "form": form_key,
            "invitation": submitted["id"],
            "job": matches[0]["job"]["id"],
            "mail": mail["id"],
            "match": matches[0]["id"],
            "registration": registration_id,
            "role": role["id"],
            "token": open_token,
            "user": users["recruiter"],
        }
        return {name: str(value) for name, value in ids.items()}

    async def synced(self, integration_id: str) -> None:
        """Wait until a mailbox is read and every mail has its result."""

        async def done() -> bool:
            runs = await self._items(f"/integrations/{integration_id}/sync-runs")
            queued = await self._items(f"/integrations/{integration_id}/messages", status="queued")
            return bool(runs) and runs[0]["status"] != "running" and not queued

        await until(done)

    async def _hire(self) -> dict[str, int]:
        return {
            role: (
                await self._ask(
                    "POST",
                    "/users",
                    json={"email": email, "full_name": name, "role": role, "password": PASSWORD},
                )
            )["id"]
            for role, (name, email) in PEOPLE.items()
        }

    async def _import_postings(self) -> str:
        """The sample, and a file with mistakes; gives the batch of the second."""
        with tempfile.TemporaryDirectory() as folder:
            write_postings(Path(folder), newest=datetime.now(UTC).date())
            files = {"careers-site": Path(folder, JOBS_CSV.name), "spring-fair": BAD_JOBS_CSV}
            batches = [
                (
                    await self._ask(
                        "POST",
                        "/jobs/import",
                        params={"source": source, "visibility": "tenant"},
                        headers={"Content-Type": "text/csv"},
                        content=await asyncio.to_thread(file.read_bytes),
                    )
                )["batch_id"]
                for source, file in files.items()
            ]

        async def imported() -> bool:
            found = [await self._ask("GET", f"/batches/{batch}") for batch in batches]
            return all(batch["status"] == "completed" for batch in found)

        await until(imported)
        return str(batches[-1])

    async def _bring_in(self) -> list[int]:
        """Candidates of the sample's CVs, those with the most good matches first."""
        at_once = asyncio.Semaphore(UPLOADS_AT_ONCE)

        async def upload(file: Path) -> int:
            async with at_once:
                made = await self._ask(
                    "POST",
                    "/candidates/from-resume",
                    files={"file": (file.name, await asyncio.to_thread(file.read_bytes))},
                    data={"status": "approved"},
                )
            return int(made["candidate"]["id"])

        ids = await asyncio.gather(*map(upload, _candidates()))

        async def read() -> bool:
            states = [await self._items(f"/candidates/{one}/documents") for one in ids]
            waiting = [one for found in states for one in found]
            return all(one["extraction_status"] != "pending" for one in waiting)

        await until(read)

        async def matched() -> bool:
            shown = await self._items("/candidates")
            return all(one["matched_at"] for one in shown if one["preferred_roles"])

        await until(matched)
        scores = {}
        for candidate_id in ids:
            best = await self._items(f"/candidates/{candidate_id}/matches")
            scores[candidate_id] = [match["score"] for match in best[:5]]
        return sorted(ids, key=lambda one: scores[one], reverse=True)

    async def _invite(self) -> str:
        """One invitation that is submitted, one that is filled in, one that waits; a token."""
        tokens = [await self._token(*name) for name in _INVITED]
        for token, resume, typed in zip(tokens, _RESUMES, _TYPED, strict=False):
            await self._onboard(token, CVS_FOLDER / resume, typed)
        first = await self._as_candidate(tokens[0], "POST", "/onboarding/submit")
        first.raise_for_status()
        return tokens[1]

    async def _token(self, first_name: str, last_name: str, address: str) -> str:
        person = {"email": address, "first_name": first_name, "last_name": last_name}
        await self._ask("POST", "/invitations", json=person)

        async def arrived() -> str | None:
            return await asyncio.to_thread(self._token_in_mail, address)

        return await until(arrived)

    def _token_in_mail(self, address: str) -> str | None:
        with SinkClient(self._stack.mail_url or "") as sink:
            found = [sink.content(mail).text for mail in sink.mails(address)]
        tokens = [token for text in found for token in _TOKEN.findall(text)]
        return tokens[0] if tokens else None

    async def _onboard(self, token: str, file: Path, typed: dict[str, Any]) -> None:
        saved = await self._as_candidate(token, "PATCH", "/onboarding", json=typed)
        saved.raise_for_status()
        content = await asyncio.to_thread(file.read_bytes)
        files = {"file": (file.name, content)}
        (
            await self._as_candidate(token, "POST", "/onboarding/documents", files=files)
        ).raise_for_status()

        async def read() -> bool:
            shown = (await self._as_candidate(token, "GET", "/onboarding")).json()
            return bool(shown["documents"][0]["extraction_status"] != "pending")

        await until(read)

    async def _as_candidate(
        self, token: str, method: str, path: str, **request: Any
    ) -> httpx.Response:
        async with httpx.AsyncClient(
            base_url=self._http.base_url, headers={"Authorization": f"Bearer {token}"}, timeout=60
        ) as http:
            return await http.request(method, path, **request)

    async def _register(self) -> tuple[str, str]:
        """Companies that have filled in the public form; its key, and the first dossier."""
        websites = self._stack.websites
        if websites is None:
            raise RuntimeError("the stack has no sample web sites")
        form = await self._ask("POST", "/registration-forms", json={"name": "Our web site"})
        requests = []
        for site in SITES:
            sent = await self._ask(
                "POST",
                "/register",
                headers={"Idempotency-Key": uuid.uuid4().hex},
                json={
                    "form_key": form["public_key"],
                    "first_name": "Robin",
                    "last_name": "Hale",
                    "company_website": websites.site(site),
                },
            )
            requests.append(sent["request_id"])

        async def finished() -> bool:
            shown = [await self._ask("GET", f"/registrations/{one}") for one in requests]
            return all(one["status"] == "completed" for one in shown)

        await until(finished)
        return str(form["public_key"]), str(requests[0])

    async def _decide(self, matches: list[dict[str, Any]]) -> None:
        for match, status in zip(matches[1:], _DECISIONS, strict=False):
            await self._ask("PATCH", f"/matches/{match['id']}", json={"status": status})

    async def _items(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = await self._ask("GET", path, params={"limit": 200, **query})
        items: list[dict[str, Any]] = answer["items"]
        return items

    async def _ask(self, method: str, path: str, **request: Any) -> Any:
        while True:
            response = await self._http.request(method, path, **request)
            if response.status_code not in {429, 503}:
                break
            await asyncio.sleep(float(response.headers.get("Retry-After", 1)))
        if response.is_error:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None


def _candidates() -> list[Path]:
    """Every second CV of the sample, without those of the invited."""
    return [file for file in sorted(CVS_FOLDER.iterdir())[::2] if file.name not in _RESUMES]


@asynccontextmanager
async def office(stack: Stack) -> AsyncIterator[Office]:
    """The firm, on a stack that is up."""
    made = await bootstrap_tenant(
        stack, name=FIRM, slug="harbor-pine", admin_email="owner@harbor-pine.example"
    )
    await add_history(stack.database, made.tenant_id)
    if stack.mail_providers is not None:
        await asyncio.to_thread(deliver_sample, stack.mail_providers.google_url)
    async with httpx.AsyncClient(
        base_url=f"{stack.gateway_url}/api/v1",
        headers={"Authorization": f"Bearer {made.api_key}"},
        timeout=60,
    ) as http:
        yield Office(stack, http)


async def until(look: Callable[[], Awaitable[FoundT | None]]) -> FoundT:
    """What ``look`` gives once it gives something.

    Raises:
        TimeoutError: It gives nothing for minutes.
    """
    async with asyncio.timeout(_PATIENCE.total_seconds()):
        while not (found := await look()):  # noqa: ASYNC110 -- another process changes it
            await asyncio.sleep(0.5)
    return found
