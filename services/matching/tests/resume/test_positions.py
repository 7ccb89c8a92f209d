from datetime import date

import pytest
from blacklight_matching.resume.dates import Point
from blacklight_matching.resume.positions import FoundPosition, find_positions
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2022, 6, 15)


def found(text: str) -> list[FoundPosition]:
    return find_positions(text.split("\n"), TODAY)


class TestLayouts:
    @pytest.mark.parametrize(
        "text",
        [
            "2015 – 2018: Data Engineer, Acme Ltd (Leeds)",
            "Data Engineer at Acme Ltd, 2015 - 2018",
            "Data Engineer  Acme Ltd  2015 to 2018",
            "Acme Ltd, Data Engineer 2015/2018",
            "2015 - 2018 | Acme Ltd | Data Engineer",
            "2015 – 2018\nData Engineer\nAcme Ltd",
            "Data Engineer\nAcme Ltd\n2015 – 2018\n• Built pipelines",
            "Acme Ltd    2015 – 2018\nData Engineer\n• Built pipelines",
            "Data Engineer\n2015 – 2018\nAcme Ltd",
            "2015 - 2018 Acme Ltd\nRole: Data Engineer",
        ],
    )
    def test_one_job(self, text: str) -> None:
        (position,) = found(text)
        assert position.title == "Data Engineer"
        assert position.employer == "Acme Ltd"
        assert position.dates is not None
        assert (position.dates.start, position.dates.end) == (Point(2015), Point(2018))

    def test_newest_first(self) -> None:
        text = "Cook, 2010 - 2012\nServed\nNurse, 2015 - now\nCared\nPorter, 2012 - 2015\nCarried"
        assert [position.title for position in found(text)] == ["Nurse", "Porter", "Cook"]

    def test_lines_up_to_the_next_job_describe_it(self) -> None:
        text = "Nurse, 2015 - now\n• cared\n• wrote\nCook, 2010 - 2012\n• cooked"
        first, second = found(text)
        assert first.lines == ("Nurse, 2015 - now", "• cared", "• wrote")
        assert second.lines == ("Cook, 2010 - 2012", "• cooked")

    def test_jobs_without_dates_come_last(self) -> None:
        text = "Nurse, 2015 - now\ncared\nfor\nmany\npeople\nCook, Acme Kitchen\ncooked"
        assert [(p.title, p.dates is None) for p in found(text)] == [
            ("Nurse", False),
            ("Cook", True),
        ]

    def test_a_stretch_beside_a_single_date_is_taken(self) -> None:
        text = "2018  Data Engineer @ Acme\nCar software / 2018 - 2020"
        (position,) = found(text)
        assert position.dates is not None
        assert position.dates.end == Point(2020)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Built the system that won the prize of the year 2015 for the whole company and more",
            "• Certificate of 2015",
            "Leeds University, 2010 - 2013",
        ],
    )
    def test_what_is_no_job(self, text: str) -> None:
        assert found(text) == []


@given(
    st.lists(
        st.sampled_from(
            [
                "Nurse",
                "2015 - 2018",
                "Acme Ltd",
                "• cared for people",
                "",
                "2019",
                "since 2020, Cook",
            ]
        ),
        max_size=25,
    )
)
def test_any_order_of_lines_is_read(lines: list[str]) -> None:
    positions = find_positions(lines, TODAY)
    assert {position.title for position in positions} <= {"Nurse", "Cook"}
    assert sum(len(position.lines) for position in positions) <= len(lines)
