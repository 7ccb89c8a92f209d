"""What a CV says, as far as rules can tell."""

from enum import IntEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Month(_Model):
    """A calendar month, or a year whose month is not known."""

    year: Annotated[int, Field(ge=1900, le=2200)]
    month: Annotated[int, Field(ge=1, le=12)] | None = None


class Position(_Model):
    """A job held.

    Attributes:
        title: As written, without seniority removed.
        employer: None when not recognised.
        start: None when the CV does not date the job.
        end: None when not dated or still held.
        is_current: The CV says that the job is still held.
    """

    title: Line
    employer: Line | None = None
    start: Month | None = None
    end: Month | None = None
    is_current: bool = False


class ResumeSkill(_Model):
    """A skill with the words the CV uses for it.

    Attributes:
        skill_id: Of the taxonomy.
        words: As written, the first mention first.
        years: Time in dated jobs whose description mentions the skill; None when in none.
    """

    skill_id: int
    words: tuple[str, ...]
    years: float | None = None


class DegreeLevel(IntEnum):
    """Levels of education, comparable; after ISCED 2011 levels 3, 5, 6, 7 and 8."""

    SECONDARY = 3
    ASSOCIATE = 5
    BACHELOR = 6
    MASTER = 7
    DOCTORATE = 8


class Education(_Model):
    """A course of study."""

    level: DegreeLevel | None = None
    degree: Line | None = None
    field: Line | None = None
    institution: Line | None = None
    year: int | None = None


class Language(_Model):
    """A spoken language; the level is in the CV's words."""

    name: Line
    level: Line | None = None


class ResumeProfile(_Model):
    """What was read out of a CV; everything may be missing.

    Attributes:
        first_name: "" when not recognised.
        last_name: "" when not recognised.
        emails: Lower case, the first mentioned first.
        phones: Digits with a leading "+" where the CV has one.
        links: Web addresses.
        locations: Where the person lives as far as the CV says, the likeliest first.
        headline: What the person calls themselves at the top of the CV.
        summary: The introduction, shortened.
        positions: Jobs held, newest first.
        preferred_titles: Up to five different recent job titles, the headline's first.
        years_experience: Time in jobs, no month counted twice; else what the CV claims.
        skills: In the order of first mention.
        education: In the order of the CV.
        languages: Spoken languages.
        certifications: As written.
    """

    first_name: Line = ""
    last_name: Line = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    locations: tuple[Line, ...] = ()
    headline: Line | None = None
    summary: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    positions: tuple[Position, ...] = ()
    preferred_titles: tuple[Line, ...] = ()
    years_experience: Annotated[float, Field(ge=0, le=80)] | None = None
    skills: tuple[ResumeSkill, ...] = ()
    education: tuple[Education, ...] = ()
    languages: tuple[Language, ...] = ()
    certifications: tuple[Line, ...] = ()
