"""What scoring reads of postings, derived from their text and fields when those have changed.

What the source states in a field goes before what its text says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from blacklight_shared.postings import (
    find_posting_skills,
    find_salary,
    find_work_mode,
    find_years,
)
from blacklight_shared.skills import SkillTaxonomy
from blacklight_shared.work_terms import SalaryPeriod, SalaryRange, WorkMode, YearsRange
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Integer

from blacklight_matching.bulk import upsert
from blacklight_matching.features.codes import place_codes
from blacklight_matching.features.taxonomy import visible_taxonomy
from blacklight_matching.locations import parse_location
from blacklight_matching.scoring import UnknownCurrencyError, usd_per_year
from blacklight_matching.scoring.skills import NICE_TO_HAVE, REQUIRED

VERSION = 2
"""Part of the hash: raise it when the same posting gives other features."""

_COLUMNS = (
    "job_posting_id",
    "source_tenant_id",
    "role_id",
    "content_hash",
    "skill_ids",
    "skill_words",
    "skill_importance",
    "country",
    "region",
    "city",
    "latitude",
    "longitude",
    "min_years",
    "max_years",
    "work_mode",
    "salary_min_year_usd",
    "salary_max_year_usd",
)


async def prepare_postings(session: AsyncSession, job_ids: Sequence[int]) -> int:
    """Derive the features of those active postings that have changed.

    Global postings are read with the built-in skills, a tenant's own ones also with its additions.

    Args:
        session: A transaction that sees the postings.
        job_ids: The postings.

    Returns:
        How many were derived.
    """
    stale = (await session.execute(_STALE, {"job_ids": sorted(job_ids), "version": VERSION})).all()
    if not stale:
        return 0
    own = await visible_taxonomy(session)
    rows = await asyncio.to_thread(
        lambda: [
            _features(row, SkillTaxonomy.builtin() if row.source_tenant_id is None else own)
            for row in stale
        ]
    )
    return await upsert(session, "job_features", _COLUMNS, rows)


_STALE = text(
    """
    SELECT posting.id, posting.source_tenant_id, posting.role_id, posting.title,
           posting.location, posting.description, posting.work_mode, posting.skills,
           posting.experience_min_years, posting.experience_max_years, posting.salary_min,
           posting.salary_max, posting.salary_currency, posting.salary_period, hashed.content_hash
    FROM job_postings AS posting
    CROSS JOIN LATERAL (
      SELECT sha256(convert_to(json_build_array(
        :version, posting.title, posting.location, posting.description, posting.work_mode,
        posting.skills, posting.experience_min_years, posting.experience_max_years,
        posting.salary_min, posting.salary_max, posting.salary_currency, posting.salary_period,
        CASE WHEN posting.source_tenant_id IS NOT NULL THEN
          (SELECT json_agg(json_build_array(id, name, aliases) ORDER BY id) FROM tenant_skills)
        END
      )::text, 'UTF8')) AS content_hash
    ) AS hashed
    LEFT JOIN job_features AS features ON features.job_posting_id = posting.id
    WHERE posting.id = ANY(:job_ids) AND posting.status = 'active'
      AND (features.content_hash, features.role_id)
          IS DISTINCT FROM (hashed.content_hash, posting.role_id)
    ORDER BY posting.id
    """
).bindparams(bindparam("job_ids", type_=ARRAY(BigInteger)), bindparam("version", type_=Integer))


def _features(row: Row[Any], taxonomy: SkillTaxonomy) -> tuple[object, ...]:
    words, importance = _skills(row, taxonomy)
    place = parse_location(row.location) if row.location else None
    years = _years(row)
    salary_min, salary_max = _salary_year_usd(row)
    return (
        row.id,
        row.source_tenant_id,
        row.role_id,
        row.content_hash,
        list(words),
        list(words.values()),
        importance,
        *place_codes(place),
        years.minimum,
        years.maximum,
        _work_mode(row),
        salary_min,
        salary_max,
    )


def _skills(row: Row[Any], taxonomy: SkillTaxonomy) -> tuple[dict[int, str], list[int]]:
    """The posting's word for each skill, required ones first and then by id, and the importance."""
    found = find_posting_skills(row.title, row.description, taxonomy)
    required = {mention.skill_id: mention.word for mention in found.required}
    for term in row.skills:
        skill_id = taxonomy.resolve(term)
        if skill_id is not None:
            required.setdefault(skill_id, term)
    nice = {
        mention.skill_id: mention.word
        for mention in found.preferred
        if mention.skill_id not in required
    }
    words = dict(sorted(required.items())) | dict(sorted(nice.items()))
    return words, [REQUIRED] * len(required) + [NICE_TO_HAVE] * len(nice)


def _years(row: Row[Any]) -> YearsRange:
    low, high = row.experience_min_years, row.experience_max_years
    if low is None and high is None:
        return find_years(row.title, row.description) or YearsRange(None, None)
    return YearsRange(None if low is None else float(low), None if high is None else float(high))


def _work_mode(row: Row[Any]) -> WorkMode:
    if row.work_mode is not None:
        return WorkMode[row.work_mode.upper()]
    return find_work_mode(row.title, row.location or "", row.description)


def _salary_year_usd(row: Row[Any]) -> tuple[float | None, float | None]:
    """Bottom and top of the pay in US dollars a year; neither when its currency has no rate."""
    salary = _stated_salary(row) or find_salary(f"{row.title}\n{row.description}")
    if salary is None:
        return None, None
    try:
        bounds = [
            None
            if amount is None or amount <= 0
            else usd_per_year(amount, salary.currency, salary.period)
            for amount in (salary.minimum, salary.maximum)
        ]
    except UnknownCurrencyError:
        return None, None
    return bounds[0], bounds[1]


def _stated_salary(row: Row[Any]) -> SalaryRange | None:
    if row.salary_currency is None or row.salary_period is None:
        return None
    if row.salary_min is None and row.salary_max is None:
        return None
    return SalaryRange(
        minimum=None if row.salary_min is None else float(row.salary_min),
        maximum=None if row.salary_max is None else float(row.salary_max),
        currency=row.salary_currency,
        period=SalaryPeriod(row.salary_period),
    )
