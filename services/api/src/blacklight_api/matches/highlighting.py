"""The words of a posting that speak for and against a match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from blacklight_shared.skills import SkillTaxonomy


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


def highlighted(
    text: str,
    taxonomy: SkillTaxonomy,
    *,
    matched: Mapping[int, str],
    missing: Mapping[int, str],
) -> list[Passage]:
    """The text in passages, those that mention skills of a match marked.

    Args:
        text: Of the posting.
        taxonomy: Finds skills in texts.
        matched: Names of the skills that the candidate has, by id.
        missing: Names of the skills that the candidate lacks, by id.
    """
    return list(_passages(text, taxonomy, matched, missing))


def _passages(
    text: str, taxonomy: SkillTaxonomy, matched: Mapping[int, str], missing: Mapping[int, str]
) -> Iterator[Passage]:
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
