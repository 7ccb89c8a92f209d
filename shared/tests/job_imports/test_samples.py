from __future__ import annotations

import csv
import io
import json

import pytest
from blacklight_shared.job_imports.errors import ImportFileError
from blacklight_shared.job_imports.files import ImportFile
from blacklight_shared.job_imports.samples import SAMPLE_ROWS, FileSample, sample_of
from blacklight_shared.models import FileFormat
from hypothesis import given
from hypothesis import strategies as st


def sample(content: bytes, file_format: FileFormat) -> FileSample:
    return sample_of(ImportFile(io.BytesIO(content), file_format, "utf-8-sig", {}))


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff"), max_size=8)


@given(st.lists(st.tuples(_CELL, _CELL), max_size=8))
def test_shows_the_first_rows_of_csv_as_they_are(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("Position", "Ort"), *rows])
    found = sample(text.getvalue().encode(), FileFormat.CSV)
    assert found.columns == ["Position", "Ort"]
    assert found.rows == [list(row) for row in rows[:SAMPLE_ROWS]]


def test_fills_up_short_lines_and_passes_over_columns_without_a_name() -> None:
    found = sample(b"a,,b,a\n1,2\n", FileFormat.CSV)
    assert found == FileSample(["a", "b"], [["1", ""]])


@pytest.mark.parametrize("file_format", [FileFormat.JSON, FileFormat.JSON_LINES])
def test_shows_the_keys_of_json_objects(file_format: FileFormat) -> None:
    objects = [{"title": "Nurse", "pay": {"from": 1.5}}, {"title": None, "city": "Leeds"}]
    content = (
        json.dumps(objects)
        if file_format is FileFormat.JSON
        else "\n".join(json.dumps(value) for value in objects)
    )
    found = sample(content.encode(), file_format)
    assert found.columns == ["title", "pay", "city"]
    assert found.rows[1] == ["", "", "Leeds"]
    assert found.rows[0][0] == "Nurse"


@pytest.mark.parametrize(
    ("content", "file_format"),
    [
        (b"", FileFormat.CSV),
        (b"\xff\xfe,a\n", FileFormat.CSV),
        (b"[]", FileFormat.JSON),
        (b"[{", FileFormat.JSON),
        (b"not json\n", FileFormat.JSON_LINES),
    ],
)
def test_refuses_what_has_no_columns(content: bytes, file_format: FileFormat) -> None:
    with pytest.raises(ImportFileError):
        sample(content, file_format)
