"""Text of PDF files, read with PDFium."""

from collections.abc import Iterator
from threading import Lock

import pypdfium2  # type: ignore[import-untyped]
from pypdfium2 import raw as pdfium

from blacklight_matching.resume.documents.columns import Fragment, reading_order
from blacklight_matching.resume.documents.errors import (
    DocumentTooLargeError,
    EncryptedDocumentError,
    ScannedDocumentError,
    UnreadableDocumentError,
)
from blacklight_matching.resume.documents.limits import ExtractionLimits

_PDFIUM = Lock()
"""PDFium must not be entered by two threads at once."""

_FEWEST_LETTERS = 40
"""A CV with fewer is a scan with a stamp or a page number on it."""

_MOST_FRAGMENTS = 2_000
"""Of a page whose columns are looked for; finding the text of each takes time with their number."""


def read(content: bytes, limits: ExtractionLimits) -> tuple[str, int]:
    """Return the text of a PDF and its number of pages.

    Raises:
        EncryptedDocumentError: A password is needed.
        DocumentTooLargeError: Too many pages or characters.
        ScannedDocumentError: No text layer, or one without letters.
        UnreadableDocumentError: The file is broken.
    """
    with _PDFIUM:
        document = _open(content)
        try:
            page_count = len(document)
            if page_count > limits.pages:
                raise DocumentTooLargeError("pages", limits.pages)
            text = "\n\n".join(_pages(document, limits))
        except pypdfium2.PdfiumError as error:
            raise UnreadableDocumentError("the PDF file is broken") from error
        finally:
            document.close()
    if sum(map(str.isalpha, text)) < _FEWEST_LETTERS:
        raise ScannedDocumentError
    return text, page_count


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            raise EncryptedDocumentError from error
        raise UnreadableDocumentError("the PDF file is broken") from error


def _pages(document: pypdfium2.PdfDocument, limits: ExtractionLimits) -> Iterator[str]:
    characters = 0
    for page in document:
        text = _page_text(page)
        page.close()
        characters += len(text)
        if characters > limits.characters:
            raise DocumentTooLargeError("characters", limits.characters)
        yield text


def _page_text(page: pypdfium2.PdfPage) -> str:
    text_page = page.get_textpage()
    try:
        ordered = reading_order(_fragments(text_page))
        text: str = text_page.get_text_range() if ordered is None else ordered
        return text
    finally:
        text_page.close()


def _fragments(text_page: pypdfium2.PdfTextPage) -> list[Fragment]:
    count = text_page.count_rects()
    if count > _MOST_FRAGMENTS:
        return []
    boxes = [text_page.get_rect(index) for index in range(count)]
    return [
        Fragment(left, bottom, right, top, text_page.get_text_bounded(left, bottom, right, top))
        for left, bottom, right, top in boxes
    ]
