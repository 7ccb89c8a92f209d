"""Cuts a text that holds several jobs into one piece for each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from blacklight_email_sync.parsing.rules.label_names import Field
from blacklight_email_sync.parsing.rules.labels import (
    Labelled,
    cells_of,
    field_of,
    find_labelled,
    is_header_row,
)
from blacklight_email_sync.parsing.rules.pay import pay_in_text
from blacklight_email_sync.parsing.rules.places import cities_in, is_known, mode_of
from blacklight_email_sync.parsing.rules.terms import duration_in_subject, stated_types
from blacklight_email_sync.parsing.rules.titles import labelled_title, line_title
from blacklight_email_sync.parsing.rules.written_amounts import names_money

MOST_POSTINGS = 40
_LONGEST_ITEM = 250
_LONGEST_HEADING, _LONGEST_SHARED, _LONGEST_BEHIND = 90, 2_000, 600
_HEAD_LINE = re.compile(r"(?P<title>[^|,–—\n]{3,60}?)\s?(?:[-–—|]|,) ?[A-Z][\w'’. ]{2,30}")
_NUMBER_BEFORE = re.compile(r"^#?[A-Z]{0,6}[-_ #]?\d{3,}[\w-]*\s*(?:\||\s-|:|\t)\s*")
"""Of the requirement, before its title: "REQ-90112 | Financial Analyst"."""
_MOST_TITLE_WORDS, _MOST_POSTINGS_BEHIND, _FEWEST_CELLS = 7, 3, 3

_ITEM = re.compile(
    r"^[\s>*]{0,6}(?P<mark>(?:position|role|job|req(?:uirement)?"
    r"|opening)\s*#?\s*\d{1,2}\s*[:.)–—-]*"
    r"|\(?\d{1,2}\s?[.):]|#\s?\d{1,2}[.):]?|[-•*●▪►➢✓–]{1,2})\s*(?P<text>\S.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a text that is about one job.

    Attributes:
        text: Of the job.
        labelled: Its labelled values; those that hold for all jobs of the mail come last.
        title: Where the cut itself tells it, else "".
        heading: The line that stands for the mail's subject where there are several jobs.
        shared_text: What stands before the first job and holds for all of them.
    """

    text: str
    labelled: list[Labelled] = field(default_factory=list)
    title: str = ""
    heading: str = ""
    shared_text: str = ""


def segments_of(text: str) -> list[Segment]:
    """Cut a text into its jobs; one segment where it has only one, or none."""
    labelled = find_labelled(text)
    for cut in (_rows, _labelled_blocks, _headed_blocks, _items):
        segments = cut(text, labelled)
        if len(segments) > 1 or (segments and cut is _rows):
            return [_with_near_text(segment) for segment in segments[:MOST_POSTINGS]]
    return [Segment(text, labelled)]


def _with_near_text(segment: Segment) -> Segment:
    """A segment with the nearest of what holds for all jobs, which is read again for each."""
    return replace(segment, shared_text=segment.shared_text[-_LONGEST_SHARED:])


