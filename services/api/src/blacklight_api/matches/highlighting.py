"""The words of a posting that speak for and against a match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from blacklight_shared.skills import SkillTaxonomy

from blacklight_api.matches.schemas import MatchShown


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text; all of them, one after the other, are the text.

    Attributes:
        text: As it stands there.
        skill: Canonical name of the skill that it mentions, if the match is about that.
        evidence: Whether the candidate has the skill.
    """

    text: str
    skill: str | None = None
    evidence: Literal["matched", "missing"] | None = None


def highlighted(text: str, match: MatchShown, taxonomy: SkillTaxonomy) -> list[Passage]:
    """The text in passages, those that mention skills of the match marked.

    Args:
        text: Of the posting.
        match: Whose skills are looked for.
        taxonomy: Finds skills in texts.
    """
    return list(_passages(text, match, taxonomy))


def _passages(text: str, match: MatchShown, taxonomy: SkillTaxonomy) -> Iterator[Passage]:
    matched = {skill.id: skill.name for skill in match.matched_skills}
    missing = {skill.id: skill.name for skill in match.missing_skills}
    position = 0
    for mention in taxonomy.find(text):
        if mention.skill_id in matched:
            marked = Passage(mention.word, matched[mention.skill_id], "matched")
        elif mention.skill_id in missing:
            marked = Passage(mention.word, missing[mention.skill_id], "missing")
        else:
            continue
        if position < mention.start:
            yield Passage(text[position : mention.start])
        yield marked
        position = mention.end
    if position < len(text):
        yield Passage(text[position:])
