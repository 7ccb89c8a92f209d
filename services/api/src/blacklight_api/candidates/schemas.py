"""What clients send and get about candidates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from blacklight_shared.models import CandidateStatus, PreferredRoleSource
from pydantic import ConfigDict, Field, model_validator

from blacklight_api.schemas import (
    Currency,
    Email,
    Line,
    Lines,
    Paragraphs,
    RequestModel,
    ResponseModel,
    RowId,
    Salary,
    SalaryPeriod,
    WorkMode,
    Years,
)

MAX_PREFERRED_ROLES = 20

RoleIdOrName = RowId | Line
PreferredRoles = Annotated[
    list[RoleIdOrName],
    Field(
        max_length=MAX_PREFERRED_ROLES,
        description=(
            "Roles the candidate wants, the most wanted first, each by id or by name. "
            "A name that is not known becomes a new role, pending review."
        ),
    ),
]
Year = Annotated[int, Field(ge=1900, le=2100)]


class Education(RequestModel):
    """One stage of education."""

    institution: Line | None = None
    degree: Line | None = None
    field: Line | None = None
    start_year: Year | None = None
    end_year: Year | None = None


class EducationShown(ResponseModel):
    """One stage of education, as a person or a CV says it."""

    institution: str | None = None
    degree: str | None = None
    field: str | None = None
    start_year: int | None = None
    end_year: int | None = None


class Profile(RequestModel):
    """What a person can tell of themselves."""

    first_name: Line | None = None
    last_name: Line | None = None
    phone: Line | None = None
    location: Line | None = Field(default=None, description="City, region, country.")
    headline: Line | None = None
    summary: Paragraphs | None = None
    titles: Lines = Field(default_factory=list, description="Job titles held, newest first.")
    skills: Lines = Field(default_factory=list, description="In the candidate's own words.")
    years_experience: Years | None = None
    education: Annotated[list[Education], Field(max_length=50)] = Field(default_factory=list)
    languages: Lines = Field(default_factory=list)
    certifications: Lines = Field(default_factory=list)
    salary_expected: Salary | None = None
    salary_currency: Currency | None = None
    salary_period: SalaryPeriod | None = None
    work_modes: Annotated[list[WorkMode], Field(max_length=3)] = Field(
        default_factory=list, description="Accepted modes; empty means any."
    )
    willing_to_relocate: bool = False


class CandidateCreate(Profile):
    """A candidate to create: at least a name or an address."""

    email: Email | None = None
    status: CandidateStatus = Field(
        default=CandidateStatus.NEW, description="`new`, `in_review` or `approved`."
    )
    preferred_roles: PreferredRoles = Field(default_factory=list)

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "first_name": "Ada",
                    "last_name": "Marsh",
                    "email": "ada.marsh@example.com",
                    "location": "Austin, TX, United States",
                    "titles": ["Data Scientist"],
                    "skills": ["Python", "SQL", "scikit-learn"],
                    "years_experience": 6,
                    "salary_expected": 130000,
                    "salary_currency": "USD",
                    "salary_period": "year",
                    "work_modes": ["remote", "hybrid"],
                    "preferred_roles": ["Data Scientist"],
                    "status": "approved",
                }
            ]
        }
    )

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> CandidateCreate:
        if not (self.first_name or self.last_name or self.email):
            raise ValueError("give at least one of first_name, last_name and email")
        return self


class CandidatePatch(Profile):
    """Changes of a candidate; what is left out stays, null clears."""

    email: Email | None = None
    status: CandidateStatus = CandidateStatus.NEW
    preferred_roles: PreferredRoles = Field(default_factory=list)

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"status": "approved", "skills": ["Python", "SQL", "Spark"], "phone": None}
            ]
        }
    )


class PreferredRole(ResponseModel):
    """A role the candidate wants."""

    id: int
    name: str
    source: PreferredRoleSource = Field(description="Who said so: a person, or the CV.")


class CandidateSummary(ResponseModel):
    """A candidate as lists show them."""

    id: int
    status: CandidateStatus
    first_name: str
    last_name: str
    email: str | None
    location: str | None
    headline: str | None
    titles: list[str]
    skills: list[str]
    years_experience: float | None
    preferred_roles: list[PreferredRole]
    matched_at: datetime | None = Field(
        description="When matches were last made; null until the first time."
    )
    created_at: datetime
    updated_at: datetime


class CandidateDetail(CandidateSummary):
    """Everything known of a candidate."""

    phone: str | None
    summary: str | None
    education: list[EducationShown]
    languages: list[str]
    certifications: list[str]
    salary_expected: float | None
    salary_currency: str | None
    salary_period: str | None
    work_modes: list[str]
    willing_to_relocate: bool
    edited_fields: list[str] = Field(
        description="Fields that a person has set; reading a CV leaves them alone."
    )