def _rows(text: str, _labelled: Sequence[Labelled]) -> list[Segment]:
    """The rows of a table of jobs, whose head names a title among other fields."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not is_header_row(line):
            continue
        fields = [field_of(cell) for cell in cells_of(line)]
        if Field.TITLE in fields:
            rows = list(_rows_of_table(cells_of(line), lines[number + 1 :]))
            behind = "\n".join(lines[number + 1 + len(rows) :]).strip()[:_LONGEST_BEHIND]
            before = "\n".join(lines[:number])
            segments = list(_segments_of_rows(line, rows, f"{before}\n{behind}".strip()))
            if segments:
                return segments
    return []


def _rows_of_table(names: Sequence[str], lines: Sequence[str]) -> Iterator[list[str]]:
    """The cells of the lines below a head, up to one that is no row; empty ones are none."""
    for line in lines:
        cells = cells_of(line)
        is_row = max(2, len(names) - 1) <= len(cells) <= len(names)
        if line.strip() and not is_row:
            return
        yield cells if is_row else []


def _segments_of_rows(
    head: str, rows: Sequence[Sequence[str]], shared_text: str
) -> Iterator[Segment]:
    names = cells_of(head)
    shared = find_labelled(shared_text)
    for cells in filter(None, rows):
        written = "\n".join(
            f"{name}: {cell}" for name, cell in zip(names, cells, strict=False) if cell
        )
        labelled = find_labelled(written)
        title = next((item.value for item in labelled if item.field is Field.TITLE), "")
        if title:
            yield Segment(
                written, [*labelled, *shared], labelled_title(title), shared_text=shared_text
            )


def _labelled_blocks(text: str, labelled: Sequence[Labelled]) -> list[Segment]:
    """Blocks that each begin with the same label of a title."""
    titles = [
        item
        for item in labelled
        if item.field is Field.TITLE and item.value and labelled_title(item.value)
    ]
    openers = [item for item in titles if item.label == titles[0].label and item.opens_line]
    if len({labelled_title(item.value).casefold() for item in openers}) < 2:
        same_places = len({_block_key(text, item) for item in openers})
        if same_places < 2:
            return []
    starts = [_start_of_block(text, labelled, item) for item in openers]
    before = text[: starts[0]].strip()
    shared = find_labelled(before)
    ends = [*starts[1:], len(text)]
    segments = []
    for opener, start, end in zip(openers, starts, ends, strict=True):
        block = text[start:end].strip()
        segments.append(
            Segment(
                block,
                [*find_labelled(block), *shared],
                labelled_title(opener.value),
                opener.value,
                before,
            )
        )
    return segments


def _headed_blocks(text: str, labelled: Sequence[Labelled]) -> list[Segment]:
    """Blocks that each begin with a title on a line of its own, above labelled values."""
    lines = text.split("\n")
    offsets = list(accumulate((len(line) + 1 for line in lines), initial=0))
    above = {bisect_left(offsets, item.start + 1) - 2 for item in labelled if item.opens_line}
    heads = [number for number in sorted(above) if number >= 0 and _is_heading(lines[number])]
    if len(heads) < 2:
        return []
    before = "\n".join(lines[: heads[0]]).strip()
    shared = find_labelled(before)
    segments = []
    for head, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        block = "\n".join(lines[head:end]).strip()
        title = labelled_title(_without_number(lines[head]))
        segments.append(
            Segment(block, [*find_labelled(block), *shared], title, lines[head], before)
        )
    return segments


def _is_heading(line: str) -> bool:
    """Whether a line is a title and nothing else, but for its number: "REQ 2: Epic Analyst"."""
    line = _without_number(line)
    title = line_title(line) if len(line) <= _LONGEST_HEADING else ""
    return bool(title) and _letters(title) == _letters(line)


def _without_number(line: str) -> str:
    match = _ITEM.match(line[:_LONGEST_ITEM])
    return match["text"] if match else line


def _block_key(text: str, item: Labelled) -> str:
    """What tells one block from another that has the same title: the text that follows it."""
    return text[item.value_end : item.value_end + _LONGEST_ITEM].strip().casefold()


def _start_of_block(text: str, labelled: Sequence[Labelled], opener: Labelled) -> int:
    """Where a block begins: with its title, or the number of the requirement just before it."""
    index = bisect_left(labelled, opener.start, key=lambda item: item.start)
    before = labelled[index - 1] if index else None
    first = opener
    if before is not None and before.field is Field.REFERENCE and before.opens_line:
        between = text[before.value_end : opener.start]
        if not between.strip(" \n\t*-_=#>") and "\n\n\n" not in between:
            first = before
    return text.rfind("\n", 0, first.start) + 1


def _items(text: str, _labelled: Sequence[Labelled]) -> list[Segment]:
    """The items of a list, each with a title and something else that jobs have."""
    lines = text.split("\n")
    found = [
        (number, title)
        for number, line in enumerate(lines)
        if (title := _title_of_item(line) or _title_of_paragraph(lines, number))
    ]
    if len(found) < 2:
        return []
    found = _with_siblings(lines, found)
    before = "\n".join(lines[: found[0][0]]).strip()
    ends = [*(number for number, _ in found[1:]), len(lines)]
    behind = _behind_gap(lines[found[-1][0] :])
    before = f"{before}\n{behind}".strip()
    shared = find_labelled(before)
    segments = []
    for (number, title), end in zip(found, ends, strict=True):
        block = "\n".join(_up_to_gap(lines[number:end], is_last=end == len(lines))).strip()
        segments.append(
            Segment(block, [*find_labelled(block), *shared], title, lines[number], before)
        )
    return segments


def _with_siblings(lines: Sequence[str], found: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Items that look like those around them, with titles of unknown words: "Pega LSA | Remote"."""
    marks = {match["mark"] for number, _ in found if (match := _ITEM.match(lines[number]))}
    titles = dict(found)
    if not marks:
        return _with_rows(lines, titles)
    for number in range(found[0][0], min(found[-1][0] + _MOST_POSTINGS_BEHIND, len(lines))):
        match = _ITEM.match(lines[number][:_LONGEST_ITEM])
        if number in titles or match is None or match["mark"][:1] not in _first(marks):
            continue
        first, *others = re.split(r"\s[-–—|]+\s|\t|//|\||,", match["text"])
        is_short = first[:1].isupper() and len(first.split()) < _MOST_TITLE_WORDS
        if others and is_short and _has_terms(match["text"][len(first) :]):
            titles[number] = first.strip()
    return sorted(titles.items())


