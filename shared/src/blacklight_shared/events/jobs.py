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


class JobImportRequested(Event):
    """Postings of one or more sources are to be imported."""

    name: ClassVar[str] = "jobs/import.requested"
    description: ClassVar[str] = "Import the postings of feeds and uploaded files."

    batch_id: int
    tenant_id: int | None = None

    @property
    def subject(self) -> str:
        """One import's events are sent in order."""
        return f"job-import-batch:{self.batch_id}"


class _JobSourceEvent(Event):
    batch_id: int
    import_id: int
    tenant_id: int | None = None

    @property
    def subject(self) -> str:
        """One source's events are sent in order."""
        return f"job-import-batch:{self.batch_id}"


class JobSourceProcess(_JobSourceEvent):
    """The postings of one source of an import are to be fetched and received."""

    name: ClassVar[str] = "jobs/source.process"
    description: ClassVar[str] = "Fetch and receive the postings of one source of an import."


class JobSourceCompleted(_JobSourceEvent):
    """The postings of one source are received and matched, or cannot be."""

    name: ClassVar[str] = "jobs/source.completed"
    description: ClassVar[str] = "One source of an import is received and matched, or failed."

    is_failed: bool


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
