"""Reading the rows of an import file, one after the other, in bounded memory.

A file is received whole before a row of it is imported: an upload that breaks off, or that is
malformed at its end, then changes nothing.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any

import ijson  # type: ignore[import-untyped]  # ships without types
import orjson

from blacklight_shared.job_imports.columns import ColumnMapping, map_columns
from blacklight_shared.job_imports.errors import ImportFileError
from blacklight_shared.models import FileFormat

MAX_ROWS = 100_000
MAX_FIELD_CHARACTERS = 1_000_000
_FIRST_BYTES = 4_096
_DELIMITERS = ",;\t"
"""What separates the cells of CSV: comma, or what spreadsheets write where that is in numbers."""

csv.field_size_limit(MAX_FIELD_CHARACTERS)


FORMAT_OF_MEDIA_TYPE = {
    "application/csv": FileFormat.CSV,
    "application/json": FileFormat.JSON,
    "application/jsonl": FileFormat.JSON_LINES,
    "application/jsonlines": FileFormat.JSON_LINES,
    "application/x-ndjson": FileFormat.JSON_LINES,
    "text/csv": FileFormat.CSV,
}


_DEFAULT_ENCODING = "utf-8-sig"
"""UTF-8, with or without the mark that spreadsheets put first."""


def text_encoding(file_format: FileFormat, charset: str | None) -> str:
    """The encoding to read a file with; JSON is UTF-8 whatever the sender says (RFC 8259).

    Args:
        file_format: How the rows are written.
        charset: Of the ``Content-Type``.

    Raises:
        LookupError: There is no such charset.
    """
    if file_format is not FileFormat.CSV or charset in {None, "utf-8", "utf8"}:
        return _DEFAULT_ENCODING
    return codecs.lookup(charset).name


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row as the file has it.

    Attributes:
        line: Of the file, from 1; for a JSON list the number of the element.
        values: By field of a posting; None when the row is no object.
    """

    line: int
    values: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A received file.

    Args:
        content: Open for reading bytes; seekable.
        format: How the rows are written.
        encoding: Of the text.
        column_mapping: What the client says about columns.
    """

    content: IO[bytes]
    format: FileFormat
    encoding: str
    column_mapping: ColumnMapping

    def check(self) -> int:
        """Read the file once, to the end.

        Returns:
            The number of rows.

        Raises:
            ImportFileError: The file is malformed, empty, or has more than ``MAX_ROWS`` rows.
        """
        count = 0
        for count, _row in enumerate(self.rows(), start=1):
            if count > MAX_ROWS:
                raise ImportFileError("body", f"A file may hold at most {MAX_ROWS:,} postings.")
        if count == 0:
            raise ImportFileError("body", "The file holds no postings.")
        return count

    def rows(self) -> Iterator[FileRow]:
        """All rows, from the beginning.

        Raises:
            ImportFileError: The file is malformed; the message says where.
        """
        if self.format is FileFormat.CSV:
            yield from self._csv_rows()
        else:
            yield from (FileRow(line, self._fields(value)) for line, value in self.json_values())

    def csv_lines(self) -> Iterator[tuple[int, list[str]]]:
        """The lines of a CSV file with their numbers, the column names first; empty ones left out.

        Raises:
            ImportFileError: The file is malformed; the message says where.
        """
        delimiter = self._delimiter()
        self.content.seek(0)
        text = io.TextIOWrapper(self.content, encoding=self.encoding, newline="")
        try:
            reader = csv.reader(text, delimiter=delimiter)
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
        except csv.Error as error:
            raise ImportFileError("body", f"Line {reader.line_num} is not CSV: {error}.") from None
        except UnicodeDecodeError:
            raise ImportFileError(
                "body", f"The text is not {self.encoding}; name its charset in Content-Type."
            ) from None
        finally:
            # A reader that stopped early is closed when it is collected: after its file, perhaps.
            if not self.content.closed:
                text.detach()

    def _delimiter(self) -> str:
        """That which cuts the line of column names into most; the comma if none does."""
        self.content.seek(0)
        beginning = self.content.read(_FIRST_BYTES).decode(self.encoding, "ignore")
        header = next((line for line in beginning.splitlines() if line.strip()), "")
        return max(
            _DELIMITERS,
            key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])),
        )

    def json_values(self) -> Iterator[tuple[int, object]]:
        """The elements of a JSON file with their numbers, or the lines of JSON Lines with theirs.

        Raises:
            ImportFileError: The file is malformed.
        """
        self.content.seek(0)
        return self._json_lines() if self.format is FileFormat.JSON_LINES else self._json_list()

    def _csv_rows(self) -> Iterator[FileRow]:
        lines = self.csv_lines()
        _line, header = next(lines, (0, []))
        columns = map_columns(header, self.column_mapping)
        if "title" not in columns:
            raise ImportFileError(
                "body", "The first line must name the columns, one of them `title`."
            )
        positions = {field: header.index(column) for field, column in columns.items()}
        for line, cells in lines:
            values = {
                field: cells[position]
                for field, position in positions.items()
                if position < len(cells)
            }
            yield FileRow(line, values)

    def _json_lines(self) -> Iterator[tuple[int, object]]:
        for line, text in enumerate(self.content, start=1):
            if not text.strip():
                continue
            try:
                value = orjson.loads(text)
            except orjson.JSONDecodeError:
                value = None
            yield line, value

    def _json_list(self) -> Iterator[tuple[int, object]]:
        beginning = self.content.read(_FIRST_BYTES).lstrip()
        self.content.seek(0)
        path = "item" if beginning.startswith(b"[") else "jobs.item"
        try:
            yield from enumerate(ijson.items(self.content, path), start=1)
        except (ijson.JSONError, UnicodeDecodeError):
            raise ImportFileError(
                "body",
                "The file must be a JSON list of postings, or an object that has one as `jobs`.",
            ) from None

    def _fields(self, value: object) -> Mapping[str, Any] | None:
        if not isinstance(value, dict):
            return None
        columns = _columns_of_object(tuple(value), tuple(self.column_mapping.items()))
        return {field: value[column] for field, column in columns}


@lru_cache(maxsize=256)
def _columns_of_object(
    columns: tuple[str, ...], chosen: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    # Objects of a file mostly have the same keys, and a missing one is only missing there.
    present = {field: column for field, column in chosen if not column or column in columns}
    return tuple(map_columns(columns, present).items())
