"""What a candidate has entered beside what their CV says, line by line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from blacklight_shared.resumes import ResumeReading

from blacklight_api.invitations.profile_lines import ProfileLine, profile_lines
from blacklight_api.invitations.resumes import folded
from blacklight_api.onboarding.schemas import ProfileShown

_FEWEST_DIGITS = 7
"""As many digits at the end make two telephone numbers the same, whatever stands before them."""


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A field of a profile, as both say it.

    Attributes:
        label: What it is, in words.
        fields: Its names, to take it from the CV; empty when that is not possible.
        entered: What the candidate says: one text, or an item each.
        said: What the CV says.
        new: What of that the candidate does not say.
        is_taken: HR prefers the CV.
        is_list: Items are added, where a single text is replaced.
    """

    label: str
    fields: tuple[str, ...]
    entered: list[str]
    said: list[str]
    new: list[str]
    is_taken: bool
    is_list: bool

    @property
    def can_be_taken(self) -> bool:
        """Whether the CV says something else that could count."""
        return bool(self.fields and self.new)


def compare(
    entered: ProfileShown,
    said: ResumeReading,
    *,
    taken: Collection[str],
    role_names: Mapping[int, str],
) -> list[ComparedLine]:
    """Every field of which either says something, in the order of reading.

    Args:
        entered: What the candidate has entered.
        said: What their CVs say.
        taken: Fields for which HR prefers the CV.
        role_names: Of roles that are named by id.
    """
    of_person = {line.label: line for line in profile_lines(entered, role_names, empty=True)}
    values = said.profile_values()
    of_resume = profile_lines(ProfileShown.model_validate(values), {}, empty=True)
    pairs = [(of_person[line.label], line) for line in of_resume]
    return [_compared(*pair, taken, values) for pair in pairs if any(line.texts for line in pair)]


def compare_addresses(invited: str, said: ResumeReading) -> ComparedLine | None:
    """The address that was invited beside those of the CV; None when the CV names none."""
    if not said.emails:
        return None
    new = [] if invited in said.emails else said.emails
    return ComparedLine("Address", (), [invited], said.emails, new, is_taken=False, is_list=False)


def _compared(
    entered: ProfileLine, said: ProfileLine, taken: Collection[str], possible: Collection[str]
) -> ComparedLine:
    known = [folded(text) for text in entered.texts]
    new = [text for text in said.texts if not _is_among(folded(text), known, entered.fields)]
    return ComparedLine(
        label=entered.label,
        fields=tuple(field for field in entered.fields if field in possible),
        entered=entered.texts,
        said=said.texts,
        new=new,
        is_taken=any(field in taken for field in entered.fields),
        is_list=entered.is_list,
    )


def _is_among(text: str, known: list[str], fields: tuple[str, ...]) -> bool:
    if text in known or fields != ("phone",):
        return text in known
    digits = _digits(text)
    others = [_digits(other) for other in known]
    return any(
        min(len(digits), len(other)) >= _FEWEST_DIGITS
        and (digits.endswith(other) or other.endswith(digits))
        for other in others
    )


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
