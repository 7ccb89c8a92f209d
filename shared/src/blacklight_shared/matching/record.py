"""What is stored of a match: numbers and ids, no words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from blacklight_shared.matching.categories import Category

WorkModeName = Literal["onsite", "hybrid", "remote"]


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """What the two sides stated; None where a side stated nothing.

    Salaries are US dollars a year, the common measure they were compared in.
    """

    years_have: float | None = None
    years_minimum: float | None = None
    years_maximum: float | None = None
    distance_km: float | None = None
    work_mode: WorkModeName | None = None
    candidate_place: str | None = None
    posting_place: str | None = None
    willing_to_relocate: bool = False
    salary_expected_usd_year: float | None = None
    salary_minimum_usd_year: float | None = None
    salary_maximum_usd_year: float | None = None


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """One scored pair as it is stored.

    Attributes:
        total_percent: The score, 0–100.
        score_percents: Sub-score of each category, 0–100, None where there was nothing to compare.
        weights_applied: The weight each category had in the total, 0–1; they add up to 1.
        matched_skill_ids: Skills the posting asks for and the profile has, required ones first.
        missing_skill_ids: Skills the posting asks for and the profile lacks, required ones first.
        facts: What was compared.
    """

    total_percent: float
    score_percents: Mapping[Category, float | None]
    weights_applied: Mapping[Category, float]
    matched_skill_ids: tuple[int, ...] = ()
    missing_skill_ids: tuple[int, ...] = ()
    facts: MatchFacts = MatchFacts()


@dataclass(frozen=True, slots=True)
class SkillWords:
    """How skills are called: canonically, and in the words of either side.

    Attributes:
        names: Canonical name by skill id; an id that is missing is left out of the explanation.
        in_profile: The profile's own word by skill id.
        in_posting: The posting's own word by skill id.
    """

    names: Mapping[int, str]
    in_profile: Mapping[int, str] = field(default_factory=dict)
    in_posting: Mapping[int, str] = field(default_factory=dict)
