"""A submission as a reviewer reads it: what the candidate says beside what the CV says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from blacklight_api.candidates.schemas import EducationShown
from blacklight_api.onboarding.schemas import ProfileShown


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of a profile.

    Attributes:
        label: What it is, in words.
        said: What the candidate says; each entry is a line or an item.
        in_resume: What the CV says; the same.
    """

    label: str
    said: list[str]
    in_resume: list[str]

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same."""
        return bool(self.said and self.in_resume) and _folded(self.said) != _folded(self.in_resume)


def compare(
    said: ProfileShown, in_resume: ProfileShown | None, role_names: Mapping[int, str]
) -> list[Comparison]:
    """The fields of which one of both says something, in the order of reading.

    Args:
        said: What the candidate has filled in.
        in_resume: What the CV says; None if it was not read.
        role_names: Of roles that are named by id.
    """
    resume = in_resume or ProfileShown()
    fields = [
        Comparison(label, texts(said), texts(resume)) for label, texts in _TEXTS_BY_LABEL.items()
    ]
    wishes = [
        role_names.get(role, f"Role {role}") if isinstance(role, int) else role
        for role in said.preferred_roles
    ]
    fields.insert(_PLACE_OF_ROLES, Comparison("Wanted roles", wishes, []))
    return [field for field in fields if field.said or field.in_resume]


def _folded(lines: list[str]) -> set[str]:
    return {line.casefold().strip() for line in lines}


def _line(value: str | None) -> list[str]:
    return [value] if value else []


def _name(profile: ProfileShown) -> list[str]:
    return _line(f"{profile.first_name or ''} {profile.last_name or ''}".strip())


def _experience(profile: ProfileShown) -> list[str]:
    years = profile.years_experience
    return [] if years is None else [f"{years:g} years"]


def _salary(profile: ProfileShown) -> list[str]:
    if profile.salary_expected is None:
        return []
    amount = f"{profile.salary_expected:,.0f} {profile.salary_currency or ''}".strip()
    return [f"{amount} per {profile.salary_period}" if profile.salary_period else amount]


def _education(profile: ProfileShown) -> list[str]:
    return [text for text in map(_education_line, profile.education) if text]


def _education_line(stage: EducationShown) -> str:
    years = "–".join(str(year) for year in (stage.start_year, stage.end_year) if year)
    return ", ".join(part for part in (stage.degree, stage.field, stage.institution, years) if part)


_TEXTS_BY_LABEL: dict[str, Callable[[ProfileShown], list[str]]] = {
    "Name": _name,
    "Phone": lambda profile: _line(profile.phone),
    "Location": lambda profile: _line(profile.location),
    "Headline": lambda profile: _line(profile.headline),
    "Summary": lambda profile: _line(profile.summary),
    "Job titles": lambda profile: profile.titles,
    "Experience": _experience,
    "Skills": lambda profile: profile.skills,
    "Education": _education,
    "Languages": lambda profile: profile.languages,
    "Certifications": lambda profile: profile.certifications,
    "Expected pay": _salary,
    "Way of working": lambda profile: [mode.capitalize() for mode in profile.work_modes],
    "Would relocate": lambda profile: ["Yes"] if profile.willing_to_relocate else [],
}
_PLACE_OF_ROLES = 4
