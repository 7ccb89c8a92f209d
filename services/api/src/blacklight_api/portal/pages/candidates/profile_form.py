"""The form of a candidate's profile: lists are written one entry a line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from blacklight_api.candidates.schemas import (
    CandidateCreate,
    CandidateDetail,
    CandidatePatch,
    Education,
)
from blacklight_api.onboarding.schemas import ProfileDraft
from blacklight_api.portal.forms import Form

TEXTS: Final = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "location",
    "headline",
    "summary",
    "years_experience",
    "salary_expected",
    "salary_currency",
    "salary_period",
)
LISTS: Final = ("preferred_roles", "titles", "skills", "languages", "certifications")
BOXES: Final = ("work_modes",)
"""Fields that the browser sends once for each box that is ticked, after an empty one."""
SWITCH: Final = "willing_to_relocate"
EDUCATION_FIELDS: Final = tuple(Education.model_fields)
SPARE_EDUCATION_ROWS: Final = 2


def filled_form(candidate: CandidateDetail) -> Form:
    """The form with what is known of a candidate."""
    return form_of(candidate.model_dump() | _known_lists(candidate))


def form_of(known: Mapping[str, Any]) -> Form:
    """The form with what is known of a person.

    Args:
        known: Values by field of a profile; roles by name.
    """
    values: dict[str, Any] = {name: known[name] for name in TEXTS if known.get(name) is not None}
    values |= {name: "\n".join(known[name]) for name in LISTS}
    values |= {name: known[name] for name in BOXES}
    values[SWITCH] = "true" if known[SWITCH] else ""
    for number, stage in enumerate(known["education"]):
        values |= {f"education-{number}-{name}": stage[name] or "" for name in EDUCATION_FIELDS}
    return Form(values=values)


def education_rows(form: Form) -> range:
    """The numbers of the stages of education that the form shows: those filled, and spare ones."""
    return range(len(_stages(form.values)) + SPARE_EDUCATION_ROWS)


def new_candidate(form: Form) -> CandidateCreate:
    """The candidate that the form describes.

    Raises:
        FormRefused: Some values are not allowed.
    """
    given = {name: value for name, value in _structured(form).items() if value}
    return _texts(form).read(CandidateCreate, **given)


def draft(form: Form) -> ProfileDraft:
    """What an invited person tells by the form, or by a part of it.

    Raises:
        FormRefused: Some values are not allowed.
    """
    return _texts(form).read(ProfileDraft, blank="null", **_structured(form))


def without_unseen(told: ProfileDraft, filled: Collection[str]) -> ProfileDraft:
    """What an invited person tells, without the blanks that they left before a CV filled them.

    Args:
        told: What they have sent.
        filled: Fields that a CV has filled since their browser got the form.
    """
    given = told.model_dump(exclude_unset=True)
    return ProfileDraft.model_validate(
        {name: value for name, value in given.items() if value or name not in filled}
    )


def changes(form: Form, candidate: CandidateDetail) -> CandidatePatch:
    """What the form makes different; fields that were left as they are stay out of it.

    Raises:
        FormRefused: Some values are not allowed.
    """
    wanted = _texts(form).read(CandidatePatch, blank="null", **_structured(form))
    given = wanted.model_dump(exclude_unset=True)
    known = candidate.model_dump() | _known_lists(candidate)
    return CandidatePatch.model_validate(
        {name: value for name, value in given.items() if _plain(value) != _plain(known[name])}
    )


def _known_lists(candidate: CandidateDetail) -> dict[str, list[str]]:
    of_profile = {name: getattr(candidate, name) for name in LISTS if name != "preferred_roles"}
    return of_profile | {"preferred_roles": [role.name for role in candidate.preferred_roles]}


def _written(value: object) -> object:
    return f"{value:.10g}" if isinstance(value, float) else value


def _texts(form: Form) -> Form:
    return Form(values={name: _text(form, name) for name in TEXTS if name in form.values})


def _text(form: Form, name: str) -> str:
    # Browsers send line breaks as two characters (HTML standard); we keep one.
    return form.text(name).replace("\r\n", "\n")


def _structured(form: Form) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: _entries(_text(form, name)) for name in LISTS if name in form.values
    }
    given |= {
        name: [value for value in form.values[name] if value]
        for name in BOXES
        if name in form.values
    }
    if SWITCH in form.values:
        given[SWITCH] = form.text(SWITCH) == "true"
    if any(name.startswith("education-") for name in form.values):
        given["education"] = _stages(form.values)
    return given


def _entries(text: str) -> list[str]:
    return [entry for line in text.split("\n") if (entry := line.strip())]


def _stages(values: Mapping[str, Any]) -> list[dict[str, str | None]]:
    stages = []
    for number in range(len(values)):
        names = {field: f"education-{number}-{field}" for field in EDUCATION_FIELDS}
        if not values.keys() & names.values():
            break
        stage = {field: str(values.get(name) or "").strip() for field, name in names.items()}
        if any(stage.values()):
            stages.append({field: value or None for field, value in stage.items()})
    return stages


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return None if value == "" else value
