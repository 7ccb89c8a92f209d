"""Places that no list has."""

from __future__ import annotations

import pytest
from blacklight_email_sync.parsing.rules import places


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Nagpur, Indore", ("Nagpur", "Indore")),
        ("Dallas, Texas", ("Dallas, Texas",)),
        ("San Francisco Bay Area", ("San Francisco Bay Area",)),
        ("Greater Los Angeles Area", ("Greater Los Angeles Area",)),
        ("Gothenburg, on site at least 3 days/week", ("Gothenburg",)),
        ("an engineer. You are skilled at finding bugs", ()),
    ],
)
def test_labelled_places(value: str, found: tuple[str, ...]) -> None:
    assert places.locations_of(value) == found


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Got a school refurb in Paisley kicking off soon", "Paisley"),
        ("a hotel in Zell am See sucht einen Koch", "Zell am See"),
        ("residencia de mayores en Alicante.", "Alicante"),
        ("five years of experience in Excel.", ""),
        ("we start in January.", ""),
    ],
)
def test_a_name_behind_in_is_a_place(text: str, place: str) -> None:
    assert places.place_mentioned(text) == place


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MAINFRAME DEVELOPER - RICHMOND, VA", ["RICHMOND, VA"]),
        ("SEND JAVA RESUMES FOR SQL, VA", []),
    ],
)
def test_capitals_are_places_where_a_piece_begins(text: str, found: list[str]) -> None:
    assert places.cities_in(text) == found


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ("Quality Lead, Ringaskiddy. Pharma, 12 months", "Ringaskiddy"),
        ("1. Piping Supervisor - QAR 7,500", ""),
    ],
)
def test_the_piece_behind_a_title_is_a_place(item: str, place: str) -> None:
    assert places.place_behind_title(item) == place
