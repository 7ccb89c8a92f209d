"""Skills, their spellings, and finding them in free text."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Self

from blacklight_shared.skills.evidence import Candidate, crosses_a_break, supported
from blacklight_shared.skills.spelling import WORD, fold, key_of, variant_keys
from blacklight_shared.skills.trie import WordTrie

FIRST_ADDITION_ID = 1_000_000
"""Ids below belong to the built-in taxonomy, ids from here on to tenants' additions."""


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill and everything it is called.

    Attributes:
        id: Stable number; never reused, even when the skill is removed.
        name: Canonical name, shown to people.
        field: Broad field, the name of the data file ("software", "trades", …).
        category: Group within the field.
        aliases: Spellings that mean the skill wherever they stand, in any case.
        exact: Spellings that mean the skill only in exactly this case ("SAS", "REST").
        guarded: Spellings that are also ordinary words or single letters ("Go", "R", "Excel");
            they mean the skill only in this case (any case when written in lower case) and with
            support from the words around, see ``blacklight_shared.skills.evidence``.
    """

    id: int
    name: str
    field: str = "other"
    category: str = ""
    aliases: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()

    def spellings(self) -> Iterator[str]:
        """Yield every spelling once, the canonical name first."""
        yield from dict.fromkeys((self.name, *self.aliases, *self.exact, *self.guarded))


@dataclass(frozen=True, slots=True)
class SkillMention:
    """A skill found in a text; ``word == text[start:end]``."""

    skill_id: int
    word: str
    start: int
    end: int


class SkillConflictError(ValueError):
    """A spelling or id already belongs to another skill."""


class SkillTaxonomy:
    """An immutable set of skills that resolves terms and finds mentions.

    Lookup costs one dictionary access; ``find`` reads a text once, with work bounded by the
    longest spelling at each word.
    """

    def __init__(self, skills: Iterable[Skill]) -> None:
        """Index ``skills``.

        Raises:
            SkillConflictError: Two skills share an id or a spelling.
        """
        self._skills: dict[int, Skill] = {}
        self._entries: dict[str, _Entry] = {}
        self._spellings = WordTrie[_Entry]()
        self._add(skills, strict=True)

    @classmethod
    @cache
    def builtin(cls) -> Self:
        """Return the taxonomy that ships with Blacklight, read once per process."""
        taxonomy = cls(_read_data_files())
        taxonomy._add_stop_phrases(_read_stop_phrases())
        return taxonomy

    def with_additions(self, additions: Iterable[Skill]) -> "SkillTaxonomy":
        """Return a taxonomy that also knows ``additions``.

        A spelling that is already taken keeps its owner, so a later release of the built-in
        taxonomy never breaks a tenant's additions; ``conflicts`` tells beforehand.

        Raises:
            SkillConflictError: An addition's id is not at least ``FIRST_ADDITION_ID`` or is used.
        """
        copy = SkillTaxonomy(())
        copy._skills = dict(self._skills)
        copy._entries = dict(self._entries)
        copy._spellings = self._spellings.copy()
        new = list(additions)
        for skill in new:
            if skill.id < FIRST_ADDITION_ID:
                raise SkillConflictError(
                    f"id: {skill.id} of {skill.name!r} must be at least {FIRST_ADDITION_ID}"
                )
        copy._add(new, strict=False)
        return copy

    def conflicts(self, skill: Skill) -> dict[str, int]:
        """Return those spellings of ``skill`` that belong to another skill, with its id."""
        owners = ((spelling, self.resolve(spelling)) for spelling in skill.spellings())
        return {
            spelling: owner for spelling, owner in owners if owner is not None and owner != skill.id
        }

    @property
    def skills(self) -> Mapping[int, Skill]:
        """All skills by id."""
        return MappingProxyType(self._skills)

    def resolve(self, term: str) -> int | None:
        """Return the id of the skill that ``term`` names as a whole, or None.

        Case, punctuation, spaces and (where safe) plural do not matter. Meant for terms that are
        known to be skills, such as entries of a skills field: "go" and "excel" resolve.
        """
        entry = self._entries.get(key_of(term))
        return entry.skill_id if entry else None

    def name(self, skill_id: int) -> str:
        """Return the canonical name.

        Raises:
            KeyError: No such skill.
        """
        return self._skills[skill_id].name

    def find(self, text: str) -> list[SkillMention]:
        """Find the skills a text mentions, in order of position, never overlapping.

        The longest spelling wins; words are matched as a whole ("Java" is not in "JavaScript").
        Spellings that are also ordinary words need support from their surroundings.
        """
        sure: list[Candidate] = []
        guarded: list[Candidate] = []
        for candidate, rule in self._candidates(text):
            (guarded if rule is _Rule.GUARDED else sure).append(candidate)
        if guarded:
            sure += supported(text, guarded, sure)
            sure.sort()
        return [
            SkillMention(skill_id, text[start:end], start, end) for start, end, skill_id in sure
        ]

    def _candidates(self, text: str) -> Iterator[tuple[Candidate, "_Rule"]]:
        matches = list(WORD.finditer(fold(text)))
        words = [match[0] for match in matches]
        first_words = self._spellings.first_words
        reach = 0
        for position in [n for n, word in enumerate(words) if word in first_words]:
            if position < reach:
                continue
            start = matches[position].start()
            for last, entry in reversed(self._spellings.prefixes(words, position)):
                end = matches[last].end()
                if entry.accepts(text[start:end]):
                    reach = last + 1
                    if entry.skill_id is not None:
                        yield Candidate(start, end, entry.skill_id), entry.rule
                    break

    def _add(self, skills: Iterable[Skill], *, strict: bool) -> None:
        added = list(skills)
        for skill in added:
            if skill.id in self._skills:
                raise SkillConflictError(f"id: {skill.id} is used twice")
            self._skills[skill.id] = skill
            for key, entry in _entries_of(skill):
                owner = self._keep_first(key, entry)
                if strict and owner.skill_id != skill.id:
                    raise SkillConflictError(
                        f"spelling {key!r} belongs to both {owner.skill_id} and {skill.id}"
                    )
        # What people wrote down goes before what is derived from it.
        for skill in added:
            for spelling in _inflecting(skill):
                for key in variant_keys(spelling):
                    entry = _Entry(skill.id, _Rule.FREE, breaks=crosses_a_break(spelling))
                    self._keep_first(key, entry)

    def _keep_first(self, key: str, entry: "_Entry") -> "_Entry":
        """File ``entry`` under ``key`` unless that is taken; return what is filed there."""
        if key in self._entries:
            return self._entries[key]
        self._entries[key] = entry
        self._spellings.insert(key.split(" "), entry)
        return entry

    def _add_stop_phrases(self, phrases: Iterable[str]) -> None:
        for phrase in phrases:
            key = key_of(phrase)
            owner = self._keep_first(key, _Entry(None, _Rule.FREE))
            if owner.skill_id is not None:
                raise SkillConflictError(f"stop phrase {phrase!r} is a spelling of a skill")


class _Rule(Enum):
    FREE = "free"
    EXACT = "exact"
    GUARDED = "guarded"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a key stands for; no skill id marks a stop phrase.

    ``breaks`` tells that the spelling itself has a comma or the like between its words.
    """

    skill_id: int | None
    rule: _Rule
    forms: frozenset[str] = frozenset()
    breaks: bool = False

    def accepts(self, written: str) -> bool:
        if not self.breaks and crosses_a_break(written):
            return False
        return not self.forms or written in self.forms or written.lower() in self.forms


