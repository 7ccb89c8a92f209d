"""One candidate against all open postings, warm and cold, and what holding them takes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import numpy.typing as npt
from blacklight_matching.embedding_store import Subject, stale_texts, store_vectors
from blacklight_matching.features.candidates import prepare_candidates
from blacklight_matching.features.loading import VectorSpace, load_candidates
from blacklight_matching.scoring import CandidateFeatures, score_block, score_tiles
from blacklight_matching.snapshot import OpeningBlocks, PostingSnapshot
from blacklight_shared.events import GenerateCandidateMatches
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.skills import SkillTaxonomy

from benchmarks.speed.limits import MATCH_COLUMNS, best_seconds, copy_seconds
from benchmarks.speed.market import Market
from benchmarks.speed.nearest import Nearest, nearest_by_index
from benchmarks.speed.peer import sample_seconds_per_pair
from benchmarks.speed.report import Figure
from benchmarks.speed.store import (
    ROLE_ID,
    TENANT_ID,
    add_jobs,
    add_tenant_and_role,
    add_written_candidates,
    repeat_jobs,
)
from benchmarks.speed.system import Installation, MeasuredDatabase, Workers

FUNCTION = "blacklight-matching-generate-candidate-matches"
TIMES_THE_PEER = 1_000
TIMES_THE_LIMIT = 2
MEMORY_TIMES_ARRAYS = 2
GROWTH_TOLERANCE = 1.1
"""Two measurements of the same work differ by as much."""

_RUNS_PER_ROUND = 2
_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is matched.

    Attributes:
        jobs: Open postings, all in the candidate's role; rising. The first are drawn, more are
            the same again.
        sample: Pairs that the peer is measured on.
        index_up_to: The largest number of postings that a vector index is built for: with a
            million that alone takes longer than all the rest.
        rounds: How often ours and the peer take turns.
    """

    jobs: tuple[int, ...] = (100_000, 1_000_000)
    sample: int = 1_000
    index_up_to: int = 100_000
    rounds: int = 9


@dataclass(frozen=True, slots=True)
class _Warm:
    """Seconds of a candidate with a loaded worker.

    Attributes:
        run: From the event to committed rows.
        peer: The peer, scaled to as many postings.
        finding: Of it, bringing the snapshot up to date and scoring, without rows.
        arithmetic: Scoring alone, all postings in one block of arrays.
        copying: A COPY of the rows.
        rows: How many there are.
        is_exact: Whether the rows are those of scoring without any pruning.
    """

    run: float
    peer: float
    finding: float
    arithmetic: float
    copying: float
    rows: int
    is_exact: bool


def measure(installation: Installation, sizes: Sizes, space: VectorSpace) -> list[Figure]:
    """Match single candidates with ever more postings."""
    figures: list[Figure] = []
    warm_by_size: dict[int, _Warm] = {}
    with installation.database("match_candidate") as database:
        market = Market.open()
        add_tenant_and_role(database.superuser)
        people = market.candidates(np.arange(1, _CANDIDATES + 1), ROLE_ID)
        words = {skill_id: skill.name for skill_id, skill in SkillTaxonomy.builtin().skills.items()}
        add_written_candidates(database.superuser, people, words)
        asyncio.run(_prepare(database, people, space))
        stored = 0
        for count in sizes.jobs:
            _add_jobs_up_to(database, market, count, stored, space)
            stored = count
            database.superuser.execute("TRUNCATE candidate_job_matches")
            figures += _measure_size(installation, database, count, sizes, space, warm_by_size)
    return figures


def _add_jobs_up_to(
    database: MeasuredDatabase, market: Market, count: int, stored: int, space: VectorSpace
) -> None:
    """The first size is drawn, larger ones hold it several times over."""
    if not stored:
        jobs = market.jobs(np.arange(1, count + 1), ROLE_ID)
        add_jobs(database.superuser, jobs, space.model)
    else:
        for start in range(stored, count, stored):
            repeat_jobs(database.superuser, min(stored, count - start), start)
    database.superuser.execute("VACUUM ANALYZE job_postings, job_features, job_embeddings")


async def _prepare(
    database: MeasuredDatabase, people: CandidateFeatures, space: VectorSpace
) -> None:
    """Read the profiles as the worker does; their vectors are drawn instead of computed."""
    connected, ids = database.connected(), people.ids.tolist()
    async with connected.tenant_session(TENANT_ID) as session:
        await prepare_candidates(session, ids)
        texts = await stale_texts(session, Subject.CANDIDATE, ids, space)
        vectors = people.embeddings.codes.astype(np.float32)
        await store_vectors(session, Subject.CANDIDATE, texts, vectors, space)
    await connected.close()


