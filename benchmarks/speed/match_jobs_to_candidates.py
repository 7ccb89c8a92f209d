"""Postings against eligible candidates, from the event to committed rows; by one worker and two."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from statistics import median

import numpy as np
from blacklight_matching.embedding_store import Subject, stale_texts, store_vectors
from blacklight_matching.features.loading import VectorSpace, load_candidates, load_postings
from blacklight_matching.features.postings import prepare_postings
from blacklight_matching.scoring import score_tiles
from blacklight_shared.events import JobsImported
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.skills import SkillTaxonomy

from benchmarks.speed.limits import MATCH_COLUMNS, best_seconds, copy_seconds
from benchmarks.speed.market import Market
from benchmarks.speed.peer import seconds_per_pair
from benchmarks.speed.report import Figure
from benchmarks.speed.store import (
    ROLE_ID,
    TENANT_ID,
    add_candidates,
    add_tenant_and_role,
    add_written_jobs,
)
from benchmarks.speed.system import Installation, MeasuredDatabase, Workers

FUNCTION = "blacklight-matching-match-jobs-to-candidates"
TIMES_THE_PEER = 300
TIMES_THE_LIMIT = 3
TWO_WORKERS = 1.6

_MAX_ID = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is matched.

    Attributes:
        jobs: Postings of one event.
        candidates: Eligible for all of them.
        sample: Pairs that the peer is measured on.
        repeats: Starts of the workers, with two measured runs each; the median counts.
    """

    jobs: int = 1_000
    candidates: int = 10_000
    sample: int = 1_000
    repeats: int = 3

    @property
    def pairs(self) -> int:
        """All of them are eligible."""
        return self.jobs * self.candidates


def measure(installation: Installation, sizes: Sizes, space: VectorSpace) -> list[Figure]:
    """Match an import with one worker and with two."""
    with installation.database("match_jobs") as database:
        job_ids = _fill(database, sizes, space)
        event = JobsImported(job_ids=job_ids, source="bench")
        one, two = _typical_runs(installation, database, event, sizes.repeats)
        rows = int(database.value("SELECT count(*) FROM candidate_job_matches"))
        arithmetic = asyncio.run(_arithmetic_seconds(database, job_ids, space))
        copying = copy_seconds(database, "candidate_job_matches", MATCH_COLUMNS, "true")
        pair_seconds = _peer_seconds(database, sizes, job_ids)
    limit = arithmetic + copying
    shape = f"{sizes.jobs:,} × {sizes.candidates:,}, {rows:,} rows"
    peer = pair_seconds * sizes.pairs
    return [
        Figure(
            name="match-jobs-to-candidates, event to rows",
            sizes=shape,
            unit="s",
            ours=one,
            peer=peer,
            limit=limit,
            peer_note=f"objects, pair by pair: {sizes.sample:,} pairs measured, scaled linearly",
            limit_note=f"scoring {arithmetic:.2f} s + COPY of the rows {copying:.2f} s",
            targets=(
                (f"≥ {TIMES_THE_PEER} × the peer", peer / one >= TIMES_THE_PEER),
                (f"≤ {TIMES_THE_LIMIT} × the limit", one / limit <= TIMES_THE_LIMIT),
            ),
        ),
        Figure(
            name="the same with two workers",
            sizes=f"{shape}, {os.cpu_count()} cores",
            unit="s",
            ours=two,
            peer=one,
            peer_note="one worker",
            targets=((f"≥ {TWO_WORKERS} × one worker", one / two >= TWO_WORKERS),),
        ),
    ]


def _fill(database: MeasuredDatabase, sizes: Sizes, space: VectorSpace) -> list[int]:
    """Store both sides, with features and vectors up to date; returns the postings' ids."""
    market = Market.open()
    add_tenant_and_role(database.superuser)
    people = market.candidates(np.arange(1, sizes.candidates + 1), ROLE_ID)
    add_candidates(database.superuser, people, space.model)
    words = {skill_id: skill.name for skill_id, skill in SkillTaxonomy.builtin().skills.items()}
    jobs = market.jobs(np.arange(1, sizes.jobs + 1), ROLE_ID)
    add_written_jobs(database.superuser, jobs, words)
    rows = database.superuser.execute("SELECT id FROM job_postings ORDER BY id").fetchall()
    job_ids = [int(job_id) for (job_id,) in rows]
    asyncio.run(_prepare(database, job_ids, space, market))
    database.superuser.execute("VACUUM ANALYZE")
    return job_ids


async def _prepare(
    database: MeasuredDatabase, job_ids: list[int], space: VectorSpace, market: Market
) -> None:
    """Read the postings as the worker does; their vectors are drawn instead of computed."""
    connected = database.connected()
    async with connected.global_session() as session:
        await prepare_postings(session, job_ids)
        texts = await stale_texts(session, Subject.POSTING, job_ids, space)
        vectors = market.embeddings(len(texts)).codes.astype(np.float32)
        await store_vectors(session, Subject.POSTING, texts, vectors, space)
    await connected.close()


def _typical_runs(
    installation: Installation, database: MeasuredDatabase, event: JobsImported, repeats: int
) -> tuple[float, float]:
    """The medians of runs into an empty table, with one worker and with two.

    They take turns, so that what else the machine does at a time falls on both.
    """
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(repeats):
        for workers, measured in seconds.items():
            measured += _warm_runs(installation, database, event, workers)
    return median(seconds[1]), median(seconds[2])


def _warm_runs(
    installation: Installation, database: MeasuredDatabase, event: JobsImported, workers: int
) -> list[float]:
    """The second run of workers, and the third."""
    with installation.workers(database.urls, workers) as running:
        _, *warm = (_run(running, database, event) for _ in range(3))
    return warm


def _run(running: Workers, database: MeasuredDatabase, event: JobsImported) -> float:
    database.superuser.execute("TRUNCATE candidate_job_matches")
    database.superuser.execute("CHECKPOINT")
    return running.run(event, FUNCTION)[0]


async def _arithmetic_seconds(
    database: MeasuredDatabase, job_ids: list[int], space: VectorSpace
) -> float:
    connected = database.connected()
    async with connected.tenant_session(TENANT_ID) as session:
        jobs = await load_postings(session, job_ids, space)
        people = await load_candidates(
            session, TENANT_ID, space, after_candidate_id=0, upto_candidate_id=_MAX_ID
        )
    await connected.close()

    def score() -> int:
        return sum(len(pairs) for pairs in score_tiles(people, jobs, MatchingConfig()))

    return best_seconds(score)


def _peer_seconds(database: MeasuredDatabase, sizes: Sizes, job_ids: list[int]) -> float:
    people = max(1, sizes.sample // 100)
    jobs = max(1, sizes.sample // people)
    return seconds_per_pair(database.urls.owner, range(1, people + 1), job_ids[:jobs])
