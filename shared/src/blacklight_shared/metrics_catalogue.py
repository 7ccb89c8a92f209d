"""Every metric of the installed services, and the page that lists them.

``python -m blacklight_shared.metrics_catalogue [folder]`` writes ``metrics.md``. The metrics of a
service are found by convention: they stand in the module ``metrics`` of its package.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from prometheus_client.metrics import MetricWrapperBase

_OF_ALL = ("blacklight_shared.metrics", "blacklight_shared.outbox.metrics")
_SERVICES = "blacklight_"

_OF_HISTOGRAM = ("_bucket", "_sum", "_count")

_HEADER = """\
# Metrics

What `/metrics` of each service tells Prometheus. Generated from the code by `make docs`; a test
fails when it is stale. A histogram `NAME` is scraped as `NAME_bucket`, `NAME_sum` and `NAME_count`.
"""


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """A metric as operators see it.

    Attributes:
        module: Where it is defined.
        name: As in queries; of a histogram without its three suffixes.
        kind: ``counter``, ``gauge`` or ``histogram``.
        labels: Its own; Prometheus adds those of the target.
        meaning: In a sentence.
    """

    module: str
    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str

    @property
    def samples(self) -> tuple[str, ...]:
        """The names that are scraped."""
        if self.kind != "histogram":
            return (self.name,)
        return tuple(self.name + suffix for suffix in _OF_HISTOGRAM)


def metrics_catalogue() -> list[MetricEntry]:
    """Every metric that an installed package of Blacklight defines, module by module."""
    return [entry for module in _modules() for entry in _entries(module)]


def metrics_markdown() -> str:
    """``docs/metrics.md``."""
    return "\n".join([_HEADER, *(_section(module) for module in _modules())])


def main(folder: Path) -> None:
    """Write ``metrics.md`` into ``folder``."""
    (folder / "metrics.md").write_text(metrics_markdown(), encoding="utf-8")


def _modules() -> Iterator[ModuleType]:
    for name in _OF_ALL:
        yield importlib.import_module(name)
    packages = {found.name for found in pkgutil.iter_modules() if found.ispkg}
    for package in sorted(packages):
        name = f"{package}.metrics"
        if not package.startswith(_SERVICES) or name in _OF_ALL:
            continue
        if importlib.util.find_spec(name) is not None:
            yield importlib.import_module(name)


def _entries(module: ModuleType) -> list[MetricEntry]:
    metrics = (value for value in vars(module).values() if isinstance(value, MetricWrapperBase))
    return [_entry(module.__name__, metric) for metric in metrics]


def _entry(module: str, metric: MetricWrapperBase) -> MetricEntry:
    [family] = metric.describe()
    return MetricEntry(
        module=module,
        name=f"{family.name}_total" if family.type == "counter" else family.name,
        kind=family.type,
        labels=tuple(metric._labelnames),  # noqa: SLF001 -- nothing public tells them
        meaning=family.documentation,
    )


def _section(module: ModuleType) -> str:
    rows = [
        f"| `{entry.name}` | {entry.kind} | {_code(entry.labels)} | {entry.meaning} |"
        for entry in _entries(module)
    ]
    return "\n".join(
        [
            f"## `{module.__name__}`",
            "",
            inspect.cleandoc(module.__doc__ or "").partition("\n\n")[0],
            "",
            "| metric | kind | labels | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _code(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
