"""What candidates send and get while they onboard."""

from __future__ import annotations

from datetime import datetime

from blacklight_shared.models import DocumentKind, ExtractionStatus, InvitationStatus
from pydantic import ConfigDict, Field

from blacklight_api.candidates.schemas import EducationShown, PreferredRoles, Profile
from blacklight_api.schemas import Line, ResponseModel


class ProfileDraft(Profile):
    """What the candidate fills in; what is left out stays, null clears."""

    preferred_roles: PreferredRoles = Field(default_factory=list)

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "first_name": "Ada",
                    "last_name": "Marsh",
                    "phone": "+1 512 555 0100",
                    "location": "Austin, TX, United States",
                    "titles": ["Data Scientist"],
                    "skills": ["Python", "SQL"],
                    "preferred_roles": ["Data Scientist"],
                }
            ]
        }
    )


class ProfileShown(ResponseModel):
    """What the candidate has filled in so far."""

    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    location: str | None = None
    headline: str | None = None
    summary: str | None = None
    titles: list[str] = Field(default_factory=list)
    skills: list[str] = Field(default_factory=list)
    years_experience: float | None = None
    education: list[EducationShown] = Field(default_factory=list)
    languages: list[str] = Field(default_factory=list)
    certifications: list[str] = Field(default_factory=list)
    salary_expected: float | None = None
    salary_currency: str | None = None
    salary_period: str | None = None
    work_modes: list[str] = Field(default_factory=list)
    willing_to_relocate: bool = False
    preferred_roles: list[int | Line] = Field(default_factory=list)


class OnboardingDocumentShown(ResponseModel):
    """A file that the candidate has uploaded."""

    id: int
    kind: DocumentKind
    filename: str
    size_bytes: int
    extraction_status: ExtractionStatus = Field(
        description="Of a CV: how far it is read. Others are never read."
    )
    filled_fields: list[str] = Field(
        description="Fields of the profile that were empty and hold what this CV says."
    )
    created_at: datetime

    @property
    def is_being_read(self) -> bool:
        """Whether it is a CV that a worker has yet to read."""
        return (
            self.kind is DocumentKind.RESUME and self.extraction_status is ExtractionStatus.PENDING
        )


class OnboardingShown(ResponseModel):
    """What the candidate's page shows."""

    firm: str = Field(description="Who invites.")
    logo_url: str | None
    accent_color: str
    email: str
    first_name: str
    last_name: str
    status: InvitationStatus
    expires_at: datetime
    profile: ProfileShown
    documents: list[OnboardingDocumentShown]

    @property
    def is_reading(self) -> bool:
        """Whether a worker has yet to read a CV."""
        return any(document.is_being_read for document in self.documents)
