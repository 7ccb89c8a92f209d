"""Tables of figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table as RichTable


@dataclass(frozen=True)
class Table:
    """Figures and what has to be known about them.

    Attributes:
        title: What was measured.
        columns: The head.
        rows: As many cells each as there are columns.
        notes: Sentences to stand below.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default_factory=tuple)

    def show(self, console: Console) -> None:
        """Print the table and its notes."""
        table = RichTable(title=self.title, title_justify="left")
        for number, column in enumerate(self.columns):
            table.add_column(column, justify="right" if number else "left")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        for note in self.notes:
            console.print(note, markup=False)
        console.print()


def figure(value: float) -> str:
    """A share of 1 with three decimals, as papers give it: ``.356``."""
    return f"{value:.3f}".replace("0.", ".", 1)
