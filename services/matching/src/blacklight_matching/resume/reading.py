"""From the text of a CV to what it says for a profile, within what a profile can hold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from blacklight_shared.llm import LanguageModel
from blacklight_shared.resumes import ResumeEducation, ResumeReading
from blacklight_shared.skills import SkillTaxonomy

from blacklight_matching.resume.models import Education, Language, ResumeProfile
from blacklight_matching.resume.profile import read_profile
from blacklight_matching.resume.told import ResumeReader, read_with_model

_LONGEST_LINE = 200
_MOST_LINES = 200
_MOST_COURSES = 50
_EDUCATION_YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class ReadResume:
    """What a CV says, and who read it.

    Attributes:
        reading: What it says.
        reader: Who read it.
        failure: Why the language model was of no help; None if it was, or none is configured.
    """

    reading: ResumeReading
    reader: ResumeReader
    failure: str | None


async def read_resume(
    model: LanguageModel | None, text: str, *, taxonomy: SkillTaxonomy, today: date
) -> ReadResume:
    """Read a CV: by rules, and with a language model if there is one.

    Args:
        model: None when none is configured.
        text: The CV.
        taxonomy: Where skills are looked up.
        today: The day on which current jobs end.
    """
    by_rules = await asyncio.to_thread(read_profile, text, taxonomy=taxonomy, today=today)
    read = await read_with_model(model, text, by_rules=by_rules)
    return ReadResume(reading_of(read.profile), read.reader, read.failure)


def reading_of(profile: ResumeProfile) -> ResumeReading:
    """What a CV says, by the fields of a profile; nothing is longer than a profile allows."""
    titles = [*(position.title for position in profile.positions), *profile.preferred_titles]
    return ResumeReading(
        emails=list(profile.emails),
        first_name=_line(profile.first_name),
        last_name=_line(profile.last_name),
        phone=_line(next(iter(profile.phones), "")),
        location=_line(next(iter(profile.locations), "")),
        headline=_line(profile.headline),
        summary=profile.summary,
        titles=_lines(titles),
        skills=_lines(skill.words[0] for skill in profile.skills),
        years_experience=_years(profile.years_experience),
        education=[_education(course) for course in profile.education[:_MOST_COURSES]],
        languages=_lines(map(_language, profile.languages)),
        certifications=_lines(profile.certifications),
    )


def _line(text: str | None) -> str | None:
    printable = "".join(character if character.isprintable() else " " for character in text or "")
    return " ".join(printable.split())[:_LONGEST_LINE].rstrip() or None


def _lines(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(_line, texts))))[:_MOST_LINES]


def _years(years: float | None) -> float | None:
    return None if years is None else round(years, 1)


def _education(course: Education) -> ResumeEducation:
    is_possible = course.year in _EDUCATION_YEARS
    return ResumeEducation(
        institution=_line(course.institution),
        degree=_line(course.degree),
        field=_line(course.field),
        end_year=course.year if is_possible else None,
    )


def _language(language: Language) -> str:
    return f"{language.name} ({language.level})" if language.level else language.name
