"""Titles as mails write them, also in words that no vocabulary has."""

from __future__ import annotations

import pytest
from blacklight_email_sync.parsing.rules import titles, unknown_titles

ASKED = {
    "we need another two RGNs for nights": "RGN",
    "I will need 4 joiners and a labourer": "joiner",
    "need 3 class 1 drivers tomorrow night out of Leeds": "class 1 driver",
    "need 25 unarmed guards 2pm-midnight": "unarmed guard",
    "Could you find us a 1:1 teaching assistant for a pupil": "teaching assistant",
    "Chasing an excavator operator (20T) for a job": "excavator operator",
    "so I'm after three hammer hands": "hammer hand",
    "we're losing our psychometrist to grad school": "psychometrist",
    "Nous cherchons deux caristes CACES 1-3-5 pour notre entrepôt": "cariste",
    "will need two substitute custodians beginning in May": "substitute custodian",
    "ricerchiamo un/una contabile con esperienza": "contabile",
    "Vi söker en sjuksköterska till Umeå": "sjuksköterska",
}


@pytest.mark.parametrize(("text", "title"), ASKED.items(), ids=ASKED)
def test_what_is_asked_for_is_the_title(text: str, title: str) -> None:
    assert titles.asked_title(text) == title


@pytest.mark.parametrize(
    "text",
    [
        "we need a quick answer by Friday",
        "please send me a reminder",
        "looking for a vendor in this",
        "I need the newsletter to go out",
    ],
)
def test_other_nouns_are_no_occupations(text: str) -> None:
    assert not titles.asked_title(text)


def test_who_leaves_names_the_job() -> None:
    text = "One of our medical assistants goes out on maternity leave in May."
    assert titles.sentence_title(text) == "medical assistant"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Data Scientist - Analytics\nAcme\nBoise, ID\n\nWe need", "Data Scientist - Analytics"),
        ("Certified Nursing Assistant (CNA)\nNights", "Certified Nursing Assistant"),
        ("Hello team\nData Scientist", ""),
        ("We need a Data Scientist.\nAcme", ""),
    ],
)
def test_a_title_on_the_first_line_is_a_headline(text: str, title: str) -> None:
    assert titles.headline(text) == title


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Client Service Associate", "Client Service Associate"),
        ("JO#4471 Warehouse Supervisor", "Warehouse Supervisor"),
        ("second shift quality technician", "quality technician"),
        ("Nurse (Night Shift)", "Nurse"),
    ],
)
def test_subjects_lose_what_is_not_the_title(subject: str, title: str) -> None:
    assert titles.subject_title(subject) == title


def test_gender_endings_belong_to_a_french_title() -> None:
    assert titles.labelled_title("Technicien(ne) comptable") == "Technicien(ne) comptable"


@pytest.mark.parametrize(
    ("subject", "phrase"),
    [
        ("Urgent: Pega LSA - Remote - C2C", "Pega LSA"),
        ("Remote | London", ""),
        ("who is looking after this", ""),
    ],
)
def test_the_subject_of_a_form_is_its_title(subject: str, phrase: str) -> None:
    assert unknown_titles.subject_phrase(subject) == phrase


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("we need a saucier at the Elm Street place", "saucier"),
        ("we need a quote for the roof", ""),
        ("we need more time for that", ""),
    ],
)
def test_unknown_words_behind_a_request_may_be_a_title(text: str, phrase: str) -> None:
    assert unknown_titles.asked_phrase(text) == phrase
