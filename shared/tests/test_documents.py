import zipfile
from io import BytesIO

import pytest
from blacklight_shared.documents import DocumentFormat, sniff_document
from hypothesis import given
from hypothesis import strategies as st


def zip_of(*names: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            # Without a date of its own: tests are named after these bytes, and every worker of a
            # run has to find the same names.
            archive.writestr(zipfile.ZipInfo(name), "<xml/>")
    return buffer.getvalue()


class TestSniffDocument:
    @pytest.mark.parametrize("content", [b"%PDF-1.7\nrest", b"\xef\xbb\xbf\r\n%PDF-1.4 rest"])
    def test_pdf(self, content: bytes) -> None:
        assert sniff_document(content) is DocumentFormat.PDF

    def test_docx(self) -> None:
        content = zip_of("[Content_Types].xml", "word/document.xml")
        assert sniff_document(content) is DocumentFormat.DOCX

    @pytest.mark.parametrize(
        "content",
        [
            "Jane Roe\nNurse, Zürich\n".encode(),
            "\ufeffJane Roe".encode(),
            "Jane Roe, Zürich".encode("utf-16"),
            "Zürich, Curaçao".encode("cp1252"),
            b"a\tb\r\n\fc",
        ],
    )
    def test_text(self, content: bytes) -> None:
        assert sniff_document(content) is DocumentFormat.TXT

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            zip_of("xl/workbook.xml"),
            zip_of("word/document.xml")[:-30],
            b"PK\x03\x04 broken",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old Word file",
            b"\x89PNG\r\n\x1a\n",
            b"{\\rtf1 text}",
            b"text with a \0 in it",
            b"\xff\xfea",
            "nul \0".encode("utf-16"),
        ],
    )
    def test_everything_else(self, content: bytes) -> None:
        assert sniff_document(content) is None

    @given(st.binary(max_size=300))
    def test_any_bytes_have_an_answer(self, content: bytes) -> None:
        assert sniff_document(content) in {None, *DocumentFormat}

    @given(st.binary(max_size=100))
    def test_any_broken_zip_has_an_answer(self, tail: bytes) -> None:
        whole = zip_of("word/document.xml")
        assert sniff_document(whole[:-22] + tail) in {None, DocumentFormat.DOCX}


def test_content_types_are_complete() -> None:
    assert all("/" in file_format.content_type for file_format in DocumentFormat)
