"""Are vacancies ranked for a CV as people rank them? On 30 CVs and five vacancies."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_matching.features.postings import PostingContent

from benchmarks.quality.corpora import VACANCIES, RankedResumes
from benchmarks.quality.lexical import bm25_scores
from benchmarks.quality.pairs import ReadResume, embed, read_resume, score_pairs
from benchmarks.quality.ranking_metrics import kendall_tau, ndcg
from benchmarks.quality.table import Table, figure

WRITTEN = date(2023, 1, 1)
"""About when the CVs were collected; jobs held "to this day" end then."""

Scores = npt.NDArray[np.floating[Any]]


def measure(folder: Path) -> Table:
    """Compare rankings of the vacancies with those of the annotators.

    Args:
        folder: Of the data set.
    """
    data = RankedResumes.load(folder)
    one, other = map(_gains, data.rankings)
    ways = {
        **_ways(data, [read_resume(file, WRITTEN) for file in data.files]),
        "the order the vacancies are listed in": np.tile(
            _gains_of(range(VACANCIES)), (len(one), 1)
        ),
    }
    ranked = [int(_is_ranked(gains).sum()) for gains in (one, other)]
    both = int((_is_ranked(one) & _is_ranked(other)).sum())
    return Table(
        title=f"Five vacancies ranked for a CV: {len(data.files)} CVs, two annotators",
        columns=("way to rank", *(f"{head} {n}" for n in (1, 2) for head in _HEADS)),
        rows=[
            *(
                [name, *_against(scores, one), *_against(scores, other)]
                for name, scores in ways.items()
            ),
            ["the other annotator", *_against(other, one), *_against(one, other)],
            ["any order, on average", *[figure(_mean_ndcg_of_any_order()), ".000", ".000"] * 2],
        ],
        notes=(
            f"The first annotator ranked {ranked[0]} CVs and the second {ranked[1]}, both of them "
            f"{both}; lists that name a vacancy twice are left out. Gains are 4 for the best "
            "vacancy down to 0. τ is Kendall's τ-b of the vacancies of a CV; τ′ of the CVs of a "
            "vacancy, which a liking for some vacancies cannot raise.",
            "What the annotators agree on is the most that can be learnt here.",
        ),
    )


_HEADS = ("nDCG", "τ", "τ′")


def _ways(data: RankedResumes, resumes: Sequence[ReadResume]) -> dict[str, Scores]:
    texts = [f"{vacancy.title}\n{vacancy.description}" for vacancy in data.vacancies]
    postings = [
        PostingContent(title=vacancy.title, description=vacancy.description)
        for vacancy in data.vacancies
    ]
    resume_texts = [resume.text for resume in resumes]
    return {
        "BM25": bm25_scores(resume_texts, texts),
        "MiniLM alone": embed(resume_texts) @ embed(texts).T,
        "Blacklight": score_pairs([resume.profile for resume in resumes], postings),
    }


def _gains(rankings: Sequence[list[int] | None]) -> Scores:
    """What each vacancy is worth for each CV; NaN where there is no ranking."""
    unknown = np.full(VACANCIES, np.nan)
    return np.stack([unknown if ranking is None else _gains_of(ranking) for ranking in rankings])


def _gains_of(ranking: Sequence[int]) -> Scores:
    gains = np.empty(VACANCIES)
    gains[list(ranking)] = np.arange(VACANCIES)[::-1]
    return gains


def _is_ranked(gains: Scores) -> npt.NDArray[np.bool_]:
    return np.asarray(~np.isnan(gains).any(axis=1))


def _against(scores: Scores, gains: Scores) -> list[str]:
    """Mean nDCG, τ and τ′ over what both sides have ranked."""
    known = _is_ranked(scores) & _is_ranked(gains)
    scores, gains = scores[known], gains[known]
    by_resume = list(zip(scores, gains, strict=True))
    by_vacancy = list(zip(scores.T, gains.T, strict=True))
    return [
        figure(float(np.mean([ndcg(*pair) for pair in by_resume]))),
        figure(float(np.mean([kendall_tau(*pair) for pair in by_resume]))),
        figure(float(np.mean([kendall_tau(*pair) for pair in by_vacancy]))),
    ]


def _mean_ndcg_of_any_order() -> float:
    gains = np.arange(VACANCIES, dtype=np.float64)
    orders = permutations(range(VACANCIES))
    return float(np.mean([ndcg(np.array(order, np.float64), gains) for order in orders]))
