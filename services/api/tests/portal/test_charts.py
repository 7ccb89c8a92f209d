"""The geometry of charts."""

from __future__ import annotations

from blacklight_api.portal.charts import CHART_HEIGHT, CHART_WIDTH, column_chart, shares
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.lists(st.tuples(st.just("day"), st.integers(0, 10**9)), max_size=60)


@given(VALUES)
def test_columns_stay_inside_the_chart_and_keep_their_order(values: list[tuple[str, int]]) -> None:
    chart = column_chart(values)
    assert [column.value for column in chart.columns] == [value for _, value in values]
    right = 0.0
    for column in chart.columns:
        assert column.x >= right - 0.02
        right = column.x + column.width
        assert right <= CHART_WIDTH + 0.02
        assert 0 <= column.y <= CHART_HEIGHT
        assert abs(column.y + column.height - CHART_HEIGHT) < 0.02


@given(VALUES)
def test_the_largest_value_fills_the_height(values: list[tuple[str, int]]) -> None:
    chart = column_chart(values)
    tallest = max((column.height for column in chart.columns), default=0)
    assert tallest == (0 if chart.is_empty else CHART_HEIGHT)


def test_shares_are_percentages_of_the_largest_value() -> None:
    rows = shares({"Invited": 8, "Opened": 4, "Submitted": 0})
    assert [(row.label, row.percent) for row in rows] == [
        ("Invited", 100),
        ("Opened", 50),
        ("Submitted", 0),
    ]
