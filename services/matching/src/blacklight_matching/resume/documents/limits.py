"""How large a document may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtractionLimits:
    """What is more than any CV holds.

    Attributes:
        pages: Of a PDF.
        characters: Of the text.
        unpacked_bytes: Of all parts of a DOCX together; a zip bomb declares gigabytes.
        parts: Files within a DOCX.
    """

    pages: int = 100
    characters: int = 500_000
    unpacked_bytes: int = 64 * 1024 * 1024
    parts: int = 2_000
