"""The peer: objects, a loop over pairs, and a query for each pair to see whether it is stored.

The plain way to write it, and how the first outline of the system did it; in our own words. It is
measured on a sample of pairs, and scaled: its time per pair does not depend on how many there are.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import (
    CandidateEmbedding,
    CandidateFeatures,
    CandidateJobMatch,
    JobEmbedding,
    JobFeatures,
)
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from benchmarks.speed.store import TENANT_ID

_KM_PER_DEGREE = 111.2
_SAMPLES = 5


def seconds_per_pair(owner_url: str, candidate_ids: Sequence[int], job_ids: Sequence[int]) -> float:
    """Match every candidate with every posting, pair by pair, and throw the result away.

    Args:
        owner_url: Of the database; the schema's owner sees all tenants.
        candidate_ids: The candidates of the sample.
        job_ids: The postings of the sample.

    Returns:
        The median of a few samples.
    """
    return median(
        sample_seconds_per_pair(owner_url, candidate_ids, job_ids) for _ in range(_SAMPLES)
    )


def sample_seconds_per_pair(
    owner_url: str, candidate_ids: Sequence[int], job_ids: Sequence[int]
) -> float:
    """One sample of ``seconds_per_pair``, for taking turns with what is compared with it."""
    engine = create_engine(owner_url)
    config = MatchingConfig()
    with Session(engine) as session:
        started = time.perf_counter()
        jobs = [
            (session.get_one(JobFeatures, job_id), session.get_one(JobEmbedding, job_id))
            for job_id in job_ids
        ]
        for candidate_id in candidate_ids:
            candidate = session.get_one(CandidateFeatures, candidate_id)
            candidate_vector = session.get_one(CandidateEmbedding, candidate_id)
            for job, job_vector in jobs:
                total = _score(candidate, candidate_vector, job, job_vector, config)
                stored = session.scalar(
                    select(CandidateJobMatch).where(
                        CandidateJobMatch.candidate_id == candidate_id,
                        CandidateJobMatch.job_posting_id == job.job_posting_id,
                    )
                )
                if total >= config.store_threshold and stored is None:
                    session.add(_match(candidate_id, job.job_posting_id, total))
            session.flush()
        seconds = time.perf_counter() - started
        session.rollback()
    engine.dispose()
    return seconds / (len(candidate_ids) * len(job_ids))


def _match(candidate_id: int, job_id: int, total: float) -> CandidateJobMatch:
    return CandidateJobMatch(
        tenant_id=TENANT_ID,
        candidate_id=candidate_id,
        job_posting_id=job_id,
        score=total,
        weights=[],
        matched_skill_ids=[],
        missing_skill_ids=[],
        is_recommended=total >= 70,
    )


def _score(
    candidate: CandidateFeatures,
    candidate_vector: CandidateEmbedding,
    job: JobFeatures,
    job_vector: JobEmbedding,
    config: MatchingConfig,
) -> float:
    weights = config.weights
    parts = [
        (weights.skills, _skills(candidate, job)),
        (weights.experience, _experience(candidate, job)),
        (weights.location, _location(candidate, job)),
        (weights.salary, _salary(candidate, job)),
        (weights.semantic, _cosine(candidate_vector.embedding, job_vector.embedding)),
    ]
    counting = [(weight, part) for weight, part in parts if part is not None]
    return sum(weight * part for weight, part in counting) / sum(weight for weight, _ in counting)


def _skills(candidate: CandidateFeatures, job: JobFeatures) -> float | None:
    asked = set(job.skill_ids)
    return 100 * len(asked & set(candidate.skill_ids)) / len(asked) if asked else None


def _experience(candidate: CandidateFeatures, job: JobFeatures) -> float | None:
    if job.min_years is None or candidate.years_experience is None:
        return None
    return 100 * min((candidate.years_experience + 1) / (job.min_years + 1), 1)


def _location(candidate: CandidateFeatures, job: JobFeatures) -> float | None:
    places = (candidate.latitude, candidate.longitude, job.latitude, job.longitude)
    if any(number is None for number in places):
        return None
    north, east, site_north, site_east = (float(number or 0) for number in places)
    shrink = math.cos(math.radians((north + site_north) / 2))
    km = _KM_PER_DEGREE * math.hypot(north - site_north, (east - site_east) * shrink)
    return 100 * min(max(1 - (km - 30) / 90, 0), 1)


def _salary(candidate: CandidateFeatures, job: JobFeatures) -> float | None:
    wanted, paid = candidate.salary_expected_year_usd, job.salary_max_year_usd
    if wanted is None or paid is None:
        return None
    return 100 * min(max(1 - (wanted / paid - 1) / 0.5, 0), 1)


def _cosine(left: Any, right: Any) -> float:
    a, b = np.asarray(left, np.float64), np.asarray(right, np.float64)
    cosine = float(a @ b / np.sqrt((a @ a) * (b @ b)))
    return 100 * min(max((cosine - 0.2) / 0.5, 0), 1)