def _with_rows(lines: Sequence[str], titles: dict[int, str]) -> list[tuple[int, str]]:
    """The lines between those with titles that are cut alike: "Order Selector | Reno, NV | $20"."""
    for number in range(min(titles), max(titles)):
        pieces = cells_of(lines[number][:_LONGEST_ITEM])
        is_alike = len(pieces) == len(cells_of(lines[min(titles)]))
        if number in titles or not is_alike or len(pieces) < _FEWEST_CELLS:
            continue
        if len(pieces[0].split()) < _MOST_TITLE_WORDS and _has_terms(" | ".join(pieces[1:])):
            titles[number] = pieces[0]
    return sorted(titles.items())


def _first(marks: set[str]) -> set[str]:
    """The first characters of bullets; those of numbers are any digit."""
    kinds = {mark[:1] for mark in marks}
    return kinds | set("0123456789") if any(kind.isdigit() for kind in kinds) else kinds


def _title_of_item(line: str) -> str:
    match = _ITEM.match(line[:_LONGEST_ITEM])
    item = _NUMBER_BEFORE.sub("", match["text"] if match else line[:_LONGEST_ITEM].strip())
    if not item or len(line) > _LONGEST_ITEM:
        return ""
    if match is None and not re.search(r"\s[-–—|]+\s|\t|//|,", item):
        return ""
    title = line_title(item)
    if not title or not _letters(item).startswith(_letters(title)[:8]):
        return ""
    if item.endswith(".") and item[len(title) :][:1] not in (",", ":", "|"):
        return ""
    return title if _has_terms(item[len(title) :]) else ""


def _title_of_paragraph(lines: Sequence[str], number: int) -> str:
    """The title in a line above a paragraph, with a name behind it: "Accountant - Athlone"."""
    above = lines[number - 1].strip() if number else ""
    below = lines[number + 1].strip() if number + 1 < len(lines) else ""
    match = _HEAD_LINE.fullmatch(lines[number].strip()) if not above and below else None
    title = line_title(match["title"]) if match else ""
    return title if match and _letters(title) == _letters(match["title"]) else ""


def _letters(text: str) -> str:
    """Without signs: titles drop the dot of "Sr."."""
    return re.sub(r"\W", "", text.casefold())


def _has_terms(rest: str) -> bool:
    """Whether the rest of an item names a place, a type, a duration or a pay."""
    return bool(
        cities_in(rest)
        or mode_of(rest)
        or stated_types(rest)
        or duration_in_subject(rest)
        or pay_in_text(rest, rest)
        or names_money(rest)
        or any(is_known(piece.strip()) for piece in re.split(r"[-–—|,()/\t]+", rest))
    )


def _behind_gap(lines: Sequence[str]) -> str:
    """What follows the list: like what stands before it, it holds for all of its jobs."""
    gap = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return "\n".join(lines[gap:]).strip()[:_LONGEST_BEHIND]


def _up_to_gap(lines: Sequence[str], *, is_last: bool) -> Iterator[str]:
    """The lines of an item; those of the last end at a blank line, where the mail's end begins."""
    for number, line in enumerate(lines):
        if is_last and number and not line.strip():
            return
        yield line
