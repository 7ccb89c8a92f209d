"""What can be wrong with an import as a whole; single rows have ``RowProblem``."""

from __future__ import annotations


class ImportFileError(ValueError):
    """A file that cannot be read, or options that do not fit it; nothing was imported.

    Attributes:
        field: The part of the request at fault: ``body`` or ``column_mapping``.
        message: What is allowed; never a value.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class ImportConflictError(Exception):
    """The batch key was used for another import."""
