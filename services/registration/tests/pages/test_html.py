from __future__ import annotations

import pytest
from blacklight_registration.pages.charsets import decode
from blacklight_registration.pages.html import ParsedPage, text_of_html
from hypothesis import given
from hypothesis import strategies as st

URL = "https://example.com/a/b"
TEXT = "Größe, café – “so”"


class TestDecode:
    @pytest.mark.parametrize(
        ("encoding", "charset"),
        [
            ("utf-8", None),
            ("utf-8", "iso-8859-1"),
            ("utf-8", "x-klingon"),
            ("utf-8-sig", "utf-16"),
            ("utf-16", "utf-8"),
            ("windows-1252", "utf-8"),
            ("windows-1252", None),
            ("windows-1252", "iso-8859-1"),
            ("windows-1252", "zip"),
        ],
    )
    def test_whatever_the_server_says(self, encoding: str, charset: str | None) -> None:
        assert decode(TEXT.encode(encoding), charset) == TEXT

    def test_what_the_page_says(self) -> None:
        page = "<meta charset='shift_jis'>東京"
        assert decode(page.encode("shift_jis"), None) == page

    @given(st.binary(max_size=100), st.text(max_size=12))
    def test_any_bytes_have_a_text(self, content: bytes, charset: str) -> None:
        assert isinstance(decode(content, charset), str)


class TestParsedPage:
    def page(self, body: str) -> ParsedPage:
        return ParsedPage(URL, f"<html><head></head><body>{body}</body></html>".encode())

    def test_links_are_absolute_and_each_is_there_once(self) -> None:
        page = self.page(
            "<nav><a href='/x#top'>X <b>again</b></a></nav><a href='c'>C</a><a href='/x'>X</a>"
            "<a href='javascript:x()'>J</a><a href='http://[::1'>bad</a><a>none</a>"
            "<a href='mailto:a@b.example'>mail</a>"
        )
        assert [(link.url, link.text, link.is_navigation) for link in page.links] == [
            ("https://example.com/x", "X again", True),
            ("https://example.com/a/c", "C", False),
        ]
        assert page.other_links == ["mailto:a@b.example"]

    def test_structured_data_however_deep(self) -> None:
        page = self.page(
            '<script type="application/ld+json">{"@graph": [{"@type": "WebPage", "publisher":'
            ' {"@type": ["https://schema.org/Organization"], "name": "A"}}]}</script>'
            '<script type="application/ld+json">not JSON</script>'
        )
        [organization] = page.json_ld_of("Organization")
        assert organization["name"] == "A"

    def test_nested_beyond_measure_is_left_out(self) -> None:
        nested = '{"a":' * 5_000 + "1" + "}" * 5_000
        assert self.page(f'<script type="application/ld+json">{nested}</script>').json_ld == []

    def test_a_shell_has_no_text(self) -> None:
        shell = self.page("<div id=app></div><script src=/app.js></script>Please wait")
        assert shell.needs_javascript
        assert shell.main_text == ""
        assert not self.page("<p>A short page without any code.</p>").needs_javascript

    @given(st.binary(max_size=300))
    def test_any_bytes_are_a_page(self, content: bytes) -> None:
        page = ParsedPage(URL, content)
        assert page.links is not None
        assert page.json_ld == []
        assert isinstance(page.main_text, str)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Plain text", "Plain text"),
        ("<p>One</p><ul><li>Two &amp; three<li>Four</ul>", "One\nTwo & three\nFour"),
        ("Line<br>break<br/><br/>end", "Line\nbreak\nend"),
        ("", ""),
    ],
)
def test_html_as_lines(html: str, text: str) -> None:
    assert text_of_html(html) == text
