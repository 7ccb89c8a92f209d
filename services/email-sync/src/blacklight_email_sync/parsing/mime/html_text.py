"""HTML to text that keeps lines, rows of tables and quotations apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree  # type: ignore[import-untyped]  # ships no types

_MAX_CHARACTERS = 600_000
_LONGEST_LABEL = 40

_SKIPPED = frozenset(
    {"head", "script", "style", "template", "title", "noscript", "object", "svg", "select"}
)
_LINE = frozenset(
    {"address", "article", "aside", "center", "dd", "div", "dt", "footer", "form", "header"}
    | {"hr", "li", "main", "nav", "pre", "section", "caption", "tr"}
)
_PARAGRAPH = frozenset(
    {"dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "table", "ul", "blockquote", "fieldset"}
)
_HIDDEN = re.compile(
    r"display\s?:\s?none|visibility\s?:\s?hidden|mso-hide\s?:\s?all|font-size\s?:\s?0(?:px|pt)?(?:;|$)",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")

# Marks that text of the mail cannot hold, until it is known what stands beside them.
_TAB, _LINE_MARK, _PARAGRAPH_MARK, _BULLET = "\ue000", "\ue001", "\ue002", "\ue003"
_MARKS = re.compile("[\ue000-\ue003]")
_BULLET_START = re.compile(f"{_BULLET}[ \n{_LINE_MARK}{_PARAGRAPH_MARK}]*")
_GAP = re.compile(f"[ \n{_LINE_MARK}{_PARAGRAPH_MARK}]+")


def html_to_text(html: str) -> str:
    """Convert HTML to text.

    Blocks become lines, paragraphs are separated by a blank line, the cells of a row by a tab,
    list items begin with "- ", quotations with "> ". What is hidden is left away.
    """
    # The parser stops at NUL and refuses text that declares an encoding of its own.
    data = (
        _MARKS.sub("", html[:_MAX_CHARACTERS]).replace("\0", "").encode("utf-8", errors="replace")
    )
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser) if data.strip() else None
    except etree.LxmlError:
        root = None
    if root is None:
        return re.sub(r"<[^<>]*>", " ", html[:_MAX_CHARACTERS])
    return _Writer().text_of(root)


@dataclass(slots=True)
class _Frame:
    """What is being written: the body, a row's cells, or one cell."""

    pieces: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)

    def text(self) -> str:
        text = _BULLET_START.sub("- ", "".join(self.pieces))
        return _GAP.sub(_gap, text).strip(" \n")


def _gap(match: re.Match[str]) -> str:
    """What stands for adjacent blocks and line breaks: as many line feeds as a browser shows."""
    gap = match[0].replace(" ", "")
    if not gap:
        return " "
    line_breaks = gap.count("\n")
    if _PARAGRAPH_MARK in gap or line_breaks > 1 or (gap[0] == _LINE_MARK and line_breaks):
        return "\n\n"
    return "\n"


class _Writer:
    def __init__(self) -> None:
        self._frames = [_Frame()]
        self._skipping: list[etree._Element] = []

    def text_of(self, root: etree._Element) -> str:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                self._start(element)
            else:
                self._end(element)
        while len(self._frames) > 1:
            self._close_cell()
        return self._frames[0].text().replace(_TAB, "\t")

    def _start(self, element: etree._Element) -> None:
        tag = element.tag
        if self._skipping:
            return
        if tag in _SKIPPED or _HIDDEN.search((element.get("style") or "")[:500]):
            self._skipping.append(element)
            return
        if tag in ("td", "th", "tr", "blockquote"):
            self._frames.append(_Frame())
        self._break_at(tag)
        if tag == "br":
            self._frames[-1].pieces.append("\n")
        elif tag == "li":
            self._frames[-1].pieces.append(_BULLET)
        self._write(element.text)

    def _end(self, element: etree._Element) -> None:
        if self._skipping:
            if self._skipping[-1] is element:
                self._skipping.pop()
                self._write(element.tail)
            return
        tag = element.tag
        if tag in ("td", "th"):
            self._close_cell()
        elif tag == "tr":
            self._close_row()
        elif tag == "blockquote":
            self._close_quotation()
        self._break_at(tag)
        self._write(element.tail)

    def _write(self, text: str | None) -> None:
        if text:
            self._frames[-1].pieces.append(_SPACE.sub(" ", text))

    def _break_at(self, tag: str) -> None:
        if tag in _PARAGRAPH:
            self._frames[-1].pieces.append(_PARAGRAPH_MARK)
        elif tag in _LINE:
            self._frames[-1].pieces.append(_LINE_MARK)

    def _close_cell(self) -> None:
        if len(self._frames) > 1:
            cell = self._frames.pop().text()
            if cell.strip():
                self._frames[-1].cells.append(cell.strip("\n"))

    def _close_row(self) -> None:
        if len(self._frames) > 1:
            row = self._frames.pop()
            stray = row.text()
            pieces = [_row(row.cells), stray] if stray.strip() else [_row(row.cells)]
            self._frames[-1].pieces.extend(pieces)

    def _close_quotation(self) -> None:
        if len(self._frames) > 1:
            lines = self._frames.pop().text().strip("\n").split("\n")
            quoted = "\n".join(f"> {line}".rstrip() for line in lines)
            self._frames[-1].pieces.append(f"{_LINE_MARK}{quoted}{_LINE_MARK}")


def _row(cells: list[str]) -> str:
    """The cells of a row: on one line, as a label and its text, or one below another."""
    if all("\n" not in cell for cell in cells):
        return _TAB.join(cells)
    label, *rest = cells
    squeezed = [re.sub(r"\n+", " ", cell) for cell in cells]
    if rest and "\n" not in label and len(label) <= _LONGEST_LABEL and len(rest) == 1:
        return f"{label.rstrip(': ')}:\n{rest[0]}"
    if all(len(cell) <= _LONGEST_LABEL * 3 for cell in squeezed):
        return _TAB.join(squeezed)
    return "\n".join(cells)
