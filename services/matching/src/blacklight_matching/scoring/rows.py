"""One posting or candidate as scoring sees it, before many of them become columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.work_terms import WorkMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place as stable codes and coordinates; None is unknown."""

    country: int | None = None
    region: int | None = None
    city: int | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A posting; None and empty mean that the posting does not say.

    Attributes:
        id: The posting.
        role_id: Its normalised role; without one nobody is eligible for it.
        required_skill_ids: Canonical ids of the skills it requires.
        nice_skill_ids: Canonical ids of the skills that are welcome.
        min_years: Years of experience asked for at least.
        max_years: Years of experience asked for at most.
        location: Where the work is.
        work_mode: How the work is done.
        salary_min_usd_year: Bottom of the pay, US dollars a year.
        salary_max_usd_year: Top of the pay, US dollars a year.
        embedding: Vector of its text, of any length above 0.
    """

    id: int
    role_id: int | None
    required_skill_ids: Sequence[int] = ()
    nice_skill_ids: Sequence[int] = ()
    min_years: float | None = None
    max_years: float | None = None
    location: Location = Location()
    work_mode: WorkMode = WorkMode.UNKNOWN
    salary_min_usd_year: float | None = None
    salary_max_usd_year: float | None = None
    embedding: Sequence[float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """A candidate; None and empty mean that the profile does not say.

    Attributes:
        id: The candidate.
        role_ids: Preferred roles; only postings in one of them are scored.
        skill_ids: Canonical ids of the skills the candidate has.
        years_experience: Years of experience.
        location: Where the candidate lives.
        accepted_work_modes: How the candidate will work; empty accepts any.
        willing_to_relocate: Whether the candidate would move for the work.
        salary_expected_usd_year: The least the candidate wants, US dollars a year.
        embedding: Vector of the profile's text, of any length above 0.
    """

    id: int
    role_ids: Sequence[int]
    skill_ids: Sequence[int] = ()
    years_experience: float | None = None
    location: Location = Location()
    accepted_work_modes: frozenset[WorkMode] = frozenset()
    willing_to_relocate: bool = False
    salary_expected_usd_year: float | None = None
    embedding: Sequence[float] | None = None
