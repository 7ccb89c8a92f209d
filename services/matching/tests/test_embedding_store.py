from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from blacklight_matching.embedding_store import Subject, stale_texts, store_vectors
from blacklight_matching.features.candidates import prepare_candidates
from blacklight_matching.features.loading import VectorSpace, load_candidates, read_vectors
from blacklight_matching.features.postings import prepare_postings
from blacklight_shared.database import Database
from blacklight_shared.models import Candidate, JobEmbedding, JobPosting
from sqlalchemy import select, update

from services.matching.tests.world import HashedEmbeddings, World

SPACE = VectorSpace("hashed-words", 256)


async def embedded(
    db: Database,
    subject: Subject,
    ids: Sequence[int],
    *,
    tenant_id: int | None = None,
    space: VectorSpace = SPACE,
) -> list[int]:
    """Embed what is stale; returns whose vectors were stored."""
    async with World(db).session(tenant_id) as session:
        stale = await stale_texts(session, subject, ids, space)
        vectors = await HashedEmbeddings().embed([text.text for text in stale], kind="document")
        assert await store_vectors(session, subject, stale, vectors, space) == len(stale)
        return [text.subject_id for text in stale]


class TestPostings:
    async def test_only_changed_texts_are_stale(self, db: Database, world: World) -> None:
        jobs = [await world.posting("Welder", description=f"Text {n}") for n in range(3)]
        async with db.global_session() as session:
            await prepare_postings(session, jobs)

        assert await embedded(db, Subject.POSTING, jobs) == jobs
        assert await embedded(db, Subject.POSTING, jobs) == []
        async with db.global_session() as session:
            await session.execute(
                update(JobPosting).where(JobPosting.id == jobs[1]).values(description="Other")
            )
            await session.execute(
                update(JobPosting).where(JobPosting.id == jobs[2]).values(location="Paris")
            )
        assert await embedded(db, Subject.POSTING, jobs) == [jobs[1]]

    async def test_another_model_makes_all_stale(self, db: Database, world: World) -> None:
        jobs = [await world.posting("Welder")]
        async with db.global_session() as session:
            await prepare_postings(session, jobs)
        await embedded(db, Subject.POSTING, jobs)
        other = replace(SPACE, model="other")

        assert await embedded(db, Subject.POSTING, jobs, space=other) == jobs
        async with db.global_session() as session:
            stored = (await session.scalars(select(JobEmbedding))).one()
        assert (stored.model, stored.dimension) == ("other", 256)

    async def test_vectors_come_back_as_they_went(self, db: Database, world: World) -> None:
        job_id = await world.posting("Welder")
        async with db.global_session() as session:
            await prepare_postings(session, [job_id])
            stale = await stale_texts(session, Subject.POSTING, [job_id], SPACE)
            vectors = await HashedEmbeddings().embed([stale[0].text], kind="document")
            await store_vectors(session, Subject.POSTING, stale, vectors, SPACE)
            stored = (await session.scalars(select(JobEmbedding.embedding))).one()

        np.testing.assert_array_equal(np.asarray(stored, np.float32), vectors[0])


class TestCandidates:
    async def test_profile_is_embedded_without_who_it_is(self, db: Database, world: World) -> None:
        tenant_id = await world.tenant()
        candidate_id = await world.candidate(
            tenant_id,
            roles=[await world.role("Welder")],
            first_name="Maria",
            email="maria@example.org",
            titles=["Pipe Welder"],
            skills=["Python"],
            summary="Welds pipes.",
        )
        async with db.tenant_session(tenant_id) as session:
            await prepare_candidates(session, [candidate_id])
            (stale,) = await stale_texts(session, Subject.CANDIDATE, [candidate_id], SPACE)

        assert all(word in stale.text for word in ("Pipe Welder", "Welder", "Python", "pipes"))
        assert "aria" not in stale.text

    async def test_empty_profile_has_nothing_to_embed(self, db: Database, world: World) -> None:
        tenant_id = await world.tenant()
        candidate_id = await world.candidate(tenant_id)
        async with db.tenant_session(tenant_id) as session:
            await prepare_candidates(session, [candidate_id])
            assert await stale_texts(session, Subject.CANDIDATE, [candidate_id], SPACE) == []

    async def test_vectors_of_another_model_count_as_missing(
        self, db: Database, world: World
    ) -> None:
        tenant_id = await world.tenant()
        candidate_id = await world.candidate(
            tenant_id, roles=[await world.role("Welder")], titles=["Welder"]
        )
        async with db.tenant_session(tenant_id) as session:
            await prepare_candidates(session, [candidate_id])
        await embedded(db, Subject.CANDIDATE, [candidate_id], tenant_id=tenant_id)
        async with db.tenant_session(tenant_id) as session:
            loaded = [
                await load_candidates(
                    session, tenant_id, space, after_candidate_id=0, upto_candidate_id=candidate_id
                )
                for space in (SPACE, replace(SPACE, model="other"), VectorSpace("hashed-words", 8))
            ]

        assert [bool(one.embeddings.present[0]) for one in loaded] == [True, False, False]

    async def test_of_another_tenant_are_not_seen(self, db: Database, world: World) -> None:
        mine, theirs = await world.tenant(), await world.tenant()
        candidate_id = await world.candidate(theirs, titles=["Welder"])
        async with db.tenant_session(theirs) as session:
            await prepare_candidates(session, [candidate_id])
            await session.execute(update(Candidate).values(titles=["Baker"]))

        assert await embedded(db, Subject.CANDIDATE, [candidate_id], tenant_id=mine) == []


class TestReadVectors:
    @pytest.mark.parametrize("dimension", [0, 1, 384])
    def test_reads_the_servers_format(self, dimension: int) -> None:
        values = np.linspace(-1, 1, dimension).astype(np.float32)
        sent = np.array([dimension, 0], ">i2").tobytes() + values.astype(">f4").tobytes()

        table = read_vectors([sent, None, sent], dimension)

        np.testing.assert_array_equal(table, [values, np.zeros(dimension), values])
