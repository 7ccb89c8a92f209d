"""Search boxes: every word that was typed must begin a word of the text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal_column
from sqlalchemy.dialects.postgresql import REGCONFIG

# "simple": names and titles are found as they are written, in any language. Written out, because
# an index on an expression only serves a query that spells it the same way.
_CONFIGURATION = literal_column("'simple'::regconfig", REGCONFIG)


def matches_words(document: SQLColumnExpression[str], typed: str) -> ColumnElement[bool]:
    """Whether ``document`` holds a word beginning with each word of ``typed``.

    Args:
        document: The text to search; an index on ``to_tsvector('simple', document)`` serves it.
        typed: What the person typed; without any letter or digit it finds nothing.
    """
    return hold_words(func.to_tsvector(_CONFIGURATION, document), typed)


def hold_words(words: ColumnElement[Any], typed: str) -> ColumnElement[bool]:
    """Whether ``words``, a ``tsvector``, hold one beginning with each word of ``typed``."""
    query = " & ".join(f"'{_quoted(word)}':*" for word in typed.split())
    return words.bool_op("@@")(func.to_tsquery(_CONFIGURATION, query))


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")
