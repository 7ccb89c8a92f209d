"""What kind of file an upload is, told by its bytes, never by its name."""

import zipfile
from enum import StrEnum
from io import BytesIO

_PDF_MAGIC = b"%PDF-"
_PDF_MAGIC_WITHIN_BYTES = 1024
"""Readers accept rubbish of this length before the header (ISO 32000-1, Annex H, note 13)."""

_ZIP_MAGIC = b"PK\x03\x04"
_DOCX_MAIN_PART = "word/document.xml"
_RTF_MAGIC = b"{\\rtf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NOT_IN_TEXT = bytes([*(code for code in range(0x20) if code not in b"\t\n\v\f\r"), 0x7F])


class DocumentFormat(StrEnum):
    """The file formats a CV may have."""

    PDF = "pdf"
    DOCX = "docx"
    TXT = "txt"

    @property
    def content_type(self) -> str:
        """The media type to store and to serve the file with."""
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {
    DocumentFormat.PDF: "application/pdf",
    DocumentFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    DocumentFormat.TXT: "text/plain",
}


def sniff_document(content: bytes) -> DocumentFormat | None:
    """Tell the format of a file.

    Args:
        content: The whole file; a Word file is recognised by a directory at its end.

    Returns:
        The format, or None for an empty file and for everything else. Old Word files (.doc),
        encrypted Word files and RTF are among everything else.
    """
    if content.startswith(_ZIP_MAGIC):
        return DocumentFormat.DOCX if _is_docx(content) else None
    if _PDF_MAGIC in content[:_PDF_MAGIC_WITHIN_BYTES]:
        return DocumentFormat.PDF
    return DocumentFormat.TXT if _is_text(content) else None


def _is_docx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _DOCX_MAIN_PART in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def _is_text(content: bytes) -> bool:
    if not content or content.startswith(_RTF_MAGIC):
        return False
    if content.startswith(_UTF_16_MARKS):
        return _decodes_as_utf_16(content)
    return len(content.translate(None, _NOT_IN_TEXT)) == len(content)


def _decodes_as_utf_16(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-16")
    except UnicodeDecodeError:
        return False
