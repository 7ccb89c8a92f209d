import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO

import docx
import pytest
from blacklight_matching.resume.documents import (
    DocumentError,
    DocumentTooLargeError,
    EncryptedDocumentError,
    ExtractionLimits,
    ScannedDocumentError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
    extract_text,
)
from blacklight_matching.resume.documents.extraction import normalise_text
from blacklight_shared.documents import DocumentFormat
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LETTER = "Jane Roe, Registered Nurse. Ten years of experience in intensive care, Leeds."
LEFT = ("SKILLS", "Python", "SQL", "Docker", "LANGUAGES", "English", "French", "Dutch")
RIGHT = (
    "EXPERIENCE",
    "Data Engineer at Acme",
    "May 2019 - Present",
    "Built pipelines",
    "Data Analyst at Beta",
    "June 2015 - April 2019",
    "EDUCATION",
    "MSc Statistics",
)


def pdf_of(draw: Callable[[FPDF], None], pages: int = 1) -> bytes:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=10)
    for _ in range(pages):
        pdf.add_page()
        draw(pdf)
    return bytes(pdf.output())


def rows(left: Sequence[str], right: Sequence[str]) -> Callable[[FPDF], None]:
    """Two columns, stored line by line across both."""

    def draw(pdf: FPDF) -> None:
        for number, (first, second) in enumerate(zip(left, right, strict=True)):
            pdf.text(15, 30 + 6 * number, first)
            pdf.text(80, 30 + 6 * number, second)

    return draw


def docx_bytes(fill: Callable[["docx.document.Document"], object]) -> bytes:
    document = docx.Document()
    fill(document)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def outcome(content: bytes) -> str:
    """The text of a file, or what is said about it instead."""
    try:
        return extract_text(content).text
    except DocumentError as error:
        return str(error)


class TestPdf:
    def test_text_and_pages(self) -> None:
        found = extract_text(pdf_of(lambda pdf: pdf.text(15, 30, LETTER), pages=2))
        assert found.format is DocumentFormat.PDF
        assert found.pages == 2
        assert found.text == f"{LETTER}\n\n{LETTER}"

    def test_columns_are_read_one_after_the_other(self) -> None:
        text = extract_text(pdf_of(rows(LEFT, RIGHT))).text
        assert text.split("\n") == [*LEFT, *RIGHT]

    def test_what_stands_above_the_columns_comes_first(self) -> None:
        def draw(pdf: FPDF) -> None:
            pdf.text(15, 20, "Jane Roe, a data engineer who likes long lines across the page")
            rows(LEFT, RIGHT)(pdf)

        assert extract_text(pdf_of(draw)).text.split("\n")[0].startswith("Jane Roe")

    def test_a_column_of_dates_stays_beside_its_lines(self) -> None:
        dates = [f"20{year} - 20{year + 1}" for year in range(10, 18)]
        jobs = [f"Engineer at Company {letter}" for letter in "ABCDEFGH"]
        text = extract_text(pdf_of(rows(dates, jobs))).text
        assert text.split("\n")[0].split() == [
            "2010",
            "-",
            "2011",
            "Engineer",
            "at",
            "Company",
            "A",
        ]

    def test_a_scan_is_told_as_such(self) -> None:
        scan = pdf_of(lambda pdf: pdf.rect(10, 10, 100, 100, style="F"))
        with pytest.raises(ScannedDocumentError, match="no readable text layer"):
            extract_text(scan)

    def test_a_password_is_told_as_such(self) -> None:
        pdf = FPDF()
        pdf.add_page()
        pdf.set_font("Helvetica", size=10)
        pdf.text(15, 30, LETTER)
        pdf.set_encryption(owner_password="owner", user_password="user")
        with pytest.raises(EncryptedDocumentError, match="password"):
            extract_text(bytes(pdf.output()))

    def test_too_many_pages_are_refused(self) -> None:
        content = pdf_of(lambda pdf: pdf.text(15, 30, LETTER), pages=3)
        with pytest.raises(DocumentTooLargeError, match="more than 2 pages"):
            extract_text(content, ExtractionLimits(pages=2))

    def test_too_many_characters_are_refused(self) -> None:
        content = pdf_of(lambda pdf: pdf.text(15, 30, LETTER))
        with pytest.raises(DocumentTooLargeError, match="more than 50 characters"):
            extract_text(content, ExtractionLimits(characters=50))

    def test_a_broken_file_is_told_as_such(self) -> None:
        with pytest.raises(UnreadableDocumentError, match="PDF file is broken"):
            extract_text(b"%PDF-1.7 and then nothing of a PDF")

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(min_value=0, max_value=2_000), st.binary(min_size=1, max_size=30))
    def test_a_damaged_file_is_read_or_refused(self, at: int, rubbish: bytes) -> None:
        damaged = INTACT[:at] + rubbish + INTACT[at + len(rubbish) :]
        assert outcome(damaged)


INTACT = pdf_of(lambda pdf: pdf.text(15, 30, LETTER))


