"""Events about job postings and their import."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from blacklight_shared.events.base import Event

MAX_JOBS_PER_EVENT = 1_000
"""A chunk that one run handles within its memory and its step limits."""


class JobsImported(Event):
    """A chunk of postings that are new or changed and want matching."""

    name: ClassVar[str] = "jobs/imported"
    description: ClassVar[str] = "Postings were imported or changed; match them to candidates."

    job_ids: Annotated[list[int], Field(min_length=1, max_length=MAX_JOBS_PER_EVENT)]
    batch_id: int | None = None
    chunk_number: int | None = None
    source: str
    tenant_id: int | None = None


class JobPostingUpdated(Event):
    """The content of one posting changed."""

    name: ClassVar[str] = "job-posting/updated"
    description: ClassVar[str] = "A posting's content changed; re-embed and re-score it."

    job_id: int
    changed_fields: list[str]

    @property
    def subject(self) -> str:
        """Changes of one posting are sent in order."""
        return f"job-posting:{self.job_id}"


class JobImportProgress(Event):
    """How far a batch has come."""

    name: ClassVar[str] = "jobs/import.progress"
    description: ClassVar[str] = "Progress of an import, for people who watch it."

    batch_id: int
    tenant_id: int | None = None
    step: str
    percent: Annotated[float, Field(ge=0, le=100)]
    message: str

    @property
    def subject(self) -> str:
        """Progress of one batch is sent in order."""
        return f"job-import-batch:{self.batch_id}"
