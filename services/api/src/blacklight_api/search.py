"""Search boxes: every word that was typed must begin a word of the text."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, func, literal

# "simple": names and titles are found as they are written, in any language.
_CONFIGURATION = literal("simple").op("::")(func.regconfig)
_WORD = re.compile(r"\w+")


def matches_words(document: SQLColumnExpression[str], typed: str) -> ColumnElement[bool]:
    """Whether ``document`` holds a word beginning with each word of ``typed``.

    Args:
        document: The text to search; an index on ``to_tsvector('simple', document)`` serves it.
        typed: What the person typed; without any letter or digit it finds nothing.
    """
    query = " & ".join(f"{word}:*" for word in _WORD.findall(typed))
    return func.to_tsvector(_CONFIGURATION, cast(document, Text)).bool_op("@@")(
        func.to_tsquery(_CONFIGURATION, query)
    )
