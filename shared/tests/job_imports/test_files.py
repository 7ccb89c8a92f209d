from __future__ import annotations

import io
import json

import pytest
from blacklight_shared.job_imports import files
from blacklight_shared.job_imports.errors import ImportFileError
from blacklight_shared.job_imports.files import ImportFile
from blacklight_shared.models import FileFormat
from hypothesis import given
from hypothesis import strategies as st


def file(
    content: bytes, file_format: FileFormat, mapping: dict[str, str] | None = None
) -> ImportFile:
    return ImportFile(io.BytesIO(content), file_format, "utf-8-sig", mapping or {})


def values(import_file: ImportFile) -> list[object]:
    return [row.values for row in import_file.rows()]


class TestCsv:
    def test_recognises_columns_by_their_usual_names(self) -> None:
        content = b"\xef\xbb\xbfJob Title,Company Name,Salary\nNurse,Mercy,$40/h\n"
        assert values(file(content, FileFormat.CSV)) == [
            {"title": "Nurse", "company": "Mercy", "salary_text": "$40/h"}
        ]

    def test_takes_the_client_s_word_for_a_column(self) -> None:
        content = b"title,Funktion\nwrong,Pfleger\n"
        [row] = values(file(content, FileFormat.CSV, {"title": "Funktion"}))
        assert row == {"title": "Pfleger"}

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_understands_what_separates_the_cells(self, delimiter: str) -> None:
        lines = ["", "title,company", '"Nurse","Mercy, ""St. John""; Leeds"', "Cook,Inn"]
        content = "\n".join(line.replace(",", delimiter, 1) for line in lines)
        assert values(file(content.encode(), FileFormat.CSV)) == [
            {"title": "Nurse", "company": 'Mercy, "St. John"; Leeds'},
            {"title": "Cook", "company": "Inn"},
        ]

    def test_a_separator_within_a_name_is_part_of_it(self) -> None:
        content = b'title,"pay; monthly; gross",company\nNurse,5,Mercy\n'
        [row] = values(file(content, FileFormat.CSV))
        assert row == {"title": "Nurse", "company": "Mercy"}

    def test_counts_the_lines_of_a_quoted_field(self) -> None:
        content = b'title,description\nA1,"one\ntwo"\nB2,x\n'
        assert [row.line for row in file(content, FileFormat.CSV).rows()] == [3, 4]

    @pytest.mark.parametrize(
        ("mapping", "field"),
        [({"colour": "title"}, "column_mapping"), ({"title": "Nope"}, "column_mapping")],
    )
    def test_refuses_a_mapping_that_fits_nothing(self, mapping: dict[str, str], field: str) -> None:
        with pytest.raises(ImportFileError) as raised:
            file(b"title\nNurse\n", FileFormat.CSV, mapping).check()
        assert raised.value.field == field

    def test_refuses_text_in_another_encoding(self) -> None:
        with pytest.raises(ImportFileError, match="name its charset"):
            file("title\nKöchin\n".encode("cp1252"), FileFormat.CSV).check()


class TestJson:
    @pytest.mark.parametrize("wrap", [lambda jobs: jobs, lambda jobs: {"jobs": jobs}])
    def test_takes_a_list_or_an_object_with_one(self, wrap: object) -> None:
        content = json.dumps(wrap([{"title": "Nurse", "employer": "Mercy"}])).encode()  # type: ignore[operator]
        assert values(file(content, FileFormat.JSON)) == [{"title": "Nurse", "company": "Mercy"}]

    def test_refuses_a_list_that_breaks_off(self) -> None:
        with pytest.raises(ImportFileError):
            file(b'[{"title": "Nurse"}, {"tit', FileFormat.JSON).check()

    def test_json_lines_report_a_broken_line_and_go_on(self) -> None:
        content = b'{"title": "A1"}\n\n{broken\n{"title": "B2"}\n'
        rows = list(file(content, FileFormat.JSON_LINES).rows())
        assert [(row.line, row.values is None) for row in rows] == [
            (1, False),
            (3, True),
            (4, False),
        ]


class TestCheck:
    def test_refuses_more_rows_than_a_request_may_hold(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "MAX_ROWS", 2)
        with pytest.raises(ImportFileError) as raised:
            file(b"title\na1\nb2\nc3\n", FileFormat.CSV).check()
        assert "at most 2" in raised.value.message

    @pytest.mark.parametrize(
        ("file_format", "content"),
        [
            (FileFormat.CSV, b""),
            (FileFormat.CSV, b"title\n"),
            (FileFormat.JSON, b""),
            (FileFormat.JSON, b"[]"),
            (FileFormat.JSON_LINES, b"\n"),
        ],
    )
    def test_refuses_a_file_without_postings(self, file_format: FileFormat, content: bytes) -> None:
        with pytest.raises(ImportFileError):
            file(content, file_format).check()

    @given(st.binary(max_size=300), st.sampled_from(FileFormat))
    def test_any_bytes_are_either_rows_or_refused(
        self, content: bytes, file_format: FileFormat
    ) -> None:
        try:
            count = file(content, file_format).check()
        except ImportFileError:
            return
        assert count == len(values(file(content, file_format)))


class TestLeavingOut:
    @pytest.mark.parametrize(
        ("content", "file_format"),
        [
            (b"title,salary\nNurse,$40/h\n", FileFormat.CSV),
            (b'[{"title": "Nurse", "salary": "$40/h"}]', FileFormat.JSON),
        ],
    )
    def test_a_field_without_column_is_left_out(
        self, content: bytes, file_format: FileFormat
    ) -> None:
        mapped = file(content, file_format, {"salary_text": ""})
        assert values(mapped) == [{"title": "Nurse"}]
