from __future__ import annotations

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel import Locale
from blacklight_notifications.kinds.decisions import RejectionContent
from blacklight_notifications.kinds.registry import KINDS
from blacklight_notifications.mail.rendering import MAX_SUBJECT_LENGTH, one_line, render
from blacklight_shared.models import MailTemplate
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.tests.kinds import ORNATE, STATIONERY, UNSUBSCRIBE, contents

SNAPSHOTS = Path(__file__).parent.parent / "snapshots"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "template": "{{ 7 * 7 }}{% raw %}",
    "headers": "Ada\r\nBcc: all@example.com\r\n\r\nBody",
    "right to left": "\u202eevil\u202c \u05e2\u05d3\u05d4 \u0639\u062f\u0627",
    "emoji": "👩‍💻 Ada 🇩🇪",
    "long": "A" * 10_000,
    "empty": "",
}


def test_every_template_is_used() -> None:
    assert {kind.template for kind in KINDS.values()} == set(MailTemplate) == set(contents())


@pytest.mark.parametrize("template", MailTemplate)
@pytest.mark.parametrize("look", ["plain", "ornate"])
def test_mails_look_as_they_were_approved(template: MailTemplate, look: str) -> None:
    stationery = {"plain": STATIONERY, "ornate": ORNATE}[look]
    mail = render(template, contents()[template], stationery, unsubscribe_url=UNSUBSCRIBE)
    for suffix, content in (("html", mail.html), ("txt", f"{mail.subject}\n\n{mail.text}")):
        file = SNAPSHOTS / f"{template}-{look}.{suffix}"
        if UPDATE:
            file.write_text(content)
        assert content == file.read_text(), "look at it, then: UPDATE_SNAPSHOTS=1 pytest"


@pytest.mark.parametrize("template", MailTemplate)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_stay_text(template: MailTemplate, name: str) -> None:
    stationery = replace(STATIONERY, firm=name or "Northwind")
    mail = render(template, contents(name)[template], stationery, unsubscribe_url=UNSUBSCRIBE)
    harmless = render(template, contents()[template], STATIONERY, unsubscribe_url=UNSUBSCRIBE)
    assert elements(mail.html) - {"bdi"} <= elements(harmless.html)
    assert "onerror" not in attributes(mail.html)
    assert "49" not in mail.subject
    assert len(mail.subject) <= MAX_SUBJECT_LENGTH
    assert not re.search(r"[\r\n\u202e]", mail.subject)
    assert mail.subject


@given(st.text())
def test_one_line_is_one_short_line(text: str) -> None:
    line = one_line(text, 50)
    assert len(line) <= 50
    assert line == " ".join(line.split())
    assert line.isprintable() or "\u200c" in line or "\u200d" in line or not line.isascii()
    assert one_line(line, 50) == line


def test_missing_reasons_leave_no_gap() -> None:
    content = RejectionContent("Ada", None)
    mail = render(MailTemplate.REJECTION, content, STATIONERY)
    assert "None" not in mail.text + mail.html
    assert "\n\n\n" not in mail.text


def test_a_logo_takes_the_place_of_the_name() -> None:
    stationery = replace(STATIONERY, logo_url="https://cdn.example.com/logo.png")
    mail = render(MailTemplate.APPROVAL, contents()[MailTemplate.APPROVAL], stationery)
    assert '<img src="https://cdn.example.com/logo.png" alt="Northwind Staffing"' in mail.html


@pytest.mark.parametrize(
    ("tag", "zone_text"),
    [("en_US", "3:30"), ("de_DE", "15:30"), ("ja_JP", "15:30"), ("ar_EG", None)],
)
def test_times_are_written_as_people_there_do(tag: str, zone_text: str | None) -> None:
    stationery = replace(STATIONERY, locale=Locale.parse(tag))
    content = contents()[MailTemplate.INVITATION]
    text = render(MailTemplate.INVITATION, content, stationery).text
    assert zone_text is None or zone_text in text


@pytest.mark.parametrize(
    ("accent", "text"), [("#1f5f8b", "#ffffff"), ("#ffd400", "#14181f"), ("#000000", "#ffffff")]
)
def test_buttons_can_be_read_on_any_colour(accent: str, text: str) -> None:
    assert replace(STATIONERY, accent_color=accent).accent_text_color == text


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}


def elements(html: str) -> set[str]:
    collector = _Collector()
    collector.feed(html)
    return collector.elements


def attributes(html: str) -> set[str]:
    collector = _Collector()
    collector.feed(html)
    return collector.attributes
