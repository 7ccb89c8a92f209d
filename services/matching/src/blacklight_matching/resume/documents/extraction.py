"""Text from a file whose format is told by its bytes."""

import re
import unicodedata
from dataclasses import dataclass

from blacklight_shared.documents import DocumentFormat, sniff_document

from blacklight_matching.resume.documents import pdf, plain, word
from blacklight_matching.resume.documents.errors import (
    DocumentTooLargeError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
)
from blacklight_matching.resume.documents.limits import ExtractionLimits


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text of a document, normalised.

    Attributes:
        text: Unicode NFKC; lines end with a line feed; no control characters but tab.
        pages: How many pages; None where the format has none.
        format: What the file is.
    """

    text: str
    pages: int | None
    format: DocumentFormat


DEFAULT_LIMITS = ExtractionLimits()


def extract_text(content: bytes, limits: ExtractionLimits = DEFAULT_LIMITS) -> ExtractedText:
    """Extract the text of a PDF, DOCX or plain text file.

    Args:
        content: The whole file.
        limits: What is too much; checked before the work is done where the format allows.

    Raises:
        UnsupportedDocumentError: Another kind of file.
        EncryptedDocumentError: A password is needed.
        ScannedDocumentError: A PDF without text layer.
        DocumentTooLargeError: A limit is exceeded.
        UnreadableDocumentError: The file is broken or holds no text.
    """
    file_format = sniff_document(content)
    pages: int | None = None
    match file_format:
        case DocumentFormat.PDF:
            raw, pages = pdf.read(content, limits)
        case DocumentFormat.DOCX:
            raw = word.read(content, limits)
        case DocumentFormat.TXT:
            raw = plain.read(content)
        case None:
            raise UnsupportedDocumentError
    if len(raw) > limits.characters:
        raise DocumentTooLargeError("characters", limits.characters)
    text = normalise_text(raw)
    if not text:
        raise UnreadableDocumentError("the document holds no text")
    return ExtractedText(text=text, pages=pages, format=file_format)


def normalise_text(raw: str) -> str:
    """Bring extracted text into one form: NFKC, line feeds, no control characters, no noise.

    Wide gaps within a line stay: they separate columns.
    """
    text = _LINE_BREAK.sub("\n", raw)
    text = _HYPHENATION.sub("", text)
    text = unicodedata.normalize("NFKC", text)
    text = _INVISIBLE.sub("", text)
    text = _STRAY_GLYPH.sub("•", text)
    text = _SPACE_AT_LINE_END.sub("\n", text)
    return _BLANK_LINES.sub("\n\n", text).strip()


_LINE_BREAK = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
# PDFium marks a hyphen that only divides a word at the end of a line.
_HYPHENATION = re.compile(r"[\x02\ufffe]\n?|\u00ad\n?")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
# Private-use code points are mostly bullets of symbol fonts.
_STRAY_GLYPH = re.compile(r"[\ue000-\uf8ff\ufffd]")
_SPACE_AT_LINE_END = re.compile(r"[^\S\n]{1,1000}\n")
_BLANK_LINES = re.compile(r"\n{3,}")
