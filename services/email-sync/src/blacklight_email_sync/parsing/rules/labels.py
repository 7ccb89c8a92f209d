"""Finds labelled values: "Location: Dallas, TX", cells of tables, several labels on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from blacklight_email_sync.parsing.rules.label_names import FIELDS_BY_LABEL, Field

_LONGEST_LINE, _LONGEST_LABEL, _MOST_SEPARATORS = 600, 90, 60
_FEWEST_CELLS, _MOST_UNKNOWN, _LONGEST_HEAD = 2, 2, 40
"""Of a head of a table: "S.No" and the like are no labels."""
_MOST_WORDS = 6

# Behind a label in the middle of a line there is a colon; at its start a dash or a tab will do.
_SEPARATOR = re.compile(
    r"(?P<colon>[*_ ]{0,4}(?::|：|\?)[-–:*_ \t]{0,4})"
    r"|(?P<weak>[*_ ]{0,4}(?:\t| [-–—=|>]{1,2} ?|[-–—=|]{1,2} |=)[*_ \t]{0,4})"
)
_LEAD = re.compile(r"^[\s>*_•●▪◦■►➢✓#o·–—-]{0,12}(?:\(?\d{1,2}[.)]\s{0,3})?[\s*_]{0,4}(?=\S)")
_CELL_BREAK = re.compile(r"\t|\s\|\s|\|")
_WORD = re.compile(r"[^\s:]+")
_BRACKETS = re.compile(r"\([^()]{0,60}\)|\[[^\[\]]{0,60}\]")
_JUNK = re.compile(r"[^\w/&' ]+|_+")
_NUMBER = re.compile(r" \d{1,2}$")
_CODE = re.compile(r"#?(?:[A-Z]{1,6}[-_ ]?)?\d[\d-]{3,15}")
_TRAILING = " \t*_|;•~"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label and its value.

    Attributes:
        field: What the label names.
        label: The label, folded.
        value: On the label's line, or the next line where its own is empty.
        start: Offset of the line or of the label within it.
        value_end: Offset behind the value.
        opens_line: Nothing but bullets stands before the label.
    """

    field: Field
    label: str
    value: str
    start: int
    value_end: int
    opens_line: bool


def find_labelled(text: str) -> list[Labelled]:
    """Find the labelled values of a text, in order."""
    found: list[Labelled] = []
    lines = text.split("\n")
    offset = 0
    for number, line in enumerate(lines):
        marks = list(_marks(line[:_LONGEST_LINE]))
        for index, mark in enumerate(marks):
            end = marks[index + 1].start if index + 1 < len(marks) else len(line)
            value = line[mark.value_start : end].strip(_TRAILING).rstrip(" ,-/")
            value_end = offset + end
            if not value and index + 1 == len(marks):
                value, skipped = _next_line(lines, number)
                value_end += skipped
            field = mark.field
            if field is Field.TITLE and _CODE.fullmatch(value):  # "Job #: HM-20871"
                field = Field.REFERENCE
            found.append(
                Labelled(field, mark.label, value, offset + mark.start, value_end, mark.opens_line)
            )
        offset += len(line) + 1
    return found


def fold_label(text: str) -> str:
    """A label in the form of the vocabulary: lower case, without brackets and signs."""
    plain = _JUNK.sub(" ", _BRACKETS.sub(" ", text.replace("’", "'")).casefold())
    return _NUMBER.sub("", " ".join(plain.replace(" / ", "/").split()))


def field_of(label: str) -> Field | None:
    """What a label names, None for other words."""
    folded = fold_label(label)
    if (field := FIELDS_BY_LABEL.get(folded)) is not None or "/" not in folded:
        return field
    # "Skill / Role": where one of several words names the title, it is what matters.
    fields = [FIELDS_BY_LABEL.get(part.strip()) for part in folded.split("/")]
    named = [part for part in fields if part is not None]
    return (
        next((part for part in named if part is Field.TITLE), None)
        if len(named) == len(fields)
        else None
    )


def is_header_row(line: str) -> bool:
    """Tell whether a line is the head of a table of jobs: cells that are labels, nearly all."""
    cells = cells_of(line)
    if len(cells) < _FEWEST_CELLS or any(len(cell) > _LONGEST_HEAD for cell in cells):
        return False
    known = [field for cell in cells if (field := field_of(cell)) is not None]
    if len(known) == len(cells):
        return True
    return len(known) >= max(_FEWEST_CELLS, len(cells) - _MOST_UNKNOWN) and Field.TITLE in known


def cells_of(line: str) -> list[str]:
    """The cells of a row; one where the line is none."""
    return [cell.strip() for cell in _CELL_BREAK.split(line.strip().strip("|"))]


@dataclass(frozen=True, slots=True)
class _Mark:
    field: Field
    label: str
    start: int
    value_start: int
    opens_line: bool


def _marks(line: str) -> Iterator[_Mark]:
    lead = _LEAD.match(line)
    begin = lead.end() if lead else 0
    if not line[begin:].strip():
        return
    if is_header_row(line[:_LONGEST_LINE]):
        return
    reach = begin
    whole = line[begin:].rstrip(_TRAILING + ":")
    is_bare = ":" not in whole and _SEPARATOR.search(whole) is None
    if is_bare and (bare := field_of(whole)) is not None:
        yield _Mark(bare, fold_label(whole), begin, len(line), opens_line=True)
        return
    for separator in islice(_SEPARATOR.finditer(line, begin), _MOST_SEPARATORS):
        if separator.start() < reach:
            continue
        mark = _label_before(line, begin, reach, separator)
        if mark is not None:
            yield mark
            reach = mark.value_start
        elif separator["weak"] and reach == begin:
            # Only the first part of a line may be a label without a colon.
            reach = max(reach, begin) if separator["weak"].strip() == "" else reach


def _label_before(line: str, begin: int, reach: int, separator: re.Match[str]) -> _Mark | None:
    """The longest label that ends at a separator."""
    if reach == begin and separator.start() - begin <= _LONGEST_LABEL:
        whole = line[begin : separator.start()]
        if (field := field_of(whole)) is not None:
            return _Mark(field, fold_label(whole), begin, separator.end(), opens_line=True)
    if not separator["colon"]:
        return None
    reach = max(reach, separator.start() - _LONGEST_LABEL)
    before = line[reach : separator.start()]
    words = list(_WORD.finditer(before))[-_MOST_WORDS:]
    for word in words:
        candidate = before[word.start() :]
        field = field_of(candidate)
        if field is not None and _may_start(before, word.start()):
            start = reach + word.start()
            return _Mark(field, fold_label(candidate), start, separator.end(), opens_line=False)
    return None


def _may_start(before: str, start: int) -> bool:
    """Within a line, a label begins with a capital or behind a delimiter."""
    first = before[start:].lstrip("*_")[:1]
    return first.isupper() or before[:start].rstrip(" ")[-1:] in ("|", ";", ",", "•", "/", "\t")


def _next_line(lines: list[str], number: int) -> tuple[str, int]:
    """The value below a label that stands alone, and how many characters it lies behind."""
    skipped = 0
    for line in lines[number + 1 : number + 3]:
        skipped += len(line) + 1
        if line.strip():
            if next(_marks(line[:_LONGEST_LINE]), None) is not None:
                break
            return line.strip().lstrip("-•*▪● ").strip(), skipped
    return "", 0
