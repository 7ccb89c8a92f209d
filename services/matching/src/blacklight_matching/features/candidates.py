"""What scoring reads of candidates, derived from their profiles when those have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from blacklight_shared.skills import SkillTaxonomy
from blacklight_shared.work_terms import SalaryPeriod, WorkMode
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Integer

from blacklight_matching.bulk import upsert
from blacklight_matching.features.codes import place_codes
from blacklight_matching.features.taxonomy import visible_taxonomy
from blacklight_matching.locations import parse_location
from blacklight_matching.scoring import UnknownCurrencyError, usd_per_year

VERSION = 1
"""Part of the hash: raise it when the same profile gives other features."""

_COLUMNS = (
    "candidate_id",
    "tenant_id",
    "content_hash",
    "skill_ids",
    "skill_words",
    "country",
    "region",
    "city",
    "latitude",
    "longitude",
    "years_experience",
    "work_mode_mask",
    "willing_to_relocate",
    "salary_expected_year_usd",
)


async def prepare_candidates(session: AsyncSession, candidate_ids: Sequence[int]) -> int:
    """Derive the features of those candidates whose profile, or whose tenant's skills, changed.

    Args:
        session: The tenant's transaction.
        candidate_ids: The candidates.

    Returns:
        How many were derived.
    """
    stale = (
        await session.execute(_STALE, {"candidate_ids": sorted(candidate_ids), "version": VERSION})
    ).all()
    if not stale:
        return 0
    taxonomy = await visible_taxonomy(session)
    rows = await asyncio.to_thread(lambda: [_features(row, taxonomy) for row in stale])
    return await upsert(session, "candidate_features", _COLUMNS, rows)


_STALE = text(
    """
    SELECT candidates.id, candidates.tenant_id, candidates.skills, candidates.location,
           candidates.years_experience, candidates.work_modes, candidates.willing_to_relocate,
           candidates.salary_expected, candidates.salary_currency, candidates.salary_period,
           hashed.content_hash
    FROM candidates
    CROSS JOIN LATERAL (
      SELECT sha256(convert_to(json_build_array(
        :version, candidates.skills, candidates.location, candidates.years_experience,
        candidates.work_modes, candidates.willing_to_relocate, candidates.salary_expected,
        candidates.salary_currency, candidates.salary_period,
        (SELECT json_agg(json_build_array(id, name, aliases) ORDER BY id) FROM tenant_skills)
      )::text, 'UTF8')) AS content_hash
    ) AS hashed
    LEFT JOIN candidate_features AS features ON features.candidate_id = candidates.id
    WHERE candidates.id = ANY(:candidate_ids)
      AND features.content_hash IS DISTINCT FROM hashed.content_hash
    ORDER BY candidates.id
    """
).bindparams(
    bindparam("candidate_ids", type_=ARRAY(BigInteger)), bindparam("version", type_=Integer)
)


def _features(row: Row[Any], taxonomy: SkillTaxonomy) -> tuple[object, ...]:
    words = _skill_words(row.skills, taxonomy)
    place = parse_location(row.location) if row.location else None
    return (
        row.id,
        row.tenant_id,
        row.content_hash,
        list(words),
        list(words.values()),
        *place_codes(place),
        row.years_experience,
        sum(1 << WorkMode[mode.upper()] for mode in set(row.work_modes)),
        row.willing_to_relocate,
        _expected_year_usd(row),
    )


def _skill_words(terms: Sequence[str], taxonomy: SkillTaxonomy) -> dict[int, str]:
    """The candidate's word for each skill, by rising skill id.

    An entry is a skill by name, or text that mentions some ("5 years of Python and SQL").
    """
    words: dict[int, str] = {}
    for term in terms:
        skill_id = taxonomy.resolve(term)
        if skill_id is not None:
            words.setdefault(skill_id, term)
        else:
            for mention in taxonomy.find(term):
                words.setdefault(mention.skill_id, mention.word)
    return dict(sorted(words.items()))


def _expected_year_usd(row: Row[Any]) -> float | None:
    if row.salary_expected is None or row.salary_currency is None or row.salary_period is None:
        return None
    try:
        return usd_per_year(
            float(row.salary_expected), row.salary_currency, SalaryPeriod(row.salary_period)
        )
    except UnknownCurrencyError:
        return None
