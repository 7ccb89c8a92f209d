"""From the text of a CV to a profile, with a language model that tells what rules overlook.

A CV may try to talk the model into things. So nothing counts that does not stand in the CV, word
for word, and addresses, numbers to reach somebody under and skills are found by rules alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from blacklight_shared.llm import LanguageModel, try_extract
from pydantic import BaseModel, Field

from blacklight_matching.resume.models import Month, Position, ResumeProfile

_INSTRUCTIONS = """\
Read a CV. Copy every value word for word from the document, without changing or translating it. \
List jobs held, the newest first, with the title alone as title."""

_MOST_TITLES = 5


class ResumeReader(StrEnum):
    """Who read a CV."""

    RULES = "rules"
    LANGUAGE_MODEL = "language_model"


class ToldPosition(BaseModel):
    """A job held."""

    title: Annotated[str, Field(max_length=300)]
    employer: Annotated[str, Field(max_length=300)] | None = None
    start_year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    start_month: Annotated[int, Field(ge=1, le=12)] | None = None
    end_year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    end_month: Annotated[int, Field(ge=1, le=12)] | None = None
    is_current: bool = Field(default=False, description="Whether the job is still held.")


class ToldProfile(BaseModel):
    """What a CV says of a person."""

    first_name: Annotated[str, Field(max_length=300)] | None = None
    last_name: Annotated[str, Field(max_length=300)] | None = None
    location: Annotated[str, Field(max_length=300)] | None = Field(
        default=None, description="Where the person lives."
    )
    headline: Annotated[str, Field(max_length=300)] | None = Field(
        default=None, description="The job title that the person gives themselves."
    )
    positions: Annotated[list[ToldPosition], Field(max_length=40)] = Field(default_factory=list)
    certifications: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=50)] = (
        Field(default_factory=list)
    )


@dataclass(frozen=True, slots=True)
class ReadProfile:
    """What a CV says, and who read it.

    Attributes:
        profile: What it says.
        reader: Who read it.
        failure: Why the language model was of no help; None if it was, or none is configured.
    """

    profile: ResumeProfile
    reader: ResumeReader
    failure: str | None


async def read_with_model(
    model: LanguageModel | None, text: str, *, by_rules: ResumeProfile
) -> ReadProfile:
    """Complete what rules found by what a language model tells; without one, rules decide.

    Args:
        model: None when none is configured.
        text: The CV.
        by_rules: What rules found in it; of skills and addresses they have the last word.
    """
    if model is None:
        return ReadProfile(by_rules, ResumeReader.RULES, None)
    told = await try_extract(model, ToldProfile, _INSTRUCTIONS, text)
    if told.value is None:
        return ReadProfile(by_rules, ResumeReader.RULES, told.failure)
    profile = _completed(by_rules, told.value, _Source(text))
    return ReadProfile(profile, ResumeReader.LANGUAGE_MODEL, None)


class _Source:
    """The text that every value has to stand in."""

    def __init__(self, text: str) -> None:
        self._text = _folded(text)

    def only(self, value: str | None) -> str | None:
        """The value, trimmed, if the text has it."""
        value = " ".join((value or "").split())
        return value if value and _folded(value) in self._text else None

    def those_of(self, values: Iterable[str]) -> tuple[str, ...]:
        """The values that the text has, each once."""
        return tuple(dict.fromkeys(filter(None, map(self.only, values))))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _completed(by_rules: ResumeProfile, told: ToldProfile, source: _Source) -> ResumeProfile:
    positions = tuple(
        position for one in told.positions if (position := _position(one, source)) is not None
    )
    first_name, last_name = source.only(told.first_name), source.only(told.last_name)
    has_name = first_name is not None and last_name is not None
    headline = source.only(told.headline) or by_rules.headline
    location = source.only(told.location)
    titles = [*filter(None, [headline]), *(position.title for position in positions)]
    return by_rules.model_copy(
        update={
            "first_name": first_name if has_name else by_rules.first_name,
            "last_name": last_name if has_name else by_rules.last_name,
            "headline": headline,
            "locations": (location,) if location else by_rules.locations,
            "positions": positions or by_rules.positions,
            "preferred_titles": (
                tuple(dict.fromkeys(titles))[:_MOST_TITLES]
                if positions
                else by_rules.preferred_titles
            ),
            "certifications": source.those_of(told.certifications) or by_rules.certifications,
        }
    )


def _position(told: ToldPosition, source: _Source) -> Position | None:
    title = source.only(told.title)
    if title is None:
        return None
    return Position(
        title=title,
        employer=source.only(told.employer),
        start=_month(told.start_year, told.start_month, source),
        end=None if told.is_current else _month(told.end_year, told.end_month, source),
        is_current=told.is_current,
    )


def _month(year: int | None, month: int | None, source: _Source) -> Month | None:
    if year is None or source.only(str(year)) is None:
        return None
    return Month(year=year, month=month)
