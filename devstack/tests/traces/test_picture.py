import xml.etree.ElementTree as ET
from random import Random

import pytest
from blacklight_devstack.traces.collector import ReceivedSpan
from blacklight_devstack.traces.picture import LABEL_WIDTH, WIDTH, waterfall

MS = 1_000_000
SVG = "{http://www.w3.org/2000/svg}"


def span(
    name: str, parent: str = "", *, start: int, end: int, service: str = "api"
) -> ReceivedSpan:
    return ReceivedSpan("trace", name, parent, service, name, start * MS, end * MS)


SPANS = [
    span("request", start=0, end=20),
    span("outbox", "request", start=10, end=50),
    span("run", "outbox", start=60, end=200, service="matching"),
    span("step 1", "run", start=65, end=90, service="matching"),
    span("step 2", "run", start=95, end=195, service="matching"),
]


def labels(picture: str) -> list[str]:
    root = ET.fromstring(picture)  # noqa: S314 - made here
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def test_children_stand_below_their_parents_in_order_of_time() -> None:
    shuffled = Random(3).sample(SPANS, k=len(SPANS))
    found = [
        label
        for label in labels(waterfall(shuffled, "A trace"))
        if label in {s.name for s in SPANS}
    ]
    assert found == [s.name for s in SPANS]


def test_bars_lie_where_their_times_are() -> None:
    root = ET.fromstring(waterfall(SPANS, "A trace"))  # noqa: S314 - made here
    bars = [bar for bar in root.iter(f"{SVG}rect") if bar.get("rx")]
    lefts = [float(bar.attrib["x"]) for bar in bars]
    rights = [left + float(bar.attrib["width"]) for left, bar in zip(lefts, bars, strict=True)]
    assert lefts == sorted(lefts)
    assert lefts[0] == LABEL_WIDTH
    assert rights[0] < lefts[2]
    assert max(rights) == pytest.approx(rights[2])
    assert max(rights) < WIDTH
    assert len({bar.attrib["fill"] for bar in bars}) == 2


def test_a_name_is_text_and_nothing_else() -> None:
    picture = waterfall([span("<script>", start=0, end=1)], "a & b")
    assert "<script>" in labels(picture)
    assert "a & b" in labels(picture)


def test_a_span_of_an_unknown_parent_is_shown() -> None:
    assert "lost" in labels(waterfall([span("lost", "unknown", start=0, end=0)], "A trace"))


def test_nothing_is_no_trace() -> None:
    with pytest.raises(ValueError, match="one span"):
        waterfall([], "A trace")
