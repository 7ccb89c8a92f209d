"""The words that tell whether a mail may concern a tenant: what its candidates want to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Self

from blacklight_shared.models import CandidateStatus, RoleStatus
from blacklight_shared.roles import is_generic_title
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_MIN_WORD_CHARACTERS = 3
"""Of a phrase of one word: "PM" is in every mail that names a time."""
_WORD = re.compile(r"[^\W_]+(?:[+#]+|(?:[.'’&/-][^\W_]+)*)")


class Keywords:
    """Phrases of which a mail must hold one.

    Args:
        phrases: As people write them; generic single words ("Manager") are refused, since they
            would let everything in.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        kept = {phrase.strip() for phrase in phrases}
        self.phrases = tuple(sorted(phrase for phrase in kept if _is_telling(phrase)))
        self._wanted = {tuple(_words(phrase)) for phrase in self.phrases}
        self._lengths = sorted({len(words) for words in self._wanted})

    @classmethod
    async def of_tenant(cls, session: AsyncSession) -> Self:
        """The names and other names of the roles that the tenant's candidates prefer."""
        return cls(await session.scalars(_NAMES))

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.phrases)

    def match(self, *texts: str) -> bool:
        """Whether a phrase stands in one of the texts, in singular or plural."""
        return any(self._stands_in(_words(text)) for text in texts)

    def _stands_in(self, words: list[str]) -> bool:
        return any(
            tuple(words[start : start + length]) in self._wanted
            for start in range(len(words))
            for length in self._lengths
        )


_NAMES = text(
    f"""
    WITH preferred AS (
      SELECT DISTINCT COALESCE(role.merged_into_id, role.id) AS role_id
      FROM candidate_preferred_roles AS wish
      JOIN candidates ON candidates.id = wish.candidate_id
      JOIN global_roles AS role ON role.id = wish.role_id
      WHERE candidates.deleted_at IS NULL AND candidates.status <> '{CandidateStatus.REJECTED}'
    ),
    names AS (
      SELECT role.id, role.name, role.merged_into_id FROM global_roles AS role
      UNION ALL
      SELECT role.id, alias.alias, role.merged_into_id
      FROM role_aliases AS alias JOIN global_roles AS role ON role.id = alias.role_id
    )
    SELECT DISTINCT names.name
    FROM preferred
    JOIN global_roles AS canonical
      ON canonical.id = preferred.role_id AND canonical.status <> '{RoleStatus.REJECTED}'
    JOIN names ON names.id = canonical.id OR names.merged_into_id = canonical.id
    """  # noqa: S608 -- constants only
)


def _is_telling(phrase: str) -> bool:
    words = _words(phrase)
    if len(words) != 1:
        return bool(words)
    return len(words[0]) >= _MIN_WORD_CHARACTERS and not is_generic_title(phrase.casefold())


def _words(text: str) -> list[str]:
    """Words without case and without the plural's ending."""
    return [_singular(word) for word in _WORD.findall(text.casefold())]


def _singular(word: str) -> str:
    ends_in_s = len(word) > _MIN_WORD_CHARACTERS and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if ends_in_s else word
