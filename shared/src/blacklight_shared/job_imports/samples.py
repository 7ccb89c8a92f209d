"""The first rows of a file as they are, for people who say which column holds what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import orjson

from blacklight_shared.job_imports.errors import ImportFileError
from blacklight_shared.job_imports.files import ImportFile
from blacklight_shared.models import FileFormat

SAMPLE_ROWS = 5
MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class FileSample:
    """The columns of a file, with its first rows.

    Attributes:
        columns: Their names, each once, in the order of the file.
        rows: Cells as text, one for each column.
    """

    columns: list[str]
    rows: list[list[str]]


def sample_of(file: ImportFile) -> FileSample:
    """The first rows of a file.

    Raises:
        ImportFileError: The file is malformed at its beginning, or names no columns.
    """
    read = _csv_sample if file.format is FileFormat.CSV else _json_sample
    sample = read(file)
    if not sample.columns:
        raise ImportFileError("body", "The file holds no postings.")
    return sample


def _csv_sample(file: ImportFile) -> FileSample:
    lines = (cells for _line, cells in file.csv_lines())
    header = next(lines, [])
    columns = _named(header)
    positions = [header.index(column) for column in columns]
    rows = [
        [cells[position] if position < len(cells) else "" for position in positions]
        for cells in islice(lines, SAMPLE_ROWS)
    ]
    return FileSample(columns, rows)


def _json_sample(file: ImportFile) -> FileSample:
    values = list(islice(_objects(file), SAMPLE_ROWS))
    columns = _named([column for value in values for column in value])
    return FileSample(
        columns, [[_cell(value.get(column)) for column in columns] for value in values]
    )


def _objects(file: ImportFile) -> Iterator[dict[str, object]]:
    return (value for _line, value in file.json_values() if isinstance(value, dict))


def _named(columns: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(column for column in columns if column.strip()))[:MAX_COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
