"""CVs as Word documents."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import docx
from docx.document import Document
from docx.shared import Pt

from blacklight_devstack.sample.source_model import Person

_WRITTEN_AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def docx_cv(person: Person) -> bytes:
    """Lay out a CV as a Word document; the same bytes each time."""
    document = docx.Document()
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(10.5)
    _stamp(document, person)
    _head(document, person)
    document.add_heading(person.heading("summary"), level=1)
    document.add_paragraph(person.summary)
    document.add_heading(person.heading("jobs"), level=1)
    if person.layout == "table":
        _jobs_table(document, person)
    else:
        _jobs(document, person)
    for heading, lines in person.lists():
        document.add_heading(heading, level=1)
        if person.layout == "grid" and lines is person.skills:
            _grid(document, lines)
        elif lines is person.languages:
            document.add_paragraph(", ".join(lines))
        else:
            for line in lines:
                document.add_paragraph(line, style="List Bullet")
    return _packed(document)


def _stamp(document: Document, person: Person) -> None:
    properties = document.core_properties
    properties.author = person.name
    properties.title = "Curriculum vitae"
    properties.comments = ""
    properties.created = properties.modified = _WRITTEN_AT.replace(tzinfo=None)


def _head(document: Document, person: Person) -> None:
    if person.layout == "grid":
        left, right = document.add_table(rows=1, cols=2).rows[0].cells
        left.text = f"{person.name}\n{person.headline}"
        right.text = "\n".join(person.contact)
        return
    document.add_heading(person.name, level=0)
    document.add_paragraph(person.headline)
    document.add_paragraph(" | ".join(person.contact))


def _jobs(document: Document, person: Person) -> None:
    for job in person.jobs:
        head = document.add_paragraph()
        head.add_run(f"{job.title}, {job.employer}").bold = True
        head.add_run(f"\n{job.place}\t{job.dates}")
        for line in job.lines:
            document.add_paragraph(line, style="List Bullet")


def _jobs_table(document: Document, person: Person) -> None:
    table = document.add_table(rows=0, cols=2)
    for job in person.jobs:
        dates, done = table.add_row().cells
        dates.text = job.dates
        done.text = f"{job.title}\n{job.employer}, {job.place}"
        for line in job.lines:
            done.add_paragraph(line, style="List Bullet")


def _grid(document: Document, lines: list[str]) -> None:
    columns = 3
    table = document.add_table(rows=0, cols=columns)
    for start in range(0, len(lines), columns):
        cells = table.add_row().cells
        for cell, line in zip(cells, lines[start : start + columns], strict=False):
            cell.text = line


def _packed(document: Document) -> bytes:
    """Save the document with the same time on each of its parts."""
    saved, packed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w") as target:
        for part in source.infolist():
            stamped = zipfile.ZipInfo(part.filename, _WRITTEN_AT.timetuple()[:6])
            stamped.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(stamped, source.read(part), compresslevel=9)
    return packed.getvalue()