def _measure_size(
    installation: Installation,
    database: MeasuredDatabase,
    count: int,
    sizes: Sizes,
    space: VectorSpace,
    warm_by_size: dict[int, _Warm],
) -> list[Figure]:
    blocks, people = asyncio.run(_load(database, space))
    with installation.workers(database.urls) as workers:
        cold = _run(workers, 1)
        warm = _warm(workers, database, space, blocks, people, sizes)
        memory = workers.processes[0].memory_info().rss
    shape = f"1 × {count:,}"
    figures = _run_figures(shape, warm, cold)
    if warm_by_size:
        figures.append(_growth(warm_by_size, count, warm))
    warm_by_size[count] = warm
    if count <= sizes.index_up_to:
        nearest = nearest_by_index(database, people, blocks, candidate_row=1)
        figures.append(_index_figure(shape, warm, nearest))
    if count == sizes.jobs[-1]:
        figures.append(_memory_figure(count, memory, blocks))
    return figures


async def _load(
    database: MeasuredDatabase, space: VectorSpace
) -> tuple[OpeningBlocks, CandidateFeatures]:
    connected = database.connected()
    snapshot = PostingSnapshot()
    async with connected.global_session() as session:
        blocks = await snapshot.up_to_date(session, space)
    async with connected.tenant_session(TENANT_ID) as session:
        people = await load_candidates(
            session, TENANT_ID, space, after_candidate_id=0, upto_candidate_id=_CANDIDATES
        )
    await connected.close()
    return blocks, people


def _run(workers: Workers, candidate_id: int) -> float:
    event = GenerateCandidateMatches(candidate_id=candidate_id, tenant_id=TENANT_ID)
    return workers.run(event, FUNCTION)[0]


def _warm(
    workers: Workers,
    database: MeasuredDatabase,
    space: VectorSpace,
    blocks: OpeningBlocks,
    people: CandidateFeatures,
    sizes: Sizes,
) -> _Warm:
    run, seconds_per_pair = _typical_run(workers, database, sizes)
    candidate = _one(people, 1)
    one_block = blocks.joined()
    config = MatchingConfig()

    def arithmetic() -> int:
        return sum(len(pairs) for pairs in score_tiles(candidate, one_block, config))

    where = "candidate_id = 2"
    return _Warm(
        run=run,
        peer=seconds_per_pair * len(blocks),
        finding=asyncio.run(_finding_seconds(database, space, candidate)),
        arithmetic=best_seconds(arithmetic),
        copying=copy_seconds(database, "candidate_job_matches", MATCH_COLUMNS, where),
        rows=int(
            database.value(f"SELECT count(*) FROM candidate_job_matches WHERE {where}")  # noqa: S608 -- constant
        ),
        is_exact=_is_exact(database, blocks, candidate, config),
    )


def _typical_run(workers: Workers, database: MeasuredDatabase, sizes: Sizes) -> tuple[float, float]:
    """The medians of a run for a candidate without matches, and of the peer's seconds per pair.

    They take turns, so that what else the machine does at a time falls on both.
    """
    _run_without_matches(workers, database, 3)
    runs, samples = [], []
    for _ in range(sizes.rounds):
        samples.append(
            sample_seconds_per_pair(database.urls.owner, [1], range(1, sizes.sample + 1))
        )
        runs += [_run_without_matches(workers, database, 2) for _ in range(_RUNS_PER_ROUND)]
    return median(runs), median(samples)


def _run_without_matches(workers: Workers, database: MeasuredDatabase, candidate_id: int) -> float:
    database.superuser.execute(
        "DELETE FROM candidate_job_matches WHERE candidate_id = %s", [candidate_id]
    )
    database.superuser.execute("VACUUM candidate_job_matches")
    return _run(workers, candidate_id)


async def _finding_seconds(
    database: MeasuredDatabase, space: VectorSpace, candidate: CandidateFeatures
) -> float:
    """As a loaded worker does it: look for changes, then score block by block."""
    connected = database.connected()
    snapshot = PostingSnapshot()
    times = []
    async with connected.tenant_session(TENANT_ID) as session:
        await snapshot.up_to_date(session, space)
        for _ in range(4):
            started = time.perf_counter()
            blocks = await snapshot.up_to_date(session, space)
            for block in blocks.of_roles([ROLE_ID]):
                for _pairs in score_tiles(
                    candidate, block.jobs, MatchingConfig(), visible_jobs=block.is_current
                ):
                    pass
            times.append(time.perf_counter() - started)
    await connected.close()
    return min(times[1:])


