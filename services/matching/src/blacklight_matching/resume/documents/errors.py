"""Why a document has no text; the messages are for the person who uploaded it."""


class DocumentError(ValueError):
    """The text of a document cannot be had; trying again changes nothing."""


class UnsupportedDocumentError(DocumentError):
    """The file is neither PDF nor DOCX nor plain text."""

    def __init__(self) -> None:
        super().__init__(
            "the file is not a PDF, DOCX or plain text document"
            " (old Word files and password-protected Word files cannot be read)"
        )


class UnreadableDocumentError(DocumentError):
    """The file is broken or holds no text."""


class EncryptedDocumentError(DocumentError):
    """The file needs a password."""

    def __init__(self) -> None:
        super().__init__("the document is protected by a password; upload it without one")


class ScannedDocumentError(DocumentError):
    """The pages are pictures of text."""

    def __init__(self) -> None:
        super().__init__(
            "the document has no readable text layer: it is a scan, or its fonts hide their"
            " letters; upload a PDF or Word file in which text can be selected"
        )


class DocumentTooLargeError(DocumentError):
    """The document holds more than a CV does."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"the document has more than {limit:,} {what}")
