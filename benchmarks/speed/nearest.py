"""What a vector index would find: the postings whose texts are nearest, not those that fit best."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from blacklight_matching.scoring import CandidateFeatures, score_block
from blacklight_matching.snapshot import OpeningBlocks
from blacklight_shared.matching import MatchingConfig

from benchmarks.speed.store import Connection
from benchmarks.speed.system import MeasuredDatabase

TOP = 50
_QUERIES = 5
_EF_SEARCH = 200
_STORED = 500
"""Vectors that are stored to see what each costs."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A query of pgvector's HNSW index.

    Attributes:
        build_seconds: What building the index took.
        upkeep_ms: By how many milliseconds storing a vector takes longer with the index.
        query_seconds: The best of a few queries for the nearest fifty.
        recall_by_cosine: Share of the fifty nearest texts that it gave.
        recall_by_score: Share of the fifty best matches that it gave.
    """

    build_seconds: float
    upkeep_ms: float
    query_seconds: float
    recall_by_cosine: float
    recall_by_score: float


def nearest_by_index(
    database: MeasuredDatabase,
    people: CandidateFeatures,
    blocks: OpeningBlocks,
    *,
    candidate_row: int,
) -> Nearest:
    """Build an index, ask it, compare, and drop it."""
    connection = database.superuser
    dimension = people.embeddings.dimension
    connection.execute("SET maintenance_work_mem = '2GB'")
    storing_before = _storing_ms(connection)
    started = time.perf_counter()
    connection.execute(
        "CREATE INDEX nearest ON job_embeddings"
        f" USING hnsw ((embedding::vector({dimension})) vector_cosine_ops)".encode()
    )
    build_seconds = time.perf_counter() - started
    storing_after = _storing_ms(connection)
    connection.execute(f"SET hnsw.ef_search = {_EF_SEARCH}".encode())
    vector = people.embeddings.codes[candidate_row]
    times, found = [], set[int]()
    for _ in range(_QUERIES):
        started = time.perf_counter()
        rows = connection.execute(
            f"SELECT job_posting_id FROM job_embeddings"  # noqa: S608 -- a number and a constant
            f" ORDER BY embedding::vector({dimension}) <=> %s::vector({dimension})"
            f" LIMIT {TOP}".encode(),
            [str(vector.tolist())],
        ).fetchall()
        times.append(time.perf_counter() - started)
        found = {int(job_id) for (job_id,) in rows}
    connection.execute("DROP INDEX nearest")
    return Nearest(
        build_seconds=build_seconds,
        upkeep_ms=storing_after - storing_before,
        query_seconds=min(times),
        recall_by_cosine=len(found & _nearest_texts(people, blocks, candidate_row)) / TOP,
        recall_by_score=len(found & _best_matches(people, blocks, candidate_row)) / TOP,
    )


def _storing_ms(connection: Connection) -> float:
    """Milliseconds to store one of some vectors, which are gone afterwards."""
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL session_replication_role = replica")
        started = time.perf_counter()
        connection.execute(
            "INSERT INTO job_embeddings (job_posting_id, model, dimension, content_hash, embedding)"
            " SELECT -job_posting_id, model, dimension, content_hash, embedding"
            " FROM job_embeddings ORDER BY job_posting_id LIMIT %s",
            [_STORED],
        )
        return 1000 * (time.perf_counter() - started) / _STORED


def _nearest_texts(people: CandidateFeatures, blocks: OpeningBlocks, row: int) -> set[int]:
    jobs = blocks.joined()
    everything = np.arange(len(jobs))
    dots = people.embeddings.dots(np.array([row]), jobs.embeddings, everything)[0]
    cosines = dots / np.sqrt(np.maximum(jobs.embeddings.squared_lengths, 1))
    return set(jobs.ids[np.argsort(-cosines)[:TOP]].tolist())


def _best_matches(people: CandidateFeatures, blocks: OpeningBlocks, row: int) -> set[int]:
    jobs = blocks.joined()
    scored = score_block(people, jobs, MatchingConfig())
    mine = np.flatnonzero(scored.candidate_index == row)
    best = mine[np.argsort(-scored.total[mine], kind="stable")[:TOP]]
    return set(jobs.ids[scored.job_index[best]].tolist())