def _entries_of(skill: Skill) -> Iterator[tuple[str, _Entry]]:
    """Yield the keys of what is written in the data; a free spelling goes before a stricter one."""
    for rule, spellings in (
        (_Rule.FREE, _inflecting(skill)),
        (_Rule.EXACT, skill.exact),
        (_Rule.GUARDED, skill.guarded),
    ):
        for key, written in _by_key(spellings).items():
            forms = frozenset() if rule is _Rule.FREE else frozenset(written)
            yield key, _Entry(skill.id, rule, forms, breaks=any(map(crosses_a_break, written)))


def _inflecting(skill: Skill) -> Iterator[str]:
    strict = {*skill.exact, *skill.guarded}
    return (spelling for spelling in skill.spellings() if spelling not in strict)


def _by_key(spellings: Iterable[str]) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for spelling in spellings:
        forms.setdefault(key_of(spelling), []).append(spelling)
    return forms


def _read_data_files() -> Iterator[Skill]:
    """Read ``data/<field>.csv``; lists within a cell are separated by semicolons."""
    folder = files(__package__) / "data"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".csv"):
            continue
        for row in csv.DictReader(file.read_text("utf-8").splitlines()):
            yield Skill(
                id=int(row["id"]),
                name=row["name"],
                field=file.name.removesuffix(".csv"),
                category=row["category"],
                aliases=_cell(row["aliases"]),
                exact=_cell(row["exact"]),
                guarded=_cell(row["guarded"]),
            )


def _cell(value: str) -> tuple[str, ...]:
    return tuple(part for part in map(str.strip, value.split(";")) if part)


def _read_stop_phrases() -> list[str]:
    lines = (files(__package__) / "data" / "stop_phrases.txt").read_text("utf-8").splitlines()
    return [line for line in map(str.strip, lines) if line and not line.startswith("#")]
