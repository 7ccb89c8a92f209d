"""The event catalogue: every event of the system, its payload and what it means."""

from blacklight_shared.events.base import EVENTS, Event
from blacklight_shared.events.candidates import (
    CandidateDeleted,
    GenerateCandidateMatches,
    MatchTrigger,
    RefreshCandidateMatches,
    ResumeProgress,
    ResumeUploaded,
)
from blacklight_shared.events.jobs import (
    MAX_JOBS_PER_EVENT,
    JobImportProgress,
    JobPostingUpdated,
    JobsImported,
)

__all__ = [
    "EVENTS",
    "MAX_JOBS_PER_EVENT",
    "CandidateDeleted",
    "Event",
    "GenerateCandidateMatches",
    "JobImportProgress",
    "JobPostingUpdated",
    "JobsImported",
    "MatchTrigger",
    "RefreshCandidateMatches",
    "ResumeProgress",
    "ResumeUploaded",
]
