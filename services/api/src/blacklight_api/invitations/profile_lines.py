"""A profile as people read it: what somebody tells of themselves, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blacklight_api.candidates.schemas import EducationShown
from blacklight_api.onboarding.schemas import ProfileShown


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """One line of a profile.

    Attributes:
        label: What it is, in words.
        fields: The fields of the profile that it shows.
        texts: What the person says: one text, or an item each.
        is_list: Whether there may be several items.
    """

    label: str
    fields: tuple[str, ...]
    texts: list[str]
    is_list: bool = False


def profile_lines(
    profile: ProfileShown, role_names: Mapping[int, str], *, empty: bool = False
) -> list[ProfileLine]:
    """The fields of a profile, in the order of reading.

    Args:
        profile: What the person has filled in.
        role_names: Of roles that are named by id.
        empty: Whether also those that say nothing.
    """
    roles = [
        role_names.get(role, f"Role {role}") if isinstance(role, int) else role
        for role in profile.preferred_roles
    ]
    lines = [
        ProfileLine("Name", ("first_name", "last_name"), _name(profile)),
        ProfileLine("Phone", ("phone",), _line(profile.phone)),
        ProfileLine("Location", ("location",), _line(profile.location)),
        ProfileLine("Headline", ("headline",), _line(profile.headline)),
        ProfileLine("Wanted roles", ("preferred_roles",), roles, is_list=True),
        ProfileLine("Summary", ("summary",), _line(profile.summary)),
        ProfileLine("Job titles", ("titles",), profile.titles, is_list=True),
        ProfileLine("Experience", ("years_experience",), _experience(profile)),
        ProfileLine("Skills", ("skills",), profile.skills, is_list=True),
        ProfileLine("Education", ("education",), _education(profile), is_list=True),
        ProfileLine("Languages", ("languages",), profile.languages, is_list=True),
        ProfileLine("Certifications", ("certifications",), profile.certifications, is_list=True),
        ProfileLine("Expected pay", _SALARY_FIELDS, _salary(profile)),
        ProfileLine("Way of working", ("work_modes",), _work_modes(profile), is_list=True),
        ProfileLine("Would relocate", ("willing_to_relocate",), _relocation(profile)),
    ]
    return [line for line in lines if line.texts or empty]


_SALARY_FIELDS = ("salary_expected", "salary_currency", "salary_period")


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


def _work_modes(profile: ProfileShown) -> list[str]:
    return [mode.capitalize() for mode in profile.work_modes]


def _relocation(profile: ProfileShown) -> list[str]:
    return ["Yes"] if profile.willing_to_relocate else []
