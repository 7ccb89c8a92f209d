"""What the CVs of a submission say, and the profile that counts once HR has chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from blacklight_shared.models import InvitationDocument
from blacklight_shared.resumes import ResumeReading

_DISTINCTIVE = ("degree", "field", "institution")
"""By these, two stages of education are the same."""


def said_by(documents: Sequence[InvitationDocument]) -> ResumeReading | None:
    """What the CVs of a submission say together: for each field, the newest that says anything.

    Args:
        documents: With their readings, in the order of their arrival.

    Returns:
        None when no CV was read.
    """
    readings = [
        ResumeReading.model_validate(document.reading)
        for document in reversed(documents)
        if document.reading is not None
    ]
    if not readings:
        return None
    together: dict[str, Any] = {}
    for reading in readings:
        for field, value in reading.model_dump(mode="json").items():
            together[field] = together.get(field) or value
    return ResumeReading.model_validate(together)


def counting_profile(
    entered: Mapping[str, Any], said: ResumeReading | None, taken: Collection[str]
) -> dict[str, Any]:
    """The profile that counts: what the candidate has entered, and the CV where HR prefers it.

    Args:
        entered: What the candidate has entered, by field.
        said: What the CVs say.
        taken: Fields taken from the CV. Lists then have what either says, the candidate's first.
    """
    if said is None:
        return dict(entered)
    values = {field: value for field, value in said.profile_values().items() if field in taken}
    return {
        **entered,
        **{field: _together(entered.get(field), value) for field, value in values.items()},
    }


def emptied_fields(
    profile: Mapping[str, Any], documents: Sequence[InvitationDocument]
) -> list[str]:
    """Fields that a CV had filled and the candidate has emptied, which is a wish as well."""
    filled = {field for document in documents for field in document.filled_fields}
    return sorted(field for field in filled if not profile.get(field))


def folded(text: str) -> str:
    """A text for comparing: neither case nor spacing matter."""
    return " ".join(text.casefold().split())


def _together(entered: Any, said: Any) -> Any:
    if not isinstance(said, list):
        return said
    known = {_key(item) for item in entered or []}
    return [*(entered or []), *(item for item in said if _key(item) not in known)]


def _key(item: str | Mapping[str, Any]) -> tuple[str, ...]:
    parts = (item,) if isinstance(item, str) else [item.get(name) or "" for name in _DISTINCTIVE]
    return tuple(map(folded, parts))
