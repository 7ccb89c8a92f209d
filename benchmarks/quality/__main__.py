"""Command line: ``python -m benchmarks.quality``."""

import argparse
import sys

from rich.console import Console

from benchmarks.quality.corpora import FOLDER_VARIABLE, data_folder
from benchmarks.quality.report import PARTS, measure


def main(arguments: list[str] | None = None) -> int:
    """Measure and print.

    Returns:
        The exit code, 0 also when the data is absent and parts are left out.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.parts) - PARTS.keys()):
        parser.error(f"part must be one of {', '.join(PARTS)}, not {', '.join(unknown)}")
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    folder = data_folder()
    for name in options.parts or PARTS:
        table = measure(name, folder)
        if table is None:
            console.print(
                f"{name}: left out, there is no {PARTS[name].folder} in {folder}; "
                f"{FOLDER_VARIABLE} names another folder.\n",
                markup=False,
            )
        else:
            table.show(console)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
