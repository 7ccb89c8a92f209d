"""The sample's files are complete, readable, and what its source says."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest
from blacklight_devstack.sample import (
    BAD_JOBS_CSV,
    CVS_FOLDER,
    EXPECTED_JSON,
    FOLDER,
    JOBS_CSV,
    JOBS_JSONL,
)
from blacklight_devstack.sample.build import NEWEST, build, write_postings
from blacklight_devstack.sample.source_model import Person, read_people

COLUMNS = [
    "external_id",
    "title",
    "company",
    "location",
    "description",
    "employment_type",
    "salary",
    "posted_date",
    "url",
]
PEOPLE = {person.file: person for person in read_people()}


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_jsonl(path: Path) -> list[dict[str, str | None]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read_postings() -> list[dict[str, Any]]:
    return [*read_csv(JOBS_CSV), *read_jsonl(JOBS_JSONL)]


def read_cv(path: Path) -> str:
    match path.suffix:
        case ".pdf":
            with pypdfium2.PdfDocument(path) as document:
                return "\n".join(page.get_textpage().get_text_range() for page in document)
        case ".docx":
            document = docx.Document(str(path))
            cells = [
                cell.text for table in document.tables for row in table.rows for cell in row.cells
            ]
            return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)
        case _:
            return path.read_bytes().decode(PEOPLE[path.name].encoding)


class TestPostings:
    def test_there_are_enough_in_both_formats(self) -> None:
        assert len(read_csv(JOBS_CSV)) >= 180
        assert len(read_jsonl(JOBS_JSONL)) == 60
        assert all(list(posting) == COLUMNS for posting in read_postings())

    def test_external_ids_and_addresses_are_unique(self) -> None:
        for column in ("external_id", "url"):
            counts = Counter(posting[column] for posting in read_postings())
            assert counts.most_common(1)[0][1] == 1

    def test_each_has_a_title_a_place_and_a_description(self) -> None:
        for posting in read_postings():
            assert posting["title"].strip()
            assert posting["location"].strip()
            assert len(posting["description"]) > 40

    def test_dates_are_iso_and_recent_for_the_files_day(self) -> None:
        dates = [posting["posted_date"] for posting in read_postings() if posting["posted_date"]]
        assert 0 < len(read_postings()) - len(dates) < 12
        for text in dates:
            posted = datetime.fromisoformat(text).date()
            assert NEWEST - timedelta(days=21) < posted <= NEWEST

    def test_they_vary(self) -> None:
        postings = read_postings()
        assert len({posting["company"] for posting in postings}) >= 35
        assert len({posting["location"] for posting in postings}) >= 80
        assert len({posting["description"] for posting in postings}) >= len(postings) - 8
        salaries = " ".join(posting["salary"] or "" for posting in postings)
        for form in ("$", "£", "€", "per hour", "per annum", "per day", "pro Monat", "CAD", "DOE"):
            assert form in salaries
        assert any(not posting["salary"] for posting in postings)

    def test_some_are_odd(self) -> None:
        postings = read_postings()
        assert any(not posting["company"] for posting in postings)
        assert any("🚀" in posting["title"] for posting in postings)
        assert any("<ul>" in posting["description"] for posting in postings)
        assert max(len(posting["description"]) for posting in postings) > 8_000

    def test_the_bad_file_has_two_rows_that_can_be_imported(self) -> None:
        lines = BAD_JOBS_CSV.read_text("utf-8").splitlines()
        assert len(lines) == 11
        assert lines[0].split(",") == COLUMNS
        assert sum("A good row" in line for line in lines) == 2


class TestCvs:
    def test_there_are_twelve_of_each_kind(self) -> None:
        kinds = Counter(path.suffix for path in CVS_FOLDER.iterdir())
        assert kinds == {".pdf": 12, ".docx": 12, ".txt": 12}

    @pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
    def test_can_be_read_and_says_what_the_source_says(self, person: Person) -> None:
        text = _flat(read_cv(CVS_FOLDER / person.file))
        said = [person.name, person.headline, *person.contact, *person.skills]
        said += [job.employer for job in person.jobs]
        for words in said:
            assert _flat(words) in text

    def test_nobody_can_be_reached(self) -> None:
        for person in PEOPLE.values():
            domains = re.findall(r"@(\S+)", " ".join(person.contact))
            assert set(domains) <= {"example.com", "example.org"}
            for line in person.contact:
                assert not re.search(r"\d{3}", line) or re.search(r"555\W01|VA 23320", line)

    def test_word_files_carry_no_time_of_their_making(self) -> None:
        for path in CVS_FOLDER.glob("*.docx"):
            with zipfile.ZipFile(path) as archive:
                assert {part.date_time for part in archive.infolist()} == {(2026, 11, 1, 9, 0, 0)}


class TestExpected:
    def test_covers_every_posting_and_cv(self) -> None:
        expected = json.loads(EXPECTED_JSON.read_text("utf-8"))
        assert set(expected["postings"]) == {p["external_id"] for p in read_postings()}
        assert set(expected["cvs"]) == {path.name for path in CVS_FOLDER.iterdir()}

    def test_each_role_that_fits_somebody_is_advertised(self) -> None:
        expected = json.loads(EXPECTED_JSON.read_text("utf-8"))
        advertised = Counter(expected["postings"].values())
        for cv in expected["cvs"].values():
            assert all(advertised[role] >= 2 for role in cv["roles"])
            assert bool(cv["roles"]) == (cv["fit"] in {"strong", "partial"})

    def test_most_people_suit_something_and_some_nothing(self) -> None:
        fits = Counter(person.fit for person in PEOPLE.values())
        assert fits == {"strong": 30, "partial": 2, "none": 3, "empty": 1}


class TestBuild:
    def test_the_files_are_those_of_the_source(self, tmp_path: Path) -> None:
        build(tmp_path)
        for built in tmp_path.glob("*.*"):
            assert built.read_bytes() == (FOLDER / built.name).read_bytes()
        for built in (tmp_path / CVS_FOLDER.name).iterdir():
            kept = CVS_FOLDER / built.name
            # How a PDF is written is up to the release of fpdf2.
            read = read_cv if built.suffix == ".pdf" else Path.read_bytes
            assert read(built) == read(kept)

    def test_postings_can_have_other_dates(self, tmp_path: Path) -> None:
        newest = date(2030, 5, 31)
        write_postings(tmp_path, newest=newest)
        moved = [row["posted_date"] for row in read_csv(tmp_path / JOBS_CSV.name)]
        kept = [row["posted_date"] for row in read_csv(JOBS_CSV)]
        assert max(moved)[:10] == newest.isoformat()
        for one, other in zip(moved, kept, strict=True):
            if other:
                age = datetime.fromisoformat(one).date() - datetime.fromisoformat(other).date()
                assert age == newest - NEWEST


def _flat(text: str) -> str:
    """Without line breaks and spaces, which layouts put where they like."""
    return re.sub(r"[\s￾]+", "", text)
