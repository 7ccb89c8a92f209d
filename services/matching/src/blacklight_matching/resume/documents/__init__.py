"""From the bytes of a CV to its text."""

from blacklight_matching.resume.documents.errors import (
    DocumentError,
    DocumentTooLargeError,
    EncryptedDocumentError,
    ScannedDocumentError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
)
from blacklight_matching.resume.documents.extraction import (
    ExtractedText,
    extract_text,
)
from blacklight_matching.resume.documents.limits import ExtractionLimits

__all__ = [
    "DocumentError",
    "DocumentTooLargeError",
    "EncryptedDocumentError",
    "ExtractedText",
    "ExtractionLimits",
    "ScannedDocumentError",
    "UnreadableDocumentError",
    "UnsupportedDocumentError",
    "extract_text",
]
