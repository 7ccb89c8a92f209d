"""What scores mean: how pairs that belong together score, and pairs that do not."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_devstack.sample import CVS_FOLDER, EXPECTED_JSON, JOBS_CSV, JOBS_JSONL
from blacklight_matching.features.postings import PostingContent
from blacklight_matching.resume.documents import DocumentError
from blacklight_matching.resume.models import ResumeProfile
from blacklight_shared.job_imports.postings import PostingRow
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import FileFormat

from benchmarks.quality.corpora import all_resumes, load_postings
from benchmarks.quality.pairs import read_resume, score_pairs
from benchmarks.quality.table import Table

TODAY = date(2026, 11, 20)
"""The day of the newest sample posting; the other files are older than that."""

REAL_POSTINGS = "jobs/data_scientist.csv"
REAL_RESUMES = "cvs"

Scores = npt.NDArray[np.floating[Any]]


def measure(data: Path) -> Table:
    """Score pairs of a common role and pairs of different ones, whatever the role filter says.

    Args:
        data: Where the public data sets lie; without them the table has fewer rows.
    """
    groups = _sample_groups()
    if (data / REAL_POSTINGS).is_file() and (data / REAL_RESUMES).is_dir():
        groups["real CVs of software people, real postings for data people"] = _real_group(data)
    config = MatchingConfig()
    return Table(
        title="Calibration: scores of pairs that belong together and of those that do not",
        columns=(
            *("pairs", "number", "median", "90 %", "99 %"),
            f"≥ {config.store_threshold:g}",
            f"≥ {config.recommend_threshold:g}",
        ),
        rows=[[name, *_distribution(scores, config)] for name, scores in groups.items()],
        notes=(
            "Roles are not looked at here; in the product only pairs of one role are scored. A "
            "pair with too little to compare counts as 0.",
        ),
    )


def _sample_groups() -> dict[str, Scores]:
    expected = json.loads(EXPECTED_JSON.read_text("utf-8"))
    roles: Mapping[str, str] = expected["postings"]
    rows = load_postings(JOBS_CSV, FileFormat.CSV) + load_postings(
        JOBS_JSONL, FileFormat.JSON_LINES
    )
    rows = [row for row in rows if row.external_id in roles]
    resumes = _readable(expected["cvs"])
    totals = score_pairs(list(resumes.values()), [_content(row) for row in rows])
    role_of_row = np.array([roles[row.external_id or ""] for row in rows])
    groups: dict[str, list[Scores]] = {}
    for name, scores in zip(resumes, totals, strict=True):
        fit, wanted = expected["cvs"][name]["fit"], expected["cvs"][name]["roles"]
        in_role = np.isin(role_of_row, wanted)
        groups.setdefault(_OTHER, []).append(scores[~in_role])
        if fit in _SAME:
            groups.setdefault(_SAME[fit], []).append(scores[in_role])
    return {name: np.concatenate(groups[name]) for name in (*_SAME.values(), _OTHER)}


_SAME = {
    "strong": "sample: one role, CVs that fit it",
    "partial": "sample: one role, CVs that fit it in part",
}
_OTHER = "sample: different roles"


def _readable(expected: Mapping[str, object]) -> dict[str, ResumeProfile]:
    resumes = {}
    for name in expected:
        try:
            resumes[name] = read_resume(CVS_FOLDER / name, TODAY).profile
        except DocumentError:
            continue
    return resumes


def _real_group(data: Path) -> Scores:
    postings = load_postings(data / REAL_POSTINGS, FileFormat.CSV)
    resumes = [read_resume(file, TODAY).profile for file in all_resumes(data / REAL_RESUMES)]
    return score_pairs(resumes, [_content(row) for row in postings]).ravel()


def _content(row: PostingRow) -> PostingContent:
    return PostingContent(
        title=row.title,
        description=row.description,
        location=row.location,
        work_mode=row.work_mode,
        skills=row.skills,
        experience_min_years=row.experience_min_years,
        experience_max_years=row.experience_max_years,
        salary_min=row.salary_min,
        salary_max=row.salary_max,
        salary_currency=row.salary_currency,
        salary_period=row.salary_period,
    )


def _distribution(scores: Scores, config: MatchingConfig) -> Sequence[str]:
    quantiles = np.quantile(scores, (0.5, 0.9, 0.99))
    shares = [
        np.mean(scores >= limit) for limit in (config.store_threshold, config.recommend_threshold)
    ]
    return [
        f"{scores.size:,}",
        *(f"{quantile:.1f}" for quantile in quantiles),
        *(f"{share:.1%}" for share in shares),
    ]
