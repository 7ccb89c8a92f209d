"""What clients send and get about invitations."""

from __future__ import annotations

from datetime import datetime

from blacklight_shared.models import DocumentKind, ExtractionStatus, InvitationStatus
from blacklight_shared.resumes import ResumeReading
from pydantic import ConfigDict, Field

from blacklight_api.onboarding.schemas import ProfileShown
from blacklight_api.problems import FieldError
from blacklight_api.schemas import Email, Line, RequestModel, ResponseModel


class InvitationCreate(RequestModel):
    """A person to invite."""

    email: Email
    first_name: Line | None = None
    last_name: Line | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"email": "ada.marsh@example.com", "first_name": "Ada", "last_name": "Marsh"}
            ]
        }
    )


class InvitationShown(ResponseModel):
    """An invitation as lists show it."""

    id: int
    email: str
    first_name: str
    last_name: str
    status: InvitationStatus
    expires_at: datetime
    sent_at: datetime = Field(
        description="When the mail was last asked for; `/mails` tells what became of it."
    )
    opened_at: datetime | None
    submitted_at: datetime | None
    reviewed_at: datetime | None
    candidate_id: int | None = Field(description="Set by the approval.")
    created_at: datetime
    updated_at: datetime


class InvitationDocumentShown(ResponseModel):
    """A file that came with a submission."""

    id: int
    kind: DocumentKind
    filename: str
    content_type: str = Field(description="Told by the content, never by the name.")
    size_bytes: int
    extraction_status: ExtractionStatus = Field(
        description="Of a CV: how far it is read. Others are never read."
    )
    extraction_error: str | None = Field(description="Why a CV could not be read.")
    created_at: datetime

    @property
    def is_being_read(self) -> bool:
        """Whether it is a CV that a worker has yet to read."""
        return (
            self.kind is DocumentKind.RESUME and self.extraction_status is ExtractionStatus.PENDING
        )


class InvitationDetail(InvitationShown):
    """An invitation with what the candidate has filled in."""

    rejection_reason: str | None
    profile: ProfileShown
    documents: list[InvitationDocumentShown] = Field(
        description="Of a submission that is not approved; an approval moves them."
    )
    resume: ResumeReading | None = Field(
        description="What the CVs among the documents say, as far as they are read."
    )
    taken_from_resume: list[str] = Field(
        description="Fields for which `resume` counts, not what the candidate has filled in."
    )


class RowError(FieldError):
    """What is wrong with a row of a file."""

    line: int = Field(description="Of the file, from 1.")


class InvitationsFromFile(ResponseModel):
    """What became of a file of invitations."""

    invited: int
    already_invited: int = Field(
        description="Rows whose address has an invitation that is not decided yet, or came twice."
    )
    failed: int = Field(description="Rows that are reported in `errors`.")
    errors: list[RowError] = Field(description="The first hundred.")
