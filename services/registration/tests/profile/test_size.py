from __future__ import annotations

import pytest
from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.profile.size import size_hints

FILLER = "<p>We make tables and chairs of oak and beech, and mend old ones in our workshop.</p>"


def hints(sentence: str, data: str = "") -> list[tuple[int | None, int | None]]:
    script = f'<script type="application/ld+json">{data}</script>' if data else ""
    html = f"<html><head>{script}</head><body>{FILLER}<p>{sentence}</p></body></html>"
    page = ParsedPage("https://example.com/", html.encode())
    return [(hint.employees_min, hint.employees_max) for hint in size_hints([page])]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We are 45 people in three towns.", [(45, 45)]),
        ("More than 1,200 employees work here.", [(1_200, None)]),
        ("Today over 80 dedicated employees work here.", [(80, None)]),
        ("A company of 50-60 employees.", [(50, 60)]),
        ("We have 500+ staff.", [(500, None)]),
        ("We are a team of 12 in Leeds.", [(12, 12)]),
        ("Seven people work in the shop.", [(7, 7)]),
        ("Wir sind 45 Mitarbeiterinnen.", [(45, 45)]),
        ("Founded in 1962 by people who love wood.", []),
        ("In 2019 people came from all over.", []),
        ("We sold 300 chairs.", []),
    ],
)
def test_sentences(sentence: str, expected: list[tuple[int | None, int | None]]) -> None:
    assert hints(sentence) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("12", (12, 12)),
        ('"12"', (12, 12)),
        ('{"@type": "QuantitativeValue", "value": 30}', (30, 30)),
        ('{"@type": "QuantitativeValue", "minValue": 10, "maxValue": 20}', (10, 20)),
    ],
)
def test_structured_data(number: str, expected: tuple[int, int]) -> None:
    data = f'{{"@type": "Organization", "numberOfEmployees": {number}}}'
    assert hints("Nothing here.", data) == [expected]
