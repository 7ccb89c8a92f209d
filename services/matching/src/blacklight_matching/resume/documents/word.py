"""Text of Word files (DOCX): paragraphs, tables, text boxes, headers and footers."""

import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Footer, _Header

from blacklight_matching.resume.documents.errors import (
    DocumentTooLargeError,
    UnreadableDocumentError,
)
from blacklight_matching.resume.documents.limits import ExtractionLimits


def read(content: bytes, limits: ExtractionLimits) -> str:
    """Return the text of a Word file: headers, body, footers.

    Raises:
        DocumentTooLargeError: Unpacked it is larger than the limits; nothing was unpacked.
        UnreadableDocumentError: The file is broken.
    """
    _refuse_bombs(content, limits)
    try:
        document = docx.Document(BytesIO(content))
        return "\n".join(_document_lines(document))
    except (OpcError, SyntaxError, zipfile.BadZipFile, ValueError, KeyError) as error:
        raise UnreadableDocumentError("the Word file is broken") from error


def _refuse_bombs(content: bytes, limits: ExtractionLimits) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableDocumentError("the Word file is broken") from error
    if len(parts) > limits.parts:
        raise DocumentTooLargeError("parts", limits.parts)
    # A part is never read beyond the size it declares.
    if sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise DocumentTooLargeError("bytes when unpacked", limits.unpacked_bytes)


def _document_lines(document: Document) -> Iterator[str]:
    sections = list(document.sections)
    yield from _story_lines(
        s for section in sections for s in (section.first_page_header, section.header)
    )
    yield from _block_lines(document.element.body)
    yield from _story_lines(
        s for section in sections for s in (section.first_page_footer, section.footer)
    )


def _story_lines(stories: Iterable[_Header | _Footer]) -> Iterator[str]:
    """Lines of headers or footers, each once: sections often repeat those of the one before."""
    own = (story for story in stories if not story.is_linked_to_previous)
    yield from dict.fromkeys(line for story in own for line in _block_lines(story.part.element))


def _block_lines(block: BaseOxmlElement) -> Iterator[str]:
    for child in block.iterchildren():
        if child.tag == _PARAGRAPH:
            yield from _paragraph_lines(child)
        elif child.tag == _TABLE:
            for row in child.iterchildren(_ROW):
                yield from _row_lines(row)
        elif child.tag in _CONTAINERS:
            yield from _block_lines(child)


def _row_lines(row: BaseOxmlElement) -> Iterator[str]:
    """One line for a row of short cells; cells of a page layout one after the other."""
    cells = [list(_block_lines(cell)) for cell in row.iter(_CELL)]
    written = [[line for line in cell if line.strip()] for cell in cells]
    if all(len(lines) <= 1 for lines in written):
        yield "\t".join(line for lines in written for line in lines)
    else:
        for cell in cells:
            yield from cell


def _paragraph_lines(paragraph: BaseOxmlElement) -> Iterator[str]:
    text: list[str] = []
    boxes: list[BaseOxmlElement] = []
    _collect(paragraph, text, boxes)
    yield from "".join(text).split("\n")
    for box in boxes:
        yield from _block_lines(box)


def _collect(element: BaseOxmlElement, text: list[str], boxes: list[BaseOxmlElement]) -> None:
    """Gather the text of a paragraph and set its text boxes aside.

    What is there twice for old readers (``mc:Fallback``) and deleted text is left away.
    """
    for child in element.iterchildren():
        if child.tag == _TEXT:
            text.append(child.text or "")
        elif child.tag in _WHITESPACE:
            text.append(_WHITESPACE[child.tag])
        elif child.tag == _TEXT_BOX:
            boxes.append(child)
        elif child.tag not in _LEFT_AWAY:
            _collect(child, text, boxes)


_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_TEXT, _TEXT_BOX = qn("w:t"), qn("w:txbxContent")
_WHITESPACE = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_CONTAINERS = {qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins")}
_MARKUP_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_LEFT_AWAY = {f"{_MARKUP_COMPATIBILITY}Fallback", qn("w:pPr"), qn("w:rPr"), qn("w:del")}
