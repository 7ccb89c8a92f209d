"""Pay in the writing of several countries."""

from __future__ import annotations

import pytest
from blacklight_email_sync.parsing.rules.pay import pay_in_text
from blacklight_email_sync.parsing.rules.written_amounts import names_money, written_amounts
from blacklight_shared.work_terms import SalaryPeriod, SalaryRange
from hypothesis import given
from hypothesis import strategies as st

PAID = {
    "zwischen 3.400 € und 3.900 € brutto im Monat": (3400, 3900, "EUR", "month"),
    "entre 28 000 € et 32 000 € par an": (28_000, 32_000, "EUR", "year"),
    "28k€ - 32k€ brut annuel": (28_000, 32_000, "EUR", "year"),
    "tussen € 3.200 en € 4.100 bruto per maand": (3200, 4100, "EUR", "month"),
    "2.800 € brutos al mes": (2800, 2800, "EUR", "month"),
    "RAL 35.000-42.000 euro": (35_000, 42_000, "EUR", "year"),
    "Lön 310 kr/timme": (310, 310, "SEK", "hour"),
    "CHF 110'000": (110_000, 110_000, "CHF", "year"),
    "PLN 18 000 - 22 000 net/month": (18_000, 22_000, "PLN", "month"),
    "R45 000 per month": (45_000, 45_000, "ZAR", "month"),
    "SGD 7-8k": (7000, 8000, "SGD", "month"),
    "QAR 7,500": (7500, 7500, "QAR", "month"),
    "£12.80 days / £13.60 nights": (12.8, 12.8, "GBP", "hour"),
    "28 dollars an hour": (28, 28, "$", "hour"),
    "rate is 450 per day outside IR35": (450, 450, "", "day"),
}


@pytest.mark.parametrize(("text", "expected"), PAID.items(), ids=PAID)
def test_pay_is_read(text: str, expected: tuple[float, float, str, str]) -> None:
    low, high, currency, period = expected
    pay = next(written_amounts(text))
    assert pay == SalaryRange(low, high, currency, SalaryPeriod(period))


@pytest.mark.parametrize(
    "text",
    [
        "revenue of $20,000,000",
        "a $2M budget",
        "$10k referral bonus",
        "sign-on bonus of $5,000",
        "we pick 450 per day",
        "20,000 employees",
    ],
)
def test_other_amounts_are_no_pay(text: str) -> None:
    assert not list(written_amounts(text))


@given(
    low=st.integers(12_000, 90_000),
    span=st.integers(0, 40_000),
    separator=st.sampled_from([",", ".", " ", "’"]),
    between=st.sampled_from([" - ", "-", " to ", " bis ", " et "]),
)
def test_thousands_may_be_separated_by_any_sign(
    low: int, span: int, separator: str, between: str
) -> None:
    one, other = (f"{amount:,}".replace(",", separator) for amount in (low, low + span))
    found = list(written_amounts(f"Gehalt € {one}{between}€ {other} per year, 30 days of leave"))
    assert found == [SalaryRange(low, low + span, "EUR", SalaryPeriod.YEAR)]


@pytest.mark.parametrize(
    ("surroundings", "currency"),
    [
        ("Excavator operator\nrob@tannercivil.example.com.au", "AUD"),
        ("Certified arborist\nbianca@arborists.example.ca", "CAD"),
        ("Solicitor\namelia@hartlegal.example.nz", "NZD"),
        ("Care assistant\nCall me on 07700 900321", "USD"),
    ],
)
def test_dollars_are_those_of_the_senders_country(surroundings: str, currency: str) -> None:
    pay = pay_in_text("It pays $48 an hour flat.", surroundings)
    assert pay is not None
    assert pay.currency == currency


@pytest.mark.parametrize(
    ("signature", "currency"),
    [("07700 900321", "GBP"), ("0400 555 187", "AUD"), ("(806) 555-0118", "USD"), ("", "")],
)
def test_a_telephone_number_tells_the_currency_where_nothing_else_does(
    signature: str, currency: str
) -> None:
    pay = pay_in_text("Paying 24-27/hr", signature)
    assert pay is not None
    assert pay.currency == currency


def test_an_amount_behind_other_numbers_is_found() -> None:
    pay = pay_in_text("45 hours over five days, £32k plus tips", "")
    assert pay == SalaryRange(32_000, 32_000, "GBP", SalaryPeriod.YEAR)


def test_money_is_named_with_a_currency_only() -> None:
    assert names_money("Welder - QAR 4,200")
    assert not names_money("Welder - 4,200 hours")
