"""The parts of the report on data small enough to know the answer."""

from pathlib import Path

import pytest

from benchmarks.quality.__main__ import main
from benchmarks.quality.corpora import FOLDER_VARIABLE, RankedResumes, TitleCorpus
from benchmarks.quality.lexical import bm25_scores
from benchmarks.quality.role_titles import measure


@pytest.fixture
def titles(tmp_path: Path) -> Path:
    """Two titles, and five names of three occupations."""
    folder = tmp_path / "titles"
    folder.mkdir()
    files = {
        "queries.tsv": ["Q1\tSoftware Developers", "Q2\tNurses"],
        "corpus_elements.tsv": [
            "C1\tnurse",
            "C2\tnursing professional",
            "C3\tsoftware developer",
            "C4\tprogrammer",
            "C5\tbaker",
        ],
        "concept_mapping.tsv": ["C1\ta", "C2\ta", "C3\tb", "C4\tb", "C5\tc"],
        "annotations.tsv": ["Q1\t0\tC3\t1", "Q1\t0\tC4\t1", "Q2\t0\tC1\t1", "Q2\t0\tC2\t1"],
    }
    for name, lines in files.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return folder


class TestTitles:
    def test_reads_the_corpus(self, titles: Path) -> None:
        corpus = TitleCorpus.load(titles)
        assert corpus.titles == ["Software Developers", "Nurses"]
        assert corpus.occupations == [0, 0, 1, 1, 2]
        assert corpus.relevant == [frozenset({2, 3}), frozenset({0, 1})]

    def test_a_role_that_is_found_brings_all_its_names(self, titles: Path) -> None:
        figures = {row[0]: row[1:] for row in measure(titles).rows}
        assert figures["Blacklight"] == ["1.000", "1.000"]
        assert figures["BM25 on lemmas (published)"] == [".231", ".600"]
        # "programmer" shares no word with "software developers".
        assert float(figures["BM25, measured here"][0]) < 1


class TestBm25:
    def test_finds_stems_and_knows_no_other_words(self) -> None:
        scores = bm25_scores(["nurses", "zebra"], ["a nurse", "a baker"])
        assert scores[0, 0] > scores[0, 1] == 0
        assert scores[1].tolist() == [0, 0]


class TestRankedResumes:
    def test_lists_that_are_no_order_count_as_none(self, tmp_path: Path) -> None:
        (tmp_path / "5_vacancies.csv").write_text(
            "id,job_description,job_title,uid\n1,Write code,Developer,x\n", "utf-8"
        )
        (tmp_path / "annotations-for-the-first-30-vacancies.txt").write_text(
            "ANNOTATOR_1_RANKINGS=[[2,1,4,3,5],[1,5,2,1,4]] #1-2\n"
            "ANNOTATOR_2_RANKINGS= [[5,4,3,2,1]] #1\n",
            "utf-8",
        )
        data = RankedResumes.load(tmp_path)
        assert data.rankings == ([[1, 0, 3, 2, 4], None], [[4, 3, 2, 1, 0], None])
        assert [file.name for file in data.files] == ["1.docx", "2.docx"]
        assert data.vacancies[0].title == "Developer"


class TestCommandLine:
    def test_leaves_out_what_there_is_no_data_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
        assert main(["titles", "resumes"]) == 0
        printed = " ".join(capsys.readouterr().out.split())
        assert "titles: left out, there is no titles in" in printed
        assert "resumes: left out, there is no cvs in" in printed

    def test_prints_a_table(
        self, titles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv(FOLDER_VARIABLE, str(titles.parent))
        assert main(["titles"]) == 0
        assert "Role normalisation: 2 titles" in capsys.readouterr().out

    def test_names_the_parts_there_are(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["speed"])
        assert "part must be one of titles, resumes, calibration" in capsys.readouterr().err
