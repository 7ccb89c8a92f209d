"""Events about candidates, their documents and their matches."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from blacklight_shared.events.base import Event


class MatchTrigger(StrEnum):
    """Why a candidate's matches are made."""

    ONBOARDING_APPROVAL = "onboarding_approval"
    PROFILE_UPDATE = "profile_update"
    MANUAL = "manual"


class _CandidateEvent(Event):
    candidate_id: int
    tenant_id: int

    @property
    def subject(self) -> str:
        """Events of one candidate are sent in order."""
        return f"candidate:{self.candidate_id}"


class GenerateCandidateMatches(_CandidateEvent):
    """Match one candidate to all active postings."""

    name: ClassVar[str] = "job-match/generate-candidate"
    description: ClassVar[str] = "Make the matches of one candidate."

    trigger: MatchTrigger = MatchTrigger.MANUAL


class RefreshCandidateMatches(_CandidateEvent):
    """Bring one candidate's existing matches up to date."""

    name: ClassVar[str] = "job-match/refresh-candidate"
    description: ClassVar[str] = "Bring the matches of one candidate up to date."


class ResumeUploaded(_CandidateEvent):
    """A CV was uploaded and wants reading."""

    name: ClassVar[str] = "candidate/resume.uploaded"
    description: ClassVar[str] = "A CV was uploaded; read it and complete the profile."

    document_id: int


class CandidateDeleted(_CandidateEvent):
    """A candidate was deleted; work on them stops."""

    name: ClassVar[str] = "candidate/deleted"
    description: ClassVar[str] = "A candidate was deleted; cancel the work on them."


class ResumeProgress(_CandidateEvent):
    """How far the reading of a CV has come."""

    name: ClassVar[str] = "candidate/resume.progress"
    description: ClassVar[str] = "Progress of reading a CV, for people who watch it."

    document_id: int
    step: str
    percent: float
    message: str
