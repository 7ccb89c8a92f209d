"""Where the public data sets lie, and their contents. They are no part of the repository."""

import csv
import os
import re
from dataclasses import dataclass
from pathlib import Path

from blacklight_shared.job_imports.files import ImportFile
from blacklight_shared.job_imports.postings import PostingRow, read_posting
from blacklight_shared.models import FileFormat

FOLDER_VARIABLE = "BLACKLIGHT_QUALITY_DATA"
DEFAULT_FOLDER = Path(__file__).parents[3] / "shared" / "data"
VACANCIES = 5


def data_folder() -> Path:
    """``$BLACKLIGHT_QUALITY_DATA``, else ``../shared/data`` beside the repository."""
    return Path(os.environ.get(FOLDER_VARIABLE, DEFAULT_FOLDER))


@dataclass(frozen=True)
class TitleCorpus:
    """MELO US→ESCO (github.com/Avature/melo-benchmark): titles, and the names of occupations.

    Attributes:
        titles: Titles to be found a role for.
        names: Names of occupations, those of one occupation with the name it goes by first.
        occupations: For each name the number of its occupation, from 0 in order of appearance.
        relevant: For each title the names that mean the same.
    """

    titles: list[str]
    names: list[str]
    occupations: list[int]
    relevant: list[frozenset[int]]

    @classmethod
    def load(cls, folder: Path) -> "TitleCorpus":
        """Read the tab-separated files of the benchmark."""
        queries, elements = _pairs(folder / "queries.tsv"), _pairs(folder / "corpus_elements.tsv")
        concept_of = dict(_pairs(folder / "concept_mapping.tsv"))
        numbers: dict[str, int] = {}
        position = {element: number for number, (element, _) in enumerate(elements)}
        relevant: dict[str, set[int]] = {query: set() for query, _ in queries}
        for line in (folder / "annotations.tsv").read_text("utf-8").splitlines():
            query, _, element, grade = line.split("\t")
            if int(grade) > 0:
                relevant[query].add(position[element])
        return cls(
            titles=[title for _, title in queries],
            names=[name for _, name in elements],
            occupations=[
                numbers.setdefault(concept_of[element], len(numbers)) for element, _ in elements
            ],
            relevant=[frozenset(names) for names in relevant.values()],
        )


@dataclass(frozen=True)
class Vacancy:
    """A vacancy as text."""

    title: str
    description: str


@dataclass(frozen=True)
class RankedResumes:
    """CVs, vacancies, and how well two people think they fit (Vanetik and Kogan 2023).

    Attributes:
        vacancies: The five vacancies.
        files: The CVs, in the order of the rankings.
        rankings: By annotator and CV the numbers of the vacancies from 0, the best first; None
            where the annotator gave none, or one that is no order of the five.
    """

    vacancies: list[Vacancy]
    files: list[Path]
    rankings: tuple[list[list[int] | None], list[list[int] | None]]

    @classmethod
    def load(cls, folder: Path) -> "RankedResumes":
        """Read the data set's files."""
        with (folder / "5_vacancies.csv").open(encoding="utf-8", newline="") as file:
            vacancies = [
                Vacancy(row["job_title"], row["job_description"]) for row in csv.DictReader(file)
            ]
        text = (folder / "annotations-for-the-first-30-vacancies.txt").read_text("utf-8")
        _, first, second = re.split(r"ANNOTATOR_\d_RANKINGS\s*=", text)
        rankings = _rankings(first), _rankings(second)
        longest = max(map(len, rankings))
        files = [folder / "CV" / f"{number}.docx" for number in range(1, longest + 1)]
        one, other = ([*ranking, *[None] * (longest - len(ranking))] for ranking in rankings)
        return cls(vacancies, files, (one, other))


def all_resumes(folder: Path) -> list[Path]:
    """The CVs of the data set, ranked or not."""
    return sorted((folder / "CV").glob("*.docx"), key=lambda file: int(file.stem))


def load_postings(file: Path, file_format: FileFormat) -> list[PostingRow]:
    """The postings of a file, as an import reads them; rows that it would refuse are left out."""
    with file.open("rb") as content:
        rows = ImportFile(content, file_format, "utf-8", {}).rows()
        read = [read_posting(row.line, row.values or {}) for row in rows]
    return [row.posting for row in read if row.posting is not None]


def _pairs(file: Path) -> list[tuple[str, str]]:
    lines = file.read_text("utf-8").splitlines()
    return [(key, value) for key, value in (line.split("\t") for line in lines)]


def _rankings(text: str) -> list[list[int] | None]:
    lists = re.findall(r"\[((?:\s*\d\s*,?){5})\]", text)
    orders = [[int(digit) - 1 for digit in re.findall(r"\d", numbers)] for numbers in lists]
    return [order if sorted(order) == list(range(VACANCIES)) else None for order in orders]
