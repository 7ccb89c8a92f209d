"""The parts of the report, each a table of its own. What is measured next joins ``PARTS``."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality import calibration, mail_parsing, resume_ranking, role_titles
from benchmarks.quality.table import Table


@dataclass(frozen=True)
class Part:
    """One table.

    Attributes:
        measure: Makes the table of what lies in a folder.
        folder: Name of the folder that holds the data; None when it ships with the product.
    """

    measure: Callable[[Path], Table]
    folder: str | None


PARTS = {
    "titles": Part(role_titles.measure, "titles"),
    "resumes": Part(resume_ranking.measure, "cvs"),
    "calibration": Part(calibration.measure, None),
    "mails": Part(mail_parsing.measure, None),
}


def measure(name: str, data: Path) -> Table | None:
    """Measure one part.

    Args:
        name: A key of ``PARTS``.
        data: Where the public data sets lie.

    Returns:
        None when the data of the part is absent.
    """
    part = PARTS[name]
    folder = data / part.folder if part.folder else data
    return part.measure(folder) if part.folder is None or folder.is_dir() else None
