from datetime import date

import pytest
from blacklight_matching.resume.dates import (
    Interval,
    Point,
    covered_years,
    find_ranges,
    interval_of,
)
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2022, 6, 15)


class TestFindRanges:
    @pytest.mark.parametrize(
        ("text", "start", "end"),
        [
            ("Jan 2019 – Present", (2019, 1), None),
            ("03/2017-05/2019", (2017, 3), (2019, 5)),
            ("2015 to 2018", (2015, None), (2018, None)),
            ("Since 2020", (2020, None), None),
            ("from March 2015", (2015, 3), None),
            ("2020 -", (2020, None), None),
            ("2013/---", (2013, None), None),
            ("1998/2004", (1998, None), (2004, None)),
            ("July 2020 – now: Developer", (2020, 7), None),
            ("2021 - current time: Developer", (2021, None), None),
            ("2015-17", (2015, None), (2017, None)),
            ("Mar '17 - Apr '19", (2017, 3), (2019, 4)),
            ("2019-03 - 2021-11", (2019, 3), (2021, 11)),
            ("March 3, 2017 to today", (2017, 3), None),
            ("01/03/2017 - 31/12/2018", (2017, 3), (2018, 12)),
            ("Sept. 2018 until Dec. 2019", (2018, 9), (2019, 12)),
            ("12.2018 - heute", (2018, 12), None),
            ("Dez. 2018 bis März 2020", (2018, 12), (2020, 3)),
            ("août 2018 à mai 2019", (2018, 8), (2019, 5)),
            ("2000-2005 – Master", (2000, None), (2005, None)),
            ("4/2016  5/2022, Acme", (2016, 4), (2022, 5)),
            ("20192021 Acme", (2019, None), (2021, None)),
            ("2016: Freelance", (2016, None), (2016, None)),
            ("2020 - 2030", (2020, None), (2030, None)),
        ],
    )
    def test_as_people_write_it(
        self, text: str, start: tuple[int, int | None], end: tuple[int, int | None] | None
    ) -> None:
        (found,) = find_ranges(text, TODAY)
        assert (found.start, found.end) == (Point(*start), None if end is None else Point(*end))

    @pytest.mark.parametrize(
        "text", ["", "version 2019.3", "since last May", "in 2025", "1899", "20% of 4000", "x2019"]
    )
    def test_what_is_no_date(self, text: str) -> None:
        assert find_ranges(text, TODAY) == []

    def test_a_range_that_runs_backwards_is_none(self) -> None:
        found = find_ranges("2018 – 2014", TODAY)
        assert all(range_.is_single for range_ in found)

    def test_several_in_a_line(self) -> None:
        assert len(find_ranges("2010-2012 and Jan 2015 - Feb 2016", TODAY)) == 2

    def test_offsets(self) -> None:
        text = "Nurse (Jan 2019 – Present), Leeds"
        (found,) = find_ranges(text, TODAY)
        assert text[found.first : found.last] == "Jan 2019 – Present"

    @given(st.text(max_size=200))
    def test_any_text_is_read(self, text: str) -> None:
        for found in find_ranges(text, TODAY):
            assert 0 <= found.first < found.last <= len(text)

    @given(
        st.lists(
            st.sampled_from(
                ["2019", "2020", "05/", "Mar ", "-", " to ", "now", " ", "'18", "/", "."]
            )
        )
    )
    def test_ranges_are_disjoint_and_ordered(self, pieces: list[str]) -> None:
        found = find_ranges("".join(pieces), TODAY)
        reach = 0
        for range_ in found:
            assert range_.first >= reach
            assert range_.end is None or interval_of(range_, TODAY).last > 0
            reach = range_.last


class TestIntervalOf:
    @pytest.mark.parametrize(
        ("text", "years"),
        [
            ("Jan 2019 - Mar 2019", 0.25),
            ("2015 - 2018", 3.0),
            ("2016", 0.5),
            ("May 2020", 1 / 12),
            ("Jan 2022 - Present", 0.5),
            ("2020 - 2030", 2.0),
        ],
    )
    def test_length(self, text: str, years: float) -> None:
        (found,) = find_ranges(text, TODAY)
        assert covered_years([interval_of(found, TODAY)]) == pytest.approx(years)


INTERVALS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 100)).map(
        lambda pair: Interval(pair[0], pair[0] + pair[1])
    )
)


class TestCoveredYears:
    def test_overlaps_count_once(self) -> None:
        assert covered_years([Interval(0, 24), Interval(12, 36), Interval(12, 24)]) == 3.0

    @given(INTERVALS)
    def test_is_the_number_of_months_covered(self, intervals: list[Interval]) -> None:
        months = {month for first, last in intervals for month in range(first, last)}
        assert covered_years(intervals) == pytest.approx(len(months) / 12)
