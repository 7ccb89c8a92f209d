"""Plain text in whatever character set it was saved."""

from charset_normalizer import from_bytes

from blacklight_matching.resume.documents.errors import UnreadableDocumentError


def read(content: bytes) -> str:
    """Decode a text file: UTF-8 or UTF-16 if it is, else the likeliest character set.

    Raises:
        UnreadableDocumentError: No character set fits.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(content).best()
    if best is None:
        raise UnreadableDocumentError("the character set of the text file is unknown")
    return str(best)
