"""A profile as people read it: what somebody tells of themselves, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from blacklight_api.candidates.schemas import EducationShown
from blacklight_api.onboarding.schemas import ProfileShown


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """One field of a profile.

    Attributes:
        label: What it is, in words.
        texts: What the person says: one text, or an item each.
    """

    label: str
    texts: list[str]


def profile_lines(profile: ProfileShown, role_names: Mapping[int, str]) -> list[ProfileLine]:
    """The fields that say something, in the order of reading.

    Args:
        profile: What the person has filled in.
        role_names: Of roles that are named by id.
    """
    lines = [ProfileLine(label, texts(profile)) for label, texts in _TEXTS_BY_LABEL.items()]
    roles = [
        role_names.get(role, f"Role {role}") if isinstance(role, int) else role
        for role in profile.preferred_roles
    ]
    lines.insert(_PLACE_OF_ROLES, ProfileLine("Wanted roles", roles))
    return [line for line in lines if line.texts]


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
