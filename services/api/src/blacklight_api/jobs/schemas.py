"""What clients send and get about job postings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from blacklight_shared.models import JobStatus, Visibility
from pydantic import AwareDatetime, ConfigDict, Field, HttpUrl, PlainSerializer

from blacklight_api.schemas import (
    Currency,
    Line,
    Lines,
    Paragraphs,
    RequestModel,
    ResponseModel,
    Salary,
    SalaryPeriod,
    WorkMode,
    Years,
)

Url = Annotated[HttpUrl, Field(max_length=2_000), PlainSerializer(str)]


class JobPatch(RequestModel):
    """Changes of a posting; what is left out stays, null clears."""

    title: Line = ""
    company: Line | None = None
    location: Line | None = None
    description: Paragraphs = ""
    employment_type: Line | None = None
    work_mode: WorkMode | None = None
    skills: Lines = Field(default_factory=list)
    experience_min_years: Years | None = None
    experience_max_years: Years | None = None
    salary_min: Salary | None = None
    salary_max: Salary | None = None
    salary_currency: Currency | None = None
    salary_period: SalaryPeriod | None = None
    url: Url | None = None
    posted_date: date | None = None
    expires_at: AwareDatetime | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"title": "Senior Data Scientist", "work_mode": "remote", "salary_max": 165000}
            ]
        }
    )


class JobRole(ResponseModel):
    """The role that a posting's title was normalised to."""

    id: int
    name: str


class JobSummary(ResponseModel):
    """A posting as lists show it."""

    id: int
    visibility: Visibility = Field(
        description="`tenant`: found by the tenant itself and shown to nobody else."
    )
    source: str
    external_id: str
    title: str
    company: str | None
    location: str | None
    employment_type: str | None
    work_mode: str | None
    skills: list[str]
    experience_min_years: float | None
    experience_max_years: float | None
    salary_min: float | None
    salary_max: float | None
    salary_currency: str | None
    salary_period: str | None
    url: str | None
    posted_date: date | None
    expires_at: datetime | None
    status: JobStatus
    role: JobRole | None = Field(description="Null until a worker has read the posting.")
    imported_at: datetime
    updated_at: datetime


class JobDetail(JobSummary):
    """Everything known of a posting."""

    description: str
    can_edit: bool = Field(description="Whether the calling key may change it.")


class MailContact(ResponseModel):
    """Whom a mail says to answer; empty where it does not say."""

    name: str = ""
    email: str = ""
    phone: str = ""


class MailOfJob(ResponseModel):
    """A mail that a posting came from, with what a posting has no field for; as it was written."""

    mailbox: str
    received_at: datetime | None
    client: str = ""
    duration: str = ""
    work_authorization: str = ""
    start: str = ""
    reference: str = ""
    contact: MailContact = MailContact()
