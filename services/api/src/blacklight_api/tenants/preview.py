"""What other weights and thresholds would make of the matches that exist.

The formula is that of the matching service: a category counts when it was compared or demanded,
which its applied weight tells; the weights of those that count are scaled to 1.
"""

from __future__ import annotations

from blacklight_shared.matching import CATEGORIES, GradeLimits, MatchingConfig
from blacklight_shared.models import MatchStatus
from sqlalchemy import text

from blacklight_api.tenants.schemas import GradeCounts, MatchingPreview
from blacklight_api.tenants.service import matching_settings
from blacklight_api.work import TenantWork

SAMPLE_SIZE = 50_000
"""Matches looked at; as many take about a tenth of a second."""

_GRADES = ("a_plus", "a", "b", "c", "d")


async def preview(work: TenantWork, config: MatchingConfig) -> MatchingPreview:
    """Count what would change.

    Args:
        work: The tenant's.
        config: The settings that are thought of.
    """
    now = (await matching_settings(work)).config
    parameters: dict[str, object] = {
        "limit": SAMPLE_SIZE + 1,
        "sample_size": SAMPLE_SIZE,
        "closed": MatchStatus.CLOSED,
        "new": MatchStatus.NEW,
        "evidence": config.minimum_evidence,
        "store": config.store_threshold,
        "recommend": config.recommend_threshold,
        **{f"weight_{category}": config.weights.of(category) for category in CATEGORIES},
        **_limits("now", now.grade_limits),
        **_limits("then", config.grade_limits),
    }
    row = (await work.session.execute(_COUNT, parameters)).mappings().one()
    return MatchingPreview(
        counted=min(row["found"], SAMPLE_SIZE),
        is_sample=row["found"] > SAMPLE_SIZE,
        recommended_now=row["recommended_now"],
        recommended_then=row["recommended_then"],
        newly_recommended=row["newly_recommended"],
        no_longer_recommended=row["no_longer_recommended"],
        lost=row["lost"],
        grades_now=GradeCounts(**{name: row[f"{name}_now"] for name in _GRADES}),
        grades_then=GradeCounts(**{name: row[f"{name}_then"] for name in _GRADES}),
    )


def _limits(when: str, limits: GradeLimits) -> dict[str, float]:
    lows = [getattr(limits, name) for name in _GRADES]
    highs = [101.0, *lows[:-1]]
    return {
        f"{end}_{name}_{when}": value
        for name, low, high in zip(_GRADES, lows, highs, strict=True)
        for end, value in (("low", low), ("high", high))
    }


_COUNTING = {
    category: f"CASE WHEN {category}_score IS NOT NULL OR weights[{number}] > 0"
    f" THEN CAST(:weight_{category} AS float8) ELSE 0 END"
    for number, category in enumerate(CATEGORIES, start=1)
}
_POINTS = " + ".join(
    f"{counting} * COALESCE({category}_score, 0)" for category, counting in _COUNTING.items()
)
_WEIGHT = " + ".join(_COUNTING.values())
_EVIDENCE = " + ".join(
    f"CASE WHEN {category}_score IS NULL THEN 0 ELSE CAST(:weight_{category} AS float8) END"
    for category in CATEGORIES
)
_BY_GRADE = ",\n".join(
    f"count(*) FILTER (WHERE {condition} {score} >= :low_{name}_{when}"
    f" AND {score} < :high_{name}_{when}) AS {name}_{when}"
    for when, score, condition in (("now", "score", ""), ("then", "total", "is_stored AND"))
    for name in _GRADES
)
_COUNT = text(
    f"""
    WITH found AS (
      SELECT * FROM candidate_job_matches WHERE status <> :closed LIMIT :limit
    ),
    scored AS (
      SELECT status, score, is_recommended,
             round(CAST(({_POINTS}) / NULLIF({_WEIGHT}, 0) AS numeric), 2) AS total,
             {_EVIDENCE} >= :evidence - 1e-9 AS has_evidence
      FROM (SELECT * FROM found LIMIT :sample_size) AS sample
    ),
    judged AS (
      SELECT *, COALESCE(has_evidence AND total >= :store, false) AS is_stored FROM scored
    )
    SELECT (SELECT count(*) FROM found) AS found,
           count(*) FILTER (WHERE is_recommended) AS recommended_now,
           count(*) FILTER (WHERE is_stored AND total >= :recommend) AS recommended_then,
           count(*) FILTER (WHERE NOT is_recommended AND is_stored AND total >= :recommend)
             AS newly_recommended,
           count(*) FILTER (WHERE is_recommended AND NOT (is_stored AND total >= :recommend))
             AS no_longer_recommended,
           count(*) FILTER (WHERE NOT is_stored AND status = :new) AS lost,
           {_BY_GRADE}
    FROM judged
    """  # noqa: S608 -- constants only
)
