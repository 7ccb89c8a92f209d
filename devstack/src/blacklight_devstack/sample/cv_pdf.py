"""CVs as PDF files, set in the core fonts; so their text is limited to Latin-1."""

from __future__ import annotations

from datetime import UTC, datetime

from fpdf import FPDF

from blacklight_devstack.sample.source_model import Job, Person

_WRITTEN_AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
_BULLET = "·"
_LINE = 5.2
"""Height of a line of body text, in mm like all lengths here."""
_SIDEBAR = 62
_NAVY = (28, 52, 92)


def pdf_cv(person: Person) -> bytes:
    """Lay out a CV as a PDF; the same bytes each time."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(_WRITTEN_AT)
    pdf.set_title("Curriculum vitae")
    pdf.set_author(person.name)
    pdf.set_auto_page_break(auto=True, margin=16)
    pdf.add_page()
    match person.layout:
        case "sidebar":
            _sidebar(pdf, person)
        case "banner":
            _banner(pdf, person)
        case _:
            _classic(pdf, person)
    return bytes(pdf.output())


def _classic(pdf: FPDF, person: Person) -> None:
    _text(pdf, person.name, size=18, style="B", height=9)
    if person.headline:
        _text(pdf, person.headline, size=12, height=6)
    _text(pdf, "  |  ".join(person.contact), size=9)
    _summary(pdf, person)
    _jobs(pdf, person)
    for heading, lines in person.lists():
        _bullets(pdf, heading, lines)


def _banner(pdf: FPDF, person: Person) -> None:
    pdf.set_fill_color(*_NAVY)
    pdf.rect(0, 0, pdf.w, 38, style="F")
    pdf.set_text_color(255, 255, 255)
    _text(pdf, person.name, size=20, style="B", height=10)
    _text(pdf, person.headline, size=12, height=7)
    pdf.set_text_color(0, 0, 0)
    pdf.set_y(42)
    _text(pdf, "   ".join(person.contact), size=9)
    _summary(pdf, person)
    _jobs(pdf, person)
    for heading, lines in person.lists():
        _heading(pdf, heading)
        _text(pdf, ", ".join(lines))


def _sidebar(pdf: FPDF, person: Person) -> None:
    """Contact, skills and languages on the left; the rest on the right."""
    pdf.set_fill_color(232, 236, 242)
    pdf.rect(0, 0, _SIDEBAR, pdf.h, style="F")
    pdf.set_margins(6, 10, pdf.w - _SIDEBAR + 2)
    pdf.set_x(6)
    _text(pdf, person.name, size=15, style="B", height=8)
    for line in person.contact:
        _text(pdf, line, size=8.5)
    for heading, lines in person.lists():
        if lines is not person.education:
            _bullets(pdf, heading, lines)

    pdf.set_margins(_SIDEBAR + 6, 12, 12)
    pdf.set_xy(_SIDEBAR + 6, 12)
    _text(pdf, person.headline, size=13, style="B", height=7)
    _summary(pdf, person)
    _jobs(pdf, person)
    _bullets(pdf, person.heading("education"), person.education)


def _summary(pdf: FPDF, person: Person) -> None:
    if person.summary:
        _heading(pdf, person.heading("summary"))
        _text(pdf, person.summary)


def _jobs(pdf: FPDF, person: Person) -> None:
    if person.jobs:
        _heading(pdf, person.heading("jobs"))
    for job in person.jobs:
        _job(pdf, job)


def _job(pdf: FPDF, job: Job) -> None:
    _text(pdf, f"{job.title}, {job.employer}", style="B")
    _text(pdf, f"{job.place}, {job.dates}", style="I")
    for line in job.lines:
        _text(pdf, f"{_BULLET} {line}")
    pdf.ln(1.5)


def _bullets(pdf: FPDF, heading: str, lines: list[str]) -> None:
    _heading(pdf, heading)
    for line in lines:
        _text(pdf, f"{_BULLET} {line}")


def _heading(pdf: FPDF, heading: str) -> None:
    pdf.ln(3)
    pdf.set_text_color(*_NAVY)
    _text(pdf, heading, size=12, style="B", height=7)
    pdf.set_text_color(0, 0, 0)


def _text(
    pdf: FPDF, text: str, *, size: float = 10, style: str = "", height: float = _LINE
) -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.multi_cell(0, height, text, new_x="LMARGIN", new_y="NEXT", align="L")
