"""Writes the sample's files: ``python -m blacklight_devstack.sample.build``.

With the same arguments the files are the same, byte for byte (PDFs as long as fpdf2 is).
``--newest`` dates the postings, ``--out`` puts all files into another folder.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from blacklight_devstack.sample import CVS_FOLDER, EXPECTED_JSON, FOLDER, JOBS_CSV, JOBS_JSONL
from blacklight_devstack.sample.cv_docx import docx_cv
from blacklight_devstack.sample.cv_pdf import pdf_cv
from blacklight_devstack.sample.cv_text import text_cv
from blacklight_devstack.sample.postings import Posting, compose_postings
from blacklight_devstack.sample.source_model import Person, read_people

NEWEST = date(2026, 11, 20)
"""The latest date in the files that are kept with the source."""

_JSONL_POSTINGS = 60


def build(folder: Path, *, newest: date = NEWEST) -> None:
    """Write postings, CVs and what is expected of them into a folder.

    Args:
        folder: Made if need be; files of the sample's names are replaced.
        newest: The latest posting date.
    """
    write_postings(folder, newest=newest)
    cvs = folder / CVS_FOLDER.name
    cvs.mkdir(exist_ok=True)
    people = read_people()
    for person in people:
        (cvs / person.file).write_bytes(_cv(person))
    postings = compose_postings(newest)
    (folder / EXPECTED_JSON.name).write_text(_expected(people, postings), "utf-8")


def write_postings(folder: Path, *, newest: date) -> None:
    """Write the postings alone, which is how to have them recent on any day."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_row(posting) for posting in compose_postings(newest)]
    (folder / JOBS_CSV.name).write_text(_csv(rows[:-_JSONL_POSTINGS]), "utf-8")
    (folder / JOBS_JSONL.name).write_text(_jsonl(rows[-_JSONL_POSTINGS:]), "utf-8")


def _row(posting: Posting) -> dict[str, str]:
    row: dict[str, str] = asdict(posting)
    del row["role"]
    return row


def _csv(rows: Sequence[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _jsonl(rows: Sequence[dict[str, str]]) -> str:
    """One object a line; what the board does not give is null."""
    objects = [{name: value or None for name, value in row.items()} for row in rows]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects)


def _cv(person: Person) -> bytes:
    match Path(person.file).suffix:
        case ".pdf":
            return pdf_cv(person)
        case ".docx":
            return docx_cv(person)
        case _:
            return text_cv(person)


def _expected(people: Sequence[Person], postings: Sequence[Posting]) -> str:
    expected: dict[str, Any] = {
        "postings": {posting.external_id: posting.role for posting in postings},
        "cvs": {person.file: {"fit": person.fit, "roles": person.roles} for person in people},
    }
    return json.dumps(expected, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the sample."""
    parser = argparse.ArgumentParser(description="Writes the sample's postings and CVs.")
    parser.add_argument("--newest", type=date.fromisoformat, default=NEWEST, metavar="YYYY-MM-DD")
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    build(arguments.out, newest=arguments.newest)


if __name__ == "__main__":
    main()
