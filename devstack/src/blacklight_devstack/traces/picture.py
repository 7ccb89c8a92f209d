"""A trace drawn as a waterfall: one line a span, below its parent, along the time it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from blacklight_devstack.traces.collector import ReceivedSpan

WIDTH = 1_120
LABEL_WIDTH = 470
ROW_HEIGHT = 22
HEADER_HEIGHT = 58
INDENT = 16
SHORTEST_BAR = 2
TICKS = 5

# Okabe and Ito's palette, which people with any colour vision can tell apart.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_FAILED = "#B00020"
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Row:
    span: ReceivedSpan
    depth: int


def waterfall(spans: Sequence[ReceivedSpan], title: str) -> str:
    """The picture as an SVG document.

    Args:
        spans: Of one trace, in any order.
        title: Above the picture.

    Raises:
        ValueError: There are no spans.
    """
    if not spans:
        raise ValueError("a trace has one span at least")
    rows = list(_in_order(spans))
    services = list(dict.fromkeys(row.span.service for row in rows))
    colours = {service: _COLOURS[at % len(_COLOURS)] for at, service in enumerate(services)}
    scale = _Scale.of(spans)
    height = HEADER_HEIGHT + ROW_HEIGHT * len(rows) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="20" font-size="14" font-weight="600">{escape(title)}</text>',
        *_legend(colours),
        *_ticks(scale, height),
        *(line for at, row in enumerate(rows) for line in _drawn(row, at, scale, colours)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _in_order(spans: Sequence[ReceivedSpan]) -> Iterator[_Row]:
    """Parents before children, siblings by time; a span whose parent is unknown is a root."""
    known = {span.span_id for span in spans}
    children: dict[str, list[ReceivedSpan]] = {}
    for span in sorted(spans, key=lambda span: (span.start_ns, span.end_ns, span.span_id)):
        children.setdefault(span.parent_id if span.parent_id in known else "", []).append(span)
    waiting = [_Row(span, 0) for span in reversed(children.get("", []))]
    while waiting:
        row = waiting.pop()
        yield row
        below = children.get(row.span.span_id, [])
        waiting += [_Row(span, row.depth + 1) for span in reversed(below)]


@dataclass(frozen=True, slots=True)
class _Scale:
    start_ns: int
    length_ns: int

    @classmethod
    def of(cls, spans: Sequence[ReceivedSpan]) -> _Scale:
        start = min(span.start_ns for span in spans)
        return cls(start, max(1, max(span.end_ns for span in spans) - start))

    def x(self, time_ns: int) -> float:
        share = (time_ns - self.start_ns) / self.length_ns
        return LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH - 70)


def _legend(colours: dict[str, str]) -> Iterator[str]:
    x = 12
    for service, colour in colours.items():
        yield f'<rect x="{x}" y="32" width="10" height="10" fill="{colour}"/>'
        yield f'<text x="{x + 15}" y="41" fill="#333333">{escape(service)}</text>'
        x += 30 + 7 * len(service)


def _ticks(scale: _Scale, height: int) -> Iterator[str]:
    for tick in range(TICKS):
        time_ns = scale.start_ns + scale.length_ns * tick // (TICKS - 1)
        x = scale.x(time_ns)
        label = _milliseconds(time_ns - scale.start_ns)
        yield (
            f'<line x1="{x:.1f}" y1="{HEADER_HEIGHT - 4}" x2="{x:.1f}" y2="{height - 8}"'
            ' stroke="#dddddd"/>'
        )
        yield (
            f'<text x="{x:.1f}" y="{HEADER_HEIGHT - 8}" fill="#666666"'
            f' text-anchor="middle">{label}</text>'
        )


def _drawn(row: _Row, at: int, scale: _Scale, colours: dict[str, str]) -> Iterator[str]:
    span = row.span
    y = HEADER_HEIGHT + at * ROW_HEIGHT
    start, end = scale.x(span.start_ns), scale.x(span.end_ns)
    width = max(SHORTEST_BAR, end - start)
    colour = _FAILED if span.failed else colours[span.service]
    yield f'<text x="{12 + row.depth * INDENT}" y="{y + 15}">{escape(span.name)}</text>'
    yield (
        f'<rect x="{start:.1f}" y="{y + 4}" width="{width:.1f}" height="{ROW_HEIGHT - 8}"'
        f' rx="2" fill="{colour}"/>'
    )
    yield (
        f'<text x="{start + width + 5:.1f}" y="{y + 15}" font-size="11"'
        f' fill="#333333">{_milliseconds(span.end_ns - span.start_ns)}</text>'
    )


def _milliseconds(duration_ns: int) -> str:
    milliseconds = duration_ns / _NS_PER_MS
    return f"{milliseconds:,.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"