class TestDocx:
    def test_paragraphs(self) -> None:
        content = docx_bytes(lambda d: [d.add_paragraph("Jane Roe"), d.add_paragraph("Nurse")])
        found = extract_text(content)
        assert (found.text, found.pages, found.format) == ("Jane Roe\nNurse", None, "docx")

    def test_rows_of_short_cells_are_lines(self) -> None:
        def fill(document: "docx.document.Document") -> None:
            table = document.add_table(rows=1, cols=2)
            table.cell(0, 0).text, table.cell(0, 1).text = "Databases", "PostgreSQL"

        assert extract_text(docx_bytes(fill)).text == "Databases\tPostgreSQL"

    def test_cells_of_a_page_layout_stay_together(self) -> None:
        def fill(document: "docx.document.Document") -> None:
            table = document.add_table(rows=1, cols=2)
            table.cell(0, 0).text, table.cell(0, 1).text = "Skills\nPython", "Experience\nNurse"

        text = extract_text(docx_bytes(fill)).text
        assert text == "Skills\nPython\nExperience\nNurse"

    def test_merged_cells_are_read_once(self) -> None:
        def fill(document: "docx.document.Document") -> None:
            table = document.add_table(rows=1, cols=3)
            table.cell(0, 0).merge(table.cell(0, 2)).text = "Languages"

        assert extract_text(docx_bytes(fill)).text.strip() == "Languages"

    def test_headers_and_footers_are_read_once(self) -> None:
        def fill(document: "docx.document.Document") -> None:
            document.sections[0].header.paragraphs[0].text = "Jane Roe"
            document.sections[0].footer.paragraphs[0].text = "jane@example.org"
            document.add_paragraph("Nurse")
            document.add_section()

        assert extract_text(docx_bytes(fill)).text == "Jane Roe\nNurse\n\njane@example.org"

    def test_text_boxes_are_read_once(self) -> None:
        def fill(document: "docx.document.Document") -> None:
            box = (
                f"<w:r {nsdecls('w')}"
                ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
                "<mc:AlternateContent>"
                "<mc:Choice><w:txbxContent><w:p><w:r><w:t>Skills: SQL</w:t></w:r></w:p>"
                "</w:txbxContent></mc:Choice>"
                "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>Skills: SQL</w:t></w:r></w:p>"
                "</w:txbxContent></mc:Fallback>"
                "</mc:AlternateContent></w:r>"
            )
            document.add_paragraph("Jane Roe")._p.append(parse_xml(box))

        assert extract_text(docx_bytes(fill)).text == "Jane Roe\nSkills: SQL"

    def test_content_controls_and_tabs(self) -> None:
        def fill(document: "docx.document.Document") -> None:
            control = (
                f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>2019</w:t><w:tab/>"
                "<w:t>Nurse</w:t></w:r></w:p></w:sdtContent></w:sdt>"
            )
            document.element.body.insert(0, parse_xml(control))

        assert extract_text(docx_bytes(fill)).text == "2019\tNurse"

    def test_a_zip_bomb_is_refused_before_unpacking(self) -> None:
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", b"\0" * 3_000_000)
        with pytest.raises(DocumentTooLargeError, match="bytes when unpacked"):
            extract_text(buffer.getvalue(), ExtractionLimits(unpacked_bytes=1_000_000))

    def test_too_many_parts_are_refused(self) -> None:
        content = docx_bytes(lambda document: document.add_paragraph("Jane"))
        with pytest.raises(DocumentTooLargeError, match="more than 3 parts"):
            extract_text(content, ExtractionLimits(parts=3))

    @pytest.mark.parametrize("main_part", ["not xml", "<w:document/>", "<a><b></a>"])
    def test_a_broken_file_is_told_as_such(self, main_part: str) -> None:
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("word/document.xml", main_part)
        with pytest.raises(UnreadableDocumentError, match="Word file is broken"):
            extract_text(buffer.getvalue())

    def test_an_empty_document_is_told_as_such(self) -> None:
        with pytest.raises(UnreadableDocumentError, match="holds no text"):
            extract_text(docx_bytes(lambda document: document.add_paragraph(" ")))


class TestPlainText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1251"])
    def test_character_sets(self, encoding: str) -> None:
        letter = {
            "cp1251": "Инженер-программист, опыт работы восемь лет. Языки: русский, английский.",
        }.get(encoding, "Krankenschwester in Zürich, Fähigkeiten: Pflege, Französisch, Größe.")
        assert extract_text(letter.encode(encoding)).text == letter

    def test_other_files_are_refused(self) -> None:
        with pytest.raises(UnsupportedDocumentError, match="not a PDF, DOCX or plain text"):
            extract_text(b"\x89PNG\r\n\x1a\n\0")

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, content: bytes) -> None:
        assert outcome(content)


class TestNormaliseText:
    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            ("a\r\nb\rc", "a\nb\nc"),
            ("ﬁeld eﬀort", "field effort"),
            ("manage\x02\nment, devel\u00ad\nopment", "management, development"),
            ("zero\u200bwidth", "zerowidth"),
            ("\uf0b7 Python", "• Python"),
            ("a   \nb\n\n\n\nc", "a\nb\n\nc"),
            ("name     date", "name     date"),
        ],
    )
    def test_one_form(self, raw: str, text: str) -> None:
        assert normalise_text(raw) == text

    @given(st.text())
    def test_normalising_again_changes_nothing(self, raw: str) -> None:
        once = normalise_text(raw)
        assert normalise_text(once) == once
