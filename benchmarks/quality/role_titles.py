"""Do titles find their role? On MELO US→ESCO: American titles, European occupations."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_matching.embeddings.base import Vectors
from blacklight_matching.embeddings.text import role_text
from blacklight_matching.roles.similarity import NamedRoles, RoleName, Titles, role_similarities
from blacklight_shared.roles import normalise_title

from benchmarks.quality.corpora import TitleCorpus
from benchmarks.quality.lexical import bm25_scores
from benchmarks.quality.pairs import embed
from benchmarks.quality.ranking_metrics import Flags, average_precision, reciprocal_rank
from benchmarks.quality.table import Table, figure

PUBLISHED = (
    ("BM25 on lemmas", 0.231, 0.600),
    ("character TF-IDF", 0.241, 0.596),
    ("bge-m3", 0.326, 0.623),
    ("multilingual-e5", 0.376, 0.656),
    ("OpenAI embeddings", 0.464, 0.684),
    ("e5", 0.474, 0.674),
)
"""Mean average precision and reciprocal rank, as the benchmark's authors report them."""

Scores = npt.NDArray[np.floating[Any]]


def measure(folder: Path) -> Table:
    """Rank the occupations for every title, by several ways.

    Args:
        folder: Of the data set.
    """
    corpus = TitleCorpus.load(folder)
    titles = embed([role_text(normalise_title(title)) for title in corpus.titles])
    names = embed([role_text(name) for name in corpus.names])
    compared = _as_titles(corpus, titles)
    by_name = {
        "BM25, measured here": bm25_scores(corpus.titles, corpus.names),
        "MiniLM alone": titles @ names.T,
        "Blacklight": role_similarities(compared, _as_single_names(corpus, names)),
    }
    roles = _as_roles(corpus, names)
    by_role = {
        "BM25, on roles": _best_names(corpus, by_name["BM25, measured here"]),
        "MiniLM alone, on roles": titles @ roles.vectors.T,
        "Blacklight, on roles": role_similarities(compared, roles),
    }
    found = {name: list(_name_rankings(corpus, scores)) for name, scores in by_name.items()}
    found |= {name: list(_role_rankings(corpus, scores)) for name, scores in by_role.items()}
    rows = [[f"{name} (published)", figure(m), figure(r)] for name, m, r in PUBLISHED]
    rows += [[name, *_figures(rankings)] for name, rankings in found.items()]
    halves = [_figures(found["Blacklight, on roles"][start::2])[0] for start in (0, 1)]
    return Table(
        title=f"Role normalisation: {len(corpus.titles)} titles, {len(corpus.names):,} names of "
        f"{len(roles.role_ids):,} occupations",
        columns=("way to rank", "MAP", "MRR"),
        rows=rows,
        notes=(
            "Published figures and the rows without “roles” rank the names one by one. In the "
            "product roles are ranked, each with all of its names, and the names follow in the "
            "order of their roles; a role ranked too high puts all its names in front.",
            f"Nothing was fitted to these titles: MAP is {halves[0]} on every other one and "
            f"{halves[1]} on the rest.",
        ),
    )


def _as_titles(corpus: TitleCorpus, vectors: Vectors) -> Titles:
    return Titles([normalise_title(title) for title in corpus.titles], vectors)


def _as_single_names(corpus: TitleCorpus, vectors: Vectors) -> NamedRoles:
    """Every name as if it were a role of its own, as the published figures have it."""
    names = [RoleName(place, normalise_title(name)) for place, name in enumerate(corpus.names)]
    return NamedRoles(range(len(names)), vectors, names)


def _as_roles(corpus: TitleCorpus, vectors: Vectors) -> NamedRoles:
    role_ids, firsts = np.unique(corpus.occupations, return_index=True)
    names = [
        RoleName(role_id, normalise_title(name))
        for role_id, name in zip(corpus.occupations, corpus.names, strict=True)
    ]
    return NamedRoles(role_ids.tolist(), vectors[firsts], names)


def _best_names(corpus: TitleCorpus, scores: Scores) -> Scores:
    """The score of each role by the best of its names."""
    best = np.zeros((len(scores), max(corpus.occupations) + 1), scores.dtype)
    np.maximum.at(best.T, np.array(corpus.occupations), scores.T)
    return best


def _name_rankings(corpus: TitleCorpus, scores: Scores) -> Iterator[Flags]:
    """For each title, which places of the ranking of names hold a relevant one."""
    for row, relevant in zip(scores, corpus.relevant, strict=True):
        yield np.isin(np.argsort(-row, kind="stable"), list(relevant))


def _role_rankings(corpus: TitleCorpus, scores: Scores) -> Iterator[Flags]:
    """The same when roles are ranked and names follow their roles."""
    occupations = np.array(corpus.occupations)
    for row, relevant in zip(scores, corpus.relevant, strict=True):
        place = np.empty(row.size, np.int64)
        place[np.argsort(-row, kind="stable")] = np.arange(row.size)
        yield np.isin(np.argsort(place[occupations], kind="stable"), list(relevant))


def _figures(rankings: list[Flags]) -> list[str]:
    return [
        figure(float(np.mean([metric(ranking) for ranking in rankings])))
        for metric in (average_precision, reciprocal_rank)
    ]
