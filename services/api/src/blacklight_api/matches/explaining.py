"""From stored numbers and ids to what a recruiter reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from blacklight_shared.matching import (
    CATEGORIES,
    MatchFacts,
    MatchingConfig,
    MatchRecord,
    SkillWords,
    explain,
    grade,
)
from blacklight_shared.matching.geodesy import haversine_km
from blacklight_shared.matching.record import WorkModeName
from blacklight_shared.models import CandidateFeatures, JobFeatures, MatchStatus

from blacklight_api.matches.queries import MatchRow
from blacklight_api.matches.schemas import (
    CategoryShown,
    MatchedCandidate,
    MatchedJob,
    MatchedSkill,
    MatchShown,
    MissingSkill,
)

REQUIRED = 2
"""In ``JobFeatures.skill_importance``."""
_WORK_MODES: dict[int, WorkModeName] = {1: "onsite", 2: "hybrid", 3: "remote"}
"""By the code in ``JobFeatures.work_mode``; 0 is unknown."""


def explained(row: MatchRow, skill_names: Mapping[int, str], config: MatchingConfig) -> MatchShown:
    """A match in words.

    Args:
        row: The match with both sides.
        skill_names: Canonical names of its skills by id.
        config: The tenant's settings, for base weights and grades.
    """
    words = SkillWords(
        names=skill_names,
        in_profile=_words_by_id(row.candidate_features),
        in_posting=_words_by_id(row.job_features),
    )
    explanation = explain(_record(row), words, config)
    return MatchShown(
        id=row.match.id,
        candidate=MatchedCandidate.model_validate(row.candidate),
        job=MatchedJob.model_validate(row.job),
        score=row.match.score,
        grade=grade(row.match.score, config.grade_limits),
        is_recommended=row.match.is_recommended,
        status=MatchStatus(row.match.status),
        status_changed_at=row.match.status_changed_at,
        summary=explanation.summary,
        reasons=explanation.reasons,
        breakdown=[CategoryShown.model_validate(part) for part in explanation.categories],
        matched_skills=_matched(row, words),
        missing_skills=_missing(row, words),
        created_at=row.match.created_at,
        updated_at=row.match.updated_at,
    )


def _record(row: MatchRow) -> MatchRecord:
    match = row.match
    scores = (
        match.skills_score,
        match.experience_score,
        match.location_score,
        match.salary_score,
        match.semantic_score,
    )
    return MatchRecord(
        total_percent=match.score,
        score_percents=dict(zip(CATEGORIES, scores, strict=True)),
        weights_applied=dict(zip(CATEGORIES, match.weights, strict=True)),
        matched_skill_ids=tuple(match.matched_skill_ids),
        missing_skill_ids=tuple(match.missing_skill_ids),
        facts=_facts(row),
    )


def _facts(row: MatchRow) -> MatchFacts:
    facts = MatchFacts(
        candidate_place=row.candidate.location,
        posting_place=row.job.location,
        willing_to_relocate=row.candidate.willing_to_relocate,
    )
    profile, posting = row.candidate_features, row.job_features
    if profile is None or posting is None:
        return facts
    return replace(
        facts,
        years_have=profile.years_experience,
        years_minimum=posting.min_years,
        years_maximum=posting.max_years,
        distance_km=_distance_km(profile, posting),
        work_mode=_WORK_MODES.get(posting.work_mode),
        salary_expected_usd_year=profile.salary_expected_year_usd,
        salary_minimum_usd_year=posting.salary_min_year_usd,
        salary_maximum_usd_year=posting.salary_max_year_usd,
    )


def _distance_km(profile: CandidateFeatures, posting: JobFeatures) -> float | None:
    if profile.latitude is None or profile.longitude is None:
        return None
    if posting.latitude is None or posting.longitude is None:
        return None
    return float(
        haversine_km(profile.latitude, profile.longitude, posting.latitude, posting.longitude)
    )


def _words_by_id(features: CandidateFeatures | JobFeatures | None) -> dict[int, str]:
    if features is None:
        return {}
    return dict(zip(features.skill_ids, features.skill_words, strict=True))


def _matched(row: MatchRow, words: SkillWords) -> list[MatchedSkill]:
    required = _required_ids(row.job_features)
    return [
        MatchedSkill(
            id=skill_id,
            name=words.names[skill_id],
            in_profile=words.in_profile.get(skill_id),
            in_posting=words.in_posting.get(skill_id),
            is_required=skill_id in required,
        )
        for skill_id in _named(row.match.matched_skill_ids, words)
    ]


def _missing(row: MatchRow, words: SkillWords) -> list[MissingSkill]:
    required = _required_ids(row.job_features)
    return [
        MissingSkill(
            id=skill_id,
            name=words.names[skill_id],
            in_posting=words.in_posting.get(skill_id),
            is_required=skill_id in required,
        )
        for skill_id in _named(row.match.missing_skill_ids, words)
    ]


def _named(skill_ids: Sequence[int], words: SkillWords) -> list[int]:
    return [skill_id for skill_id in skill_ids if skill_id in words.names]


def _required_ids(features: JobFeatures | None) -> set[int]:
    if features is None:
        return set()
    pairs = zip(features.skill_ids, features.skill_importance, strict=True)
    return {skill_id for skill_id, importance in pairs if importance == REQUIRED}
