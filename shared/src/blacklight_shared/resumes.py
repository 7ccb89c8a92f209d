"""What a CV says of a person, as one service reads it and another shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ResumeEducation(BaseModel):
    """A stage of education, by the names that a profile has for it."""

    institution: str | None = None
    degree: str | None = None
    field: str | None = None
    start_year: int | None = None
    end_year: int | None = None


class ResumeReading(BaseModel):
    """What a CV says; everything may be missing. Stored as JSON beside the file.

    Attributes:
        emails: Lower case, the first mentioned first.
        titles: Job titles held, newest first.
        years_experience: In jobs; one decimal.
    """

    model_config = ConfigDict(frozen=True)

    emails: list[str] = Field(default_factory=list)
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    location: str | None = None
    headline: str | None = None
    summary: str | None = None
    titles: list[str] = Field(default_factory=list)
    skills: list[str] = Field(default_factory=list)
    years_experience: float | None = None
    education: list[ResumeEducation] = Field(default_factory=list)
    languages: list[str] = Field(default_factory=list)
    certifications: list[str] = Field(default_factory=list)

    def profile_values(self) -> dict[str, Any]:
        """What it says for the fields of a profile, as JSON; fields without a word are left out."""
        said = self.model_dump(mode="json", exclude={"emails"})
        return {field: value for field, value in said.items() if value}


RESUME_FIELDS = tuple(name for name in ResumeReading.model_fields if name != "emails")
"""Fields of a profile that a CV can fill, by the names of the candidate's columns."""


def missing_values(profile: Mapping[str, Any], reading: ResumeReading) -> dict[str, Any]:
    """What a CV can add to a profile without changing what somebody has put there.

    Args:
        profile: Values by field; None, "" and an empty list are empty.
        reading: What the CV says.
    """
    return {
        field: value for field, value in reading.profile_values().items() if not profile.get(field)
    }
