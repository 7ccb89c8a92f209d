"""What the demo asks of the gateway, over HTTP, with an API key like any other program."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict

TIMEOUT = timedelta(seconds=60)
UPLOADS_AT_ONCE = 4
BUSY_PAUSE_SECONDS = 1.0

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
}
RESUME_SUFFIXES = frozenset({".docx", ".pdf", ".txt"})


class FrontDoorError(RuntimeError):
    """The gateway refused something; the message holds its reason."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Counts(_Answer):
    """What became of the rows of an import."""

    rows_received: int
    jobs_new: int
    jobs_updated: int
    jobs_unchanged: int
    rows_failed: int
    matches_written: int


class Batch(_Answer):
    """An import and how far it has come."""

    batch_id: str
    status: str
    percent: float
    counts: Counts


class Resume(_Answer):
    """A CV that was uploaded, and the candidate that it made."""

    candidate_id: int
    document_id: int


class Skill(_Answer):
    """A skill that is matched or missing."""

    name: str
    in_profile: str | None = None
    in_posting: str | None = None
    is_required: bool


class Category(_Answer):
    """What one category contributed."""

    category: str
    score_percent: float | None
    weight_applied: float
    points: float
    words: str


class Person(_Answer):
    """The candidate of a match."""

    id: int
    first_name: str
    last_name: str
    headline: str | None


class Job(_Answer):
    """The posting of a match."""

    id: int
    title: str
    company: str | None
    location: str | None


class Match(_Answer):
    """A match with its explanation."""

    id: int
    candidate: Person
    job: Job
    score: float
    grade: str | None
    is_recommended: bool
    summary: str
    reasons: list[str]
    breakdown: list[Category]
    matched_skills: list[Skill]
    missing_skills: list[Skill]


@dataclass(frozen=True)
class FrontDoor:
    """A client of the gateway that waits when it is told to come back later."""

    http: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def open(cls, gateway_url: str, api_key: str) -> AsyncIterator["FrontDoor"]:
        """A client with the given key."""
        async with httpx.AsyncClient(
            base_url=f"{gateway_url}/api/v1",
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=TIMEOUT.total_seconds(),
        ) as http:
            yield cls(http)

    async def import_jobs(self, file: Path) -> Batch:
        """Send a file of postings; the batch goes on by itself.

        Raises:
            FrontDoorError: The file is refused.
        """
        answer = await self._send(
            "POST",
            "/jobs/import",
            params={"source": "demo"},
            headers={"Content-Type": MEDIA_TYPES[file.suffix.lower()]},
            content=await asyncio.to_thread(file.read_bytes),
        )
        return Batch.model_validate(answer)

    async def batch(self, batch_id: str) -> Batch:
        """How far an import has come."""
        return Batch.model_validate(await self._send("GET", f"/batches/{batch_id}"))

    async def upload_resume(self, file: Path) -> Resume:
        """Make an approved candidate of a CV.

        Raises:
            FrontDoorError: The file is refused.
        """
        content = await asyncio.to_thread(file.read_bytes)
        answer = await self._send(
            "POST",
            "/candidates/from-resume",
            files={"file": (file.name, content)},
            data={"status": "approved"},
        )
        return Resume(candidate_id=answer["candidate"]["id"], document_id=answer["document"]["id"])

    async def candidates(self) -> dict[int, dict[str, Any]]:
        """All candidates of the tenant, by id."""
        return {item["id"]: item async for item in self._all("/candidates")}

    async def document_status(self, resume: Resume) -> str:
        """How far the text of a CV has been read."""
        answer = await self._send(
            "GET", f"/candidates/{resume.candidate_id}/documents/{resume.document_id}"
        )
        return str(answer["extraction_status"])

    async def matches(self, candidate_id: int) -> list[Match]:
        """All matches of a candidate, the best first."""
        path = f"/candidates/{candidate_id}/matches"
        return [Match.model_validate(item) async for item in self._all(path)]

    async def best_matches(self, candidate_id: int, limit: int) -> tuple[list[Match], bool]:
        """The best matches of a candidate, and whether there are more."""
        answer = await self._send(
            "GET", f"/candidates/{candidate_id}/matches", params={"limit": limit}
        )
        best = [Match.model_validate(item) for item in answer["items"]]
        return best, answer["next_cursor"] is not None

    async def _all(self, path: str) -> AsyncIterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            params = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            answer = await self._send("GET", path, params=params)
            for item in answer["items"]:
                yield item
            cursor = answer["next_cursor"]
            if cursor is None:
                return

    async def _send(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        deadline = time.monotonic() + TIMEOUT.total_seconds()
        while True:
            response = await self.http.request(method, path, **request)
            if response.status_code not in {429, 503} or time.monotonic() > deadline:
                break
            await asyncio.sleep(float(response.headers.get("Retry-After", BUSY_PAUSE_SECONDS)))
        if response.is_error:
            problem = response.json()
            fields = "; ".join(
                f"{error['field']}: {error['message']}" for error in problem.get("errors", [])
            )
            raise FrontDoorError(
                f"{method} {path}: {response.status_code} {problem['detail']} {fields}".strip()
            )
        answer: dict[str, Any] = response.json()
        return answer
