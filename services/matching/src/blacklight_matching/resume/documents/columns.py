"""Reading order of two-column pages whose file stores them line by line across both columns."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

_FEWEST_LINES = 5
"""A column has more lines than the heading of a job with its date at the right margin."""

_ALIGNED_WITHIN_POINTS = 2.0
_SAME_LINE_WITHIN = 0.5
"""Of a line's height."""

_FEW_SWITCHES = 4
_MOST_DATED = 0.4
_YEAR = re.compile(r"(?:19|20)\d\d")


class Fragment(NamedTuple):
    """A piece of a line of text; edges in points, measured from the lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    text: str


def reading_order(fragments: Sequence[Fragment]) -> str | None:
    """Put the text of a page with two columns in order: what is above them, left, right.

    Args:
        fragments: The page's text in the order of the file.

    Returns:
        The text, or None when the order of the file is good already: there is one column, the
        columns stand one after the other, or the narrow one only dates the lines of the other.
    """
    printed = [fragment for fragment in fragments if fragment.text.strip()]
    for edge in _column_edges(printed):
        above, left, right = _split(printed, edge)
        if min(len(left), len(right)) < _FEWEST_LINES or len(above) > len(left) + len(right):
            continue
        if _switches(printed, edge) <= _FEW_SWITCHES or _mostly_dated(left, right):
            return None
        return "\n".join(_lines(above) + _lines(left) + _lines(right))
    return None


def _column_edges(fragments: Sequence[Fragment]) -> list[float]:
    """Where several lines start that are not at the left margin, the commonest first."""
    starts = Counter(round(f.left / _ALIGNED_WITHIN_POINTS) for f in fragments)
    margin = min(starts, default=0)
    return [
        start * _ALIGNED_WITHIN_POINTS
        for start, count in starts.most_common()
        if count >= _FEWEST_LINES and start > margin
    ]


def _split(
    fragments: Sequence[Fragment], edge: float
) -> tuple[list[Fragment], list[Fragment], list[Fragment]]:
    """What lies above the columns, the left one, the right one.

    The columns begin below the lowest fragment that reaches across the edge.
    """
    border = edge - _ALIGNED_WITHIN_POINTS
    across = [f.bottom for f in fragments if f.left < border < f.right]
    columns_top = min(across, default=float("inf"))
    above = [f for f in fragments if f.bottom >= columns_top]
    below = [f for f in fragments if f.bottom < columns_top]
    left = [f for f in below if f.left < border]
    right = [f for f in below if f.left >= border]
    return above, left, right


def _switches(fragments: Sequence[Fragment], edge: float) -> int:
    sides = [f.left < edge - _ALIGNED_WITHIN_POINTS for f in fragments]
    return sum(a != b for a, b in pairwise(sides))


def _mostly_dated(left: Sequence[Fragment], right: Sequence[Fragment]) -> bool:
    narrow = min(left, right, key=lambda column: sum(len(f.text) for f in column))
    dated = sum(_YEAR.search(f.text) is not None for f in narrow)
    return dated >= _MOST_DATED * len(narrow)


def _lines(fragments: Sequence[Fragment]) -> list[str]:
    """Fragments from top to bottom, those at one height joined to a line."""
    numbered: list[tuple[int, Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: -f.bottom):
        if numbered:
            number, last = numbered[-1]
            same = last.bottom - fragment.bottom < _SAME_LINE_WITHIN * (last.top - last.bottom)
            numbered.append((number if same else number + 1, fragment))
        else:
            numbered.append((0, fragment))
    return [
        "  ".join(f.text.strip() for _, f in sorted(line, key=lambda entry: entry[1].left))
        for _, line in groupby(numbered, key=lambda entry: entry[0])
    ]
