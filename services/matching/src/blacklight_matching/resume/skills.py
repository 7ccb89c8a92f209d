"""Skills a CV shows, with the time they were used for."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from blacklight_shared.skills import SkillMention, SkillTaxonomy

from blacklight_matching.resume.dates import Interval, covered_years, interval_of
from blacklight_matching.resume.models import ResumeSkill
from blacklight_matching.resume.positions import FoundPosition

_DENIED = re.compile(
    r"\b(?:no|without|lack(?:ing)?|don['’]?t have|do not have|never had)\b[^.;\n]{0,30}"
    r"\b(?:experience|knowledge)\b"
    r"|\b(?:want|wish|would like|plan|hope|eager)(?:ing)?\s+to\s+"
    r"(?:learn|study|develop\s+skills|try)\b"
    r"|\bdon['’]?t\s+want\b|\bdo\s+not\s+want\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.;!?](?:\s|$)|\n\s*\n|\n(?=\s*[•●▪◦■*►-])")
_LONGEST_CLAUSE = 300
_MOST_WORDS = 5


def find_skills(
    text: str, positions: Sequence[FoundPosition], taxonomy: SkillTaxonomy, today: date
) -> tuple[ResumeSkill, ...]:
    """Find the skills in a CV, in the order of first mention.

    What the CV says it lacks or wants to learn does not count.
    """
    words: dict[int, dict[str, None]] = {}
    for mention in _affirmed(text, taxonomy.find(text)):
        words.setdefault(mention.skill_id, {})[mention.word] = None
    used = _time_used(positions, taxonomy, today)
    return tuple(
        ResumeSkill(
            skill_id=skill_id,
            words=tuple(spellings)[:_MOST_WORDS],
            years=round(covered_years(used[skill_id]), 1) if skill_id in used else None,
        )
        for skill_id, spellings in words.items()
    )


def _affirmed(text: str, mentions: Sequence[SkillMention]) -> Iterator[SkillMention]:
    denied = [_clause_from(text, match) for match in _DENIED.finditer(text)]
    position = 0
    for mention in mentions:
        while position < len(denied) and denied[position].last <= mention.start:
            position += 1
        if position == len(denied) or mention.start < denied[position].first:
            yield mention


def _clause_from(text: str, match: re.Match[str]) -> Interval:
    end = min(len(text), match.end() + _LONGEST_CLAUSE)
    stop = _CLAUSE_END.search(text, match.end(), end)
    return Interval(match.start(), stop.start() if stop else end)


def _time_used(
    positions: Sequence[FoundPosition], taxonomy: SkillTaxonomy, today: date
) -> dict[int, list[Interval]]:
    used: dict[int, list[Interval]] = {}
    for position in positions:
        if position.dates is None:
            continue
        interval = interval_of(position.dates, today)
        for skill_id in {mention.skill_id for mention in taxonomy.find("\n".join(position.lines))}:
            used.setdefault(skill_id, []).append(interval)
    return used
