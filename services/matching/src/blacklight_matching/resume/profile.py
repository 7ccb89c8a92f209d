"""From the text of a CV to a profile, by rules."""

from collections.abc import Sequence
from datetime import date

from blacklight_shared.roles.title_finding import title_in, title_key
from blacklight_shared.skills import SkillTaxonomy

from blacklight_matching.resume.certifications import find_certifications
from blacklight_matching.resume.contacts import (
    find_emails,
    find_links,
    find_locations,
    find_name,
    find_phones,
    without_post_nominals,
)
from blacklight_matching.resume.dates import Point
from blacklight_matching.resume.education import find_education
from blacklight_matching.resume.experience import years_of_experience
from blacklight_matching.resume.languages import find_languages
from blacklight_matching.resume.models import Month, Position, ResumeProfile
from blacklight_matching.resume.positions import FoundPosition, find_positions
from blacklight_matching.resume.sections import Section, SectionKind, lines_of, split_sections
from blacklight_matching.resume.skills import find_skills

_MOST_TITLES = 5
_MOST_POSITIONS = 40
_HEADLINE_WITHIN_LINES = 12
_LONGEST_SUMMARY = 1_500
_LONGEST_TEXT = 500_000


def read_profile(text: str, *, taxonomy: SkillTaxonomy, today: date) -> ResumeProfile:
    """Read a CV.

    Args:
        text: As ``extract_text`` gives it; anything beyond half a million characters is ignored.
        taxonomy: Where skills are looked up.
        today: The day on which current jobs end.

    Returns:
        What could be recognised; any text gives a profile, if need be an empty one.
    """
    text = text[:_LONGEST_TEXT]
    sections = split_sections(text)
    # Not the lines of the sections: they are cut behind headings.
    lines = [line for line in text.split("\n") if line.strip()]
    positions = _positions(sections, today)
    emails = find_emails(text)
    links = find_links(text)
    top = lines_of(sections, SectionKind.TOP, SectionKind.CONTACT)
    first_name, last_name = find_name(top or lines, [*emails, *links], taxonomy)
    introduction = lines_of(sections, SectionKind.TOP, SectionKind.CONTACT, SectionKind.SUMMARY)
    headline = _headline(introduction, f"{first_name} {last_name}")
    education = lines_of(sections, SectionKind.EDUCATION)
    return ResumeProfile(
        first_name=first_name,
        last_name=last_name,
        emails=emails,
        phones=find_phones(text),
        links=links,
        locations=find_locations(lines, top, taxonomy),
        headline=headline,
        summary=_summary(sections),
        positions=tuple(map(_position, positions[:_MOST_POSITIONS])),
        preferred_titles=_preferred_titles(headline, positions),
        years_experience=years_of_experience(positions, text, today),
        skills=find_skills(text, positions, taxonomy, today),
        education=find_education(education),
        languages=find_languages(lines_of(sections, SectionKind.LANGUAGES), text),
        certifications=find_certifications(
            lines_of(sections, SectionKind.CERTIFICATIONS), education
        ),
    )


def _positions(sections: Sequence[Section], today: date) -> list[FoundPosition]:
    """Jobs from the sections about work; without dated ones, wherever some are told.

    Columns of a page get mixed up, and jobs then stand under another heading.
    """
    found = find_positions(lines_of(sections, SectionKind.EXPERIENCE), today)
    if any(position.dates for position in found):
        return found
    for kinds in (set(SectionKind) - _NOT_ABOUT_WORK, {SectionKind.EDUCATION}):
        rest = find_positions(lines_of(sections, *kinds), today)
        if dated := [position for position in rest if position.dates]:
            return dated
    return found


_NOT_ABOUT_WORK = {SectionKind.EDUCATION, SectionKind.LANGUAGES, SectionKind.CERTIFICATIONS}


def _position(found: FoundPosition) -> Position:
    dates = found.dates
    return Position(
        title=found.title,
        employer=found.employer,
        start=_month(dates.start) if dates else None,
        end=_month(dates.end) if dates and dates.end else None,
        is_current=dates is not None and dates.is_current,
    )


def _month(point: Point) -> Month:
    return Month(year=point.year, month=point.month)


def _headline(lines: Sequence[str], name: str) -> str | None:
    """The first job title at the top, without the name that may stand before it."""
    for line in lines[:_HEADLINE_WITHIN_LINES]:
        bare = without_post_nominals(line.strip())
        if name.strip() and bare.casefold().startswith(name.casefold()):
            bare = bare[len(name) :]
        if (title := title_in(bare)) is not None:
            return title
    return None


def _summary(sections: Sequence[Section]) -> str | None:
    text = "\n".join(lines_of(sections, SectionKind.SUMMARY)).strip()
    return text[:_LONGEST_SUMMARY].strip() or None


def _preferred_titles(headline: str | None, positions: Sequence[FoundPosition]) -> tuple[str, ...]:
    by_meaning: dict[str, str] = {}
    for title in [*filter(None, [headline]), *(position.title for position in positions)]:
        meaning = title_key(title)
        if meaning:
            by_meaning.setdefault(meaning, title)
    return tuple(by_meaning.values())[:_MOST_TITLES]