def _is_exact(
    database: MeasuredDatabase,
    blocks: OpeningBlocks,
    candidate: CandidateFeatures,
    config: MatchingConfig,
) -> bool:
    """Compare what is stored with scores of every pair, nothing pruned, cut afterwards."""
    everything = config.model_copy(update={"store_threshold": 0.0})
    expected: dict[int, float] = {}
    for block in blocks:
        scored = score_block(candidate, block.jobs, everything)
        totals = np.round(scored.total.astype(np.float64), 2)
        kept = totals >= config.store_threshold
        ids = block.jobs.ids[scored.job_index[kept]]
        expected.update(zip(ids.tolist(), totals[kept].tolist(), strict=True))
    rows = database.superuser.execute(
        "SELECT job_posting_id, round(score::numeric, 2)::float8 FROM candidate_job_matches"
        " WHERE candidate_id = 2"
    ).fetchall()
    return dict(rows) == expected


def _one(people: CandidateFeatures, row: int) -> CandidateFeatures:
    rows: npt.NDArray[np.int64] = np.array([row])
    return replace(
        people,
        ids=people.ids[rows],
        roles=people.roles.take(rows),
        skills=people.skills.take(rows),
        years_experience=people.years_experience[rows],
        places=people.places[rows],
        accepted_modes=people.accepted_modes[rows],
        relocates=people.relocates[rows],
        salary_expected_usd_year=people.salary_expected_usd_year[rows],
        embeddings=type(people.embeddings)(people.embeddings.codes[rows]),
    )


def _run_figures(shape: str, warm: _Warm, cold: float) -> list[Figure]:
    limit = warm.arithmetic + warm.copying
    finding = f"finding the matches ({shape})"
    run = f"generate-candidate-matches, event to rows ({shape})"
    return [
        Figure(
            name=finding,
            sizes=f"{shape}, warm",
            unit="s",
            ours=warm.finding,
            limit=warm.arithmetic,
            limit_note="the same scoring on one block of arrays, no database",
            targets=(
                (
                    f"≤ {TIMES_THE_LIMIT} × the limit",
                    warm.finding / warm.arithmetic <= TIMES_THE_LIMIT,
                ),
                ("identical to brute force", warm.is_exact),
            ),
        ),
        Figure(
            name=run,
            sizes=f"{shape}, warm, {warm.rows:,} rows",
            unit="s",
            ours=warm.run,
            peer=warm.peer,
            limit=limit,
            peer_note="objects, pair by pair: a sample measured, scaled linearly",
            limit_note=f"scoring {warm.arithmetic:.3f} s + COPY of the rows {warm.copying:.3f} s",
            targets=((f"≥ {TIMES_THE_PEER:,} × the peer", warm.peer / warm.run >= TIMES_THE_PEER),),
        ),
        Figure(
            name=f"the first candidate of a new worker ({shape})",
            sizes=f"{shape}, cold",
            unit="s",
            ours=cold,
        ),
    ]


def _growth(before: dict[int, _Warm], count: int, warm: _Warm) -> Figure:
    smaller, then = max(before.items())
    times_the_jobs = count / smaller
    # What is found grows with the postings, and so do the rows; both count.
    times_the_time = warm.run / then.run
    return Figure(
        name="growth with the postings",
        sizes=f"{smaller:,} → {count:,}",
        unit="× the time",
        ours=times_the_time,
        limit=times_the_jobs,
        limit_note="linear growth",
        targets=(("no worse than linear", times_the_time <= GROWTH_TOLERANCE * times_the_jobs),),
    )


def _index_figure(shape: str, warm: _Warm, nearest: Nearest) -> Figure:
    return Figure(
        name="beside it: top 50 from pgvector's HNSW index",
        sizes=(
            f"{shape}; finds {nearest.recall_by_cosine:.0%} of the 50 nearest texts and"
            f" {nearest.recall_by_score:.0%} of the 50 best matches; index built in"
            f" {nearest.build_seconds:.0f} s, {nearest.upkeep_ms:.1f} ms more for each new vector"
        ),
        unit="s",
        ours=warm.finding,
        peer=nearest.query_seconds,
        peer_note="the index's query, which knows texts only and gives 50 rows instead of all",
    )


def _memory_figure(count: int, memory_bytes: int, blocks: OpeningBlocks) -> Figure:
    ours, arrays = memory_bytes / 2**20, blocks.nbytes / 2**20
    return Figure(
        name="memory of a worker that holds the postings",
        sizes=f"{count:,}",
        unit="MiB",
        ours=ours,
        limit=arrays,
        limit_note="the raw feature arrays",
        targets=((f"≤ {MEMORY_TIMES_ARRAYS} × the arrays", ours / arrays <= MEMORY_TIMES_ARRAYS),),
    )
