from functools import partial

import pytest
from blacklight_devstack.call_counting import calls_for
from blacklight_shared.postings import find_salary
from blacklight_shared.work_terms import SalaryPeriod, SalaryRange
from hypothesis import given
from hypothesis import strategies as st

HOUR, DAY, MONTH, YEAR = (
    SalaryPeriod.HOUR,
    SalaryPeriod.DAY,
    SalaryPeriod.MONTH,
    SalaryPeriod.YEAR,
)


class TestFound:
    @pytest.mark.parametrize(
        ("text", "minimum", "maximum", "currency", "period"),
        [
            ("Pay: $120k–$150k plus equity", 120_000, 150_000, "USD", YEAR),
            ("Pay range 120-150k USD", 120_000, 150_000, "USD", YEAR),
            ("base salary of $130K to $160K", 130_000, 160_000, "USD", YEAR),
            ("Salary: 55,000 - 65,000 USD per year", 55_000, 65_000, "USD", YEAR),
            ("$120,000+ a year", 120_000, None, "USD", YEAR),
            ("up to $150,000 annually", None, 150_000, "USD", YEAR),
            ("$45.50/hr", 45.5, 45.5, "USD", HOUR),
            ("$15.00/hour to $17.00/hour", 15, 17, "USD", HOUR),
            ("$18 - $22 an hour", 18, 22, "USD", HOUR),
            ("US$3,000 monthly", 3_000, 3_000, "USD", MONTH),
            ("C$40 per hour", 40, 40, "CAD", HOUR),
            ("Pasadena, CA$ 28.00 per hour", 28, 28, "USD", HOUR),
            ("€50/hour", 50, 50, "EUR", HOUR),
            ("from €4,000 per month", 4_000, None, "EUR", MONTH),
            ("80.000 EUR/Jahr", 80_000, 80_000, "EUR", YEAR),
            ("Gehalt: 60.000 – 75.000 € brutto pro Jahr", 60_000, 75_000, "EUR", YEAR),
            ("£400 per day", 400, 400, "GBP", DAY),
            ("£30,000 - £35,000 p.a.", 30_000, 35_000, "GBP", YEAR),
            ("CHF 110'000 per annum", 110_000, 110_000, "CHF", YEAR),
            ("INR 12,00,000 per annum", 1_200_000, 1_200_000, "INR", YEAR),
            ("Salary, £45,000 per annum", 45_000, 45_000, "GBP", YEAR),
            ("4 weeks, £15 per hour", 15, 15, "GBP", HOUR),
            ("Outside IR35 - £500 per day", 500, 500, "GBP", DAY),
            ("Level 3 - £40,000 a year", 40_000, 40_000, "GBP", YEAR),
            ("50 - $60 per hour", 50, 60, "USD", HOUR),
            ("£450pd inside IR35", 450, 450, "GBP", DAY),
            ("Salaris € 2.900 tot € 3.400 per maand", 2_900, 3_400, "EUR", MONTH),
            ("Budget 70-80 EUR/h", 70, 80, "EUR", HOUR),
        ],
    )
    def test_as_people_write_it(
        self, text: str, minimum: float, maximum: float, currency: str, period: SalaryPeriod
    ) -> None:
        assert find_salary(text) == SalaryRange(minimum, maximum, currency, period)

    def test_a_stated_period_goes_before_a_guessed_one(self) -> None:
        text = "Compensation from $90,000. That is about $45 per hour."
        assert find_salary(text) == SalaryRange(45, 45, "USD", HOUR)

    def test_endless_amounts_are_not_all_tried(self) -> None:
        """The work for a text of twice as many amounts is the same."""
        some, twice = (calls_for(partial(find_salary, "$1 " * count)) for count in (1_000, 2_000))
        assert twice <= some + 10

    def test_the_largest_of_two_numbers_is_the_maximum(self) -> None:
        assert find_salary("Salary $90,000 - $20 bonus a year") != SalaryRange(
            90_000, 20, "USD", YEAR
        )


class TestNotFound:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "We raised $50 million",
            "revenue of $200,000 per year",
            "a $5,000 sign-on bonus",
            "the app costs $9.99 per month",
            "pay is 25 per hour",
            "$150/month in gym credits",
            "salary 2 EUR per year",
            "manages a $400,000 budget",
        ],
    )
    def test_other_amounts(self, text: str) -> None:
        assert find_salary(text) is None


@given(
    st.lists(
        st.sampled_from(
            [
                *("$", "€", "USD", "50", "120k", "80.000", "1,000", "-", "to", "per hour", "/year"),
                *("salary", "up to", "from", " ", "\n", "million", "+", "9" * 20),
            ]
        ),
        max_size=25,
    )
)
def test_any_mixture_gives_a_sound_range(words: list[str]) -> None:
    found = find_salary(" ".join(words))
    if found is not None:
        bounds = [bound for bound in (found.minimum, found.maximum) if bound is not None]
        assert bounds
        assert bounds == sorted(bounds)
        assert found.currency in {"USD", "EUR"}


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = find_salary(text)
    assert found is None or len(found.currency) == len("USD")
