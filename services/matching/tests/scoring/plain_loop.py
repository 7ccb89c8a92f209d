"""What the kernel does, as a plain loop over pairs: slow, and easy to read."""

import math
from dataclasses import dataclass

import numpy as np
from blacklight_matching.scoring import (
    CandidateFeatures,
    CandidateRow,
    JobFeatures,
    JobRow,
    Location,
)
from blacklight_shared.matching import MatchingConfig, SemanticCalibration
from blacklight_shared.work_terms import WorkMode

EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True)
class Expected:
    """What one pair should score."""

    total: float
    sub_scores: list[float | None]
    weights: list[float]
    matched: list[int]
    missing: list[int]


def plain_pair(
    candidate: CandidateRow,
    job: JobRow,
    config: MatchingConfig,
    codes: tuple[list[int], list[int]],
) -> Expected | None:
    """Score a pair as the documentation says, one number at a time; None when not stored."""
    facts = (
        bool(candidate.skill_ids),
        candidate.years_experience is not None,
        candidate.location.country is not None,
        candidate.salary_expected_usd_year is not None,
    )
    if job.role_id is None or job.role_id not in candidate.role_ids or sum(facts) < 2:
        return None
    importance = dict.fromkeys(job.nice_skill_ids, 1) | dict.fromkeys(job.required_skill_ids, 2)
    asked = sorted(importance, key=lambda skill: (-importance[skill], skill))
    matched = [skill for skill in asked if skill in candidate.skill_ids]
    scores = [
        plain_skills(importance, matched) if asked and candidate.skill_ids else None,
        plain_experience(candidate.years_experience, job.min_years, job.max_years),
        plain_location(candidate, job),
        plain_salary(candidate, job),
        plain_semantic(codes, config.semantic),
    ]
    sub_scores = [None if score is None else round_to_hundredths(score) for score in scores]
    demanded = [
        True,
        job.min_years is not None or job.max_years is not None,
        job.location.country is not None or job.work_mode is WorkMode.REMOTE,
        False,
        False,
    ]
    base = config.weights.as_tuple()
    counting = [
        weight if score is not None or demand else 0.0
        for weight, score, demand in zip(base, sub_scores, demanded, strict=True)
    ]
    evidence = sum(w for w, score in zip(base, sub_scores, strict=True) if score is not None)
    if evidence < config.minimum_evidence - 1e-9:
        return None
    weights = [weight / sum(counting) for weight in counting]
    total = round_to_hundredths(
        sum(w * (score or 0) for w, score in zip(weights, sub_scores, strict=True))
    )
    if total < config.store_threshold:
        return None
    missing = [skill for skill in asked if skill not in matched]
    return Expected(total, sub_scores, weights, matched, missing)


def round_to_hundredths(value: float) -> float:
    return round(value * 100) / 100


def plain_skills(importance: dict[int, int], matched: list[int]) -> float:
    return 100 * sum(importance[skill] for skill in matched) / max(6, sum(importance.values()))


def plain_experience(have: float | None, low: float | None, high: float | None) -> float | None:
    if have is None or (low is None and high is None):
        return None
    have = stored(have)
    if high is not None and have > stored(high):
        return max(100 - 4 * (have - stored(high)), 60)
    share = min((have + 1) / (stored(low or 0) + 1), 1)
    return 100 * share * share


def plain_location(candidate: CandidateRow, job: JobRow) -> float | None:
    home, site, mode = candidate.location, job.location, job.work_mode
    if site.country is None and mode is not WorkMode.REMOTE:
        return None
    if site.country is not None and home.country is None:
        return None
    wanted = candidate.accepted_work_modes
    if wanted and mode is not WorkMode.UNKNOWN and mode not in wanted:
        return 0
    same_country = site.country == home.country
    if mode is WorkMode.REMOTE:
        return 100 if site.country is None or same_country else 20
    score = plain_place(home, site, 2 if mode is WorkMode.HYBRID else 1)
    if candidate.willing_to_relocate:
        score = max(score, 70 if same_country else 40)
    return score


def plain_place(home: Location, site: Location, reach: float) -> float:
    scores = [0.0]
    if home.country == site.country:
        scores.append(100 if site.region is None and site.city is None else 25)
    if site.region is not None and home.region == site.region:
        scores.append(100 if site.city is None else 50)
    if site.city is not None and home.city == site.city:
        scores.append(100)
    if home.latitude is not None and site.latitude is not None:
        kilometres = plain_haversine(home, site) / reach
        scores.append(100 * min(max(1 - (kilometres - 30) / 90, 0), 1))
    return max(scores)


def plain_haversine(a: Location, b: Location) -> float:
    phi_a, phi_b = math.radians(stored(a.latitude)), math.radians(stored(b.latitude))
    half_lambda = (math.radians(stored(b.longitude)) - math.radians(stored(a.longitude))) / 2
    chord = (
        math.sin((phi_b - phi_a) / 2) ** 2
        + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(chord, 1)))


def plain_salary(candidate: CandidateRow, job: JobRow) -> float | None:
    top = job.salary_max_usd_year or job.salary_min_usd_year
    if top is None or candidate.salary_expected_usd_year is None:
        return None
    excess = candidate.salary_expected_usd_year / top - 1
    return 100 * min(max(1 - excess / 0.5, 0), 1)


def plain_semantic(
    codes: tuple[list[int], list[int]], calibration: SemanticCalibration
) -> float | None:
    left, right = codes
    lengths = sum(a * a for a in left) * sum(b * b for b in right)
    if not lengths:
        return None
    cosine = sum(a * b for a, b in zip(left, right, strict=True)) / math.sqrt(lengths)
    span = calibration.same_cosine - calibration.unrelated_cosine
    return 100 * min(max((cosine - calibration.unrelated_cosine) / span, 0), 1)


def stored(value: float | None) -> float:
    """A number as a float32 column keeps it."""
    return float(np.float32(value if value is not None else math.nan))


def plain_block(
    candidates: list[CandidateRow], jobs: list[JobRow], config: MatchingConfig
) -> dict[tuple[int, int], Expected]:
    seekers = CandidateFeatures.from_rows(candidates).embeddings.codes.tolist()
    openings = JobFeatures.from_rows(jobs).embeddings.codes.tolist()
    pairs = {
        (c, j): plain_pair(candidate, job, config, same_width(seekers[c], openings[j]))
        for c, candidate in enumerate(candidates)
        for j, job in enumerate(jobs)
    }
    return {key: expected for key, expected in pairs.items() if expected is not None}


def same_width(left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """A side on which nothing has a vector has no width."""
    width = max(len(left), len(right))
    return left or [0] * width, right or [0] * width
