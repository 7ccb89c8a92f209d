"""The geometry of charts; templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CHART_WIDTH = 600
CHART_HEIGHT = 140
_GAP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a chart, in units of its view box, with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns from left to right, and the largest value that they show."""

    columns: list[Column]
    top: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return self.top == 0


@dataclass(frozen=True, slots=True)
class Share:
    """A row of a bar chart: a value, and its percentage of the largest one."""

    label: str
    value: int
    percent: float


def column_chart(values: Sequence[tuple[str, int]]) -> Chart:
    """A chart with a column for each label and value."""
    top = max((value for _, value in values), default=0)
    step = CHART_WIDTH / max(len(values), 1)
    columns = []
    for position, (label, value) in enumerate(values):
        height = CHART_HEIGHT * value / top if top else 0.0
        columns.append(
            Column(
                x=round(step * (position + _GAP_SHARE / 2), 2),
                y=round(CHART_HEIGHT - height, 2),
                width=round(step * (1 - _GAP_SHARE), 2),
                height=round(height, 2),
                label=label,
                value=value,
            )
        )
    return Chart(columns, top)


def shares(values: Mapping[str, int]) -> list[Share]:
    """Rows of a bar chart, in the order given; the largest value fills its row."""
    top = max(values.values(), default=0)
    return [
        Share(label, value, 100 * value / top if top else 0.0) for label, value in values.items()
    ]
