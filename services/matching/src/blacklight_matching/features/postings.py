"""What scoring reads of postings, derived from their text and fields when those have changed.

What the source states in a field goes before what its text says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
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
from blacklight_matching.locations import Place, parse_location
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingContent:
    """A posting as its source gave it; what it gave no field for is None or empty."""

    title: str
    description: str
    location: str | None = None
    work_mode: str | None = None
    skills: Sequence[str] = ()
    experience_min_years: Decimal | float | None = None
    experience_max_years: Decimal | float | None = None
    salary_min: Decimal | float | None = None
    salary_max: Decimal | float | None = None
    salary_currency: str | None = None
    salary_period: str | None = None


@dataclass(frozen=True, slots=True)
class PostingFacts:
    """What a posting asks for and offers; None where it does not say.

    Attributes:
        required: The posting's word for each skill it requires, by rising skill id.
        nice_to_have: The same for skills that are welcome.
        place: Where the work is.
        years: Years of experience asked for.
        work_mode: How the work is done.
        salary_min_usd_year: Bottom of the pay, US dollars a year.
        salary_max_usd_year: Top of the pay, US dollars a year.
    """

    required: dict[int, str]
    nice_to_have: dict[int, str]
    place: Place | None
    years: YearsRange
    work_mode: WorkMode
    salary_min_usd_year: float | None
    salary_max_usd_year: float | None


def posting_facts(posting: PostingContent, taxonomy: SkillTaxonomy) -> PostingFacts:
    """Read a posting; what its source states in a field goes before what its text says.

    Args:
        posting: The posting.
        taxonomy: Where skills are looked up.
    """
    required, nice_to_have = _skills(posting, taxonomy)
    salary_min, salary_max = _salary_year_usd(posting)
    return PostingFacts(
        required=required,
        nice_to_have=nice_to_have,
        place=parse_location(posting.location) if posting.location else None,
        years=_years(posting),
        work_mode=_work_mode(posting),
        salary_min_usd_year=salary_min,
        salary_max_usd_year=salary_max,
    )


def _features(row: Row[Any], taxonomy: SkillTaxonomy) -> tuple[object, ...]:
    content = {field.name: getattr(row, field.name) for field in fields(PostingContent)}
    facts = posting_facts(PostingContent(**content), taxonomy)
    words = facts.required | facts.nice_to_have
    return (
        row.id,
        row.source_tenant_id,
        row.role_id,
        row.content_hash,
        list(words),
        list(words.values()),
        [REQUIRED] * len(facts.required) + [NICE_TO_HAVE] * len(facts.nice_to_have),
        *place_codes(facts.place),
        facts.years.minimum,
        facts.years.maximum,
        facts.work_mode,
        facts.salary_min_usd_year,
        facts.salary_max_usd_year,
    )


def _skills(
    posting: PostingContent, taxonomy: SkillTaxonomy
) -> tuple[dict[int, str], dict[int, str]]:
    found = find_posting_skills(posting.title, posting.description, taxonomy)
    required = {mention.skill_id: mention.word for mention in found.required}
    for term in posting.skills:
        skill_id = taxonomy.resolve(term)
        if skill_id is not None:
            required.setdefault(skill_id, term)
    nice = {
        mention.skill_id: mention.word
        for mention in found.preferred
        if mention.skill_id not in required
    }
    return dict(sorted(required.items())), dict(sorted(nice.items()))


def _years(posting: PostingContent) -> YearsRange:
    low, high = posting.experience_min_years, posting.experience_max_years
    if low is None and high is None:
        return find_years(posting.title, posting.description) or YearsRange(None, None)
    return YearsRange(None if low is None else float(low), None if high is None else float(high))


def _work_mode(posting: PostingContent) -> WorkMode:
    if posting.work_mode is not None:
        return WorkMode[posting.work_mode.upper()]
    return find_work_mode(posting.title, posting.location or "", posting.description)


def _salary_year_usd(posting: PostingContent) -> tuple[float | None, float | None]:
    """Bottom and top of the pay in US dollars a year; neither when its currency has no rate."""
    salary = _stated_salary(posting) or find_salary(f"{posting.title}\n{posting.description}")
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


def _stated_salary(posting: PostingContent) -> SalaryRange | None:
    if posting.salary_currency is None or posting.salary_period is None:
        return None
    if posting.salary_min is None and posting.salary_max is None:
        return None
    return SalaryRange(
        minimum=None if posting.salary_min is None else float(posting.salary_min),
        maximum=None if posting.salary_max is None else float(posting.salary_max),
        currency=posting.salary_currency,
        period=SalaryPeriod(posting.salary_period),
    )
