"""The product's score of any CV with any posting, without a database and whatever their roles."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from blacklight_matching.embeddings.base import Vectors
from blacklight_matching.embeddings.minilm import MiniLmProvider
from blacklight_matching.embeddings.text import posting_text, profile_text
from blacklight_matching.features.postings import PostingContent, posting_facts
from blacklight_matching.locations import parse_location
from blacklight_matching.resume.documents import extract_text
from blacklight_matching.resume.models import ResumeProfile
from blacklight_matching.resume.profile import read_profile
from blacklight_matching.scoring import (
    CandidateFeatures,
    CandidateRow,
    JobFeatures,
    JobRow,
    Location,
    score_block,
)
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.skills import SkillTaxonomy

ANY_ROLE = 1
"""Everybody and everything has it, so that no pair is left out for its role."""

KEEP_ALL = MatchingConfig(store_threshold=0)

Table = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class ReadResume:
    """A CV, its text and what the product reads in it."""

    text: str
    profile: ResumeProfile


def read_resume(file: Path, today: date) -> ReadResume:
    """Read a CV as the worker does.

    Args:
        file: A document.
        today: The day on which current jobs end.
    """
    text = extract_text(file.read_bytes()).text
    return ReadResume(text, read_profile(text, taxonomy=SkillTaxonomy.builtin(), today=today))


def score_pairs(
    profiles: Sequence[ResumeProfile],
    postings: Sequence[PostingContent],
    config: MatchingConfig = KEEP_ALL,
) -> Table:
    """Score every profile with every posting.

    Args:
        profiles: m profiles.
        postings: n postings.
        config: Settings of the scores; those below its store threshold are 0.

    Returns:
        float32[m, n], 0–100; 0 where there is too little to compare.
    """
    jobs = [_job_row(number, posting) for number, posting in enumerate(postings)]
    candidates = [_candidate_row(number, profile) for number, profile in enumerate(profiles)]
    texts = [_posting_text(posting, job) for posting, job in zip(postings, jobs, strict=True)]
    texts += [_profile_text(profile) for profile in profiles]
    vectors = embed(texts)
    pairs = score_block(
        CandidateFeatures.from_rows(_with_vectors(candidates, vectors[len(jobs) :])),
        JobFeatures.from_rows(_with_vectors(jobs, vectors[: len(jobs)])),
        config,
    )
    totals = np.zeros((len(profiles), len(postings)), np.float32)
    totals[pairs.candidate_index, pairs.job_index] = pairs.total
    return totals


def embed(texts: Sequence[str]) -> Vectors:
    """Embed texts with the embedded default, as its settings are out of the box."""
    return asyncio.run(MiniLmProvider().embed(texts, kind="document"))


def _job_row(number: int, posting: PostingContent) -> JobRow:
    facts = posting_facts(posting, SkillTaxonomy.builtin())
    return JobRow(
        id=number,
        role_id=ANY_ROLE,
        required_skill_ids=list(facts.required),
        nice_skill_ids=list(facts.nice_to_have),
        min_years=facts.years.minimum,
        max_years=facts.years.maximum,
        location=Location() if facts.place is None else facts.place.location,
        work_mode=facts.work_mode,
        salary_min_usd_year=facts.salary_min_usd_year,
        salary_max_usd_year=facts.salary_max_usd_year,
    )


def _candidate_row(number: int, profile: ResumeProfile) -> CandidateRow:
    place = parse_location(profile.locations[0]) if profile.locations else None
    return CandidateRow(
        id=number,
        role_ids=[ANY_ROLE],
        skill_ids=[skill.skill_id for skill in profile.skills],
        years_experience=profile.years_experience,
        location=Location() if place is None else place.location,
    )


def _posting_text(posting: PostingContent, job: JobRow) -> str:
    skill_ids = [*job.required_skill_ids, *job.nice_skill_ids]
    return posting_text(posting.title, posting.description, skills=_names(skill_ids))


def _profile_text(profile: ResumeProfile) -> str:
    """What a candidate is embedded as; a profile that says nothing needs some text all the same."""
    titles = [*(position.title for position in profile.positions), *profile.preferred_titles]
    skills = _names([skill.skill_id for skill in profile.skills])
    summary = profile.summary or profile.headline or ""
    return profile_text(titles=titles, skills=skills, summary=summary) or "nothing"


def _names(skill_ids: Sequence[int]) -> list[str]:
    taxonomy = SkillTaxonomy.builtin()
    return [taxonomy.name(skill_id) for skill_id in skill_ids]


Row = TypeVar("Row", CandidateRow, JobRow)


def _with_vectors(rows: Sequence[Row], vectors: Vectors) -> list[Row]:
    return [
        replace(row, embedding=vector) for row, vector in zip(rows, vectors.tolist(), strict=True)
    ]
