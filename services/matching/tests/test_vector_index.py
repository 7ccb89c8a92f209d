"""The index over the postings' vectors follows the model in use."""

from __future__ import annotations

from blacklight_matching.embedding_store import Subject
from blacklight_matching.features.loading import VectorSpace
from blacklight_matching.features.postings import prepare_postings
from blacklight_matching.vector_index import VectorIndexState, keep_vector_index
from blacklight_shared.database import Database
from sqlalchemy import text

from services.matching.tests.test_embedding_store import SPACE, embedded
from services.matching.tests.world import World


async def kept(db: Database, space: VectorSpace, min_vectors: int | None = 2) -> VectorIndexState:
    async with db.global_session() as session:
        return await keep_vector_index(session, space, min_vectors=min_vectors)


async def indexed_models(db: Database) -> list[str]:
    query = r"SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'ix\_job\_embeddings\_hnsw%'"
    async with db.global_session() as session:
        definitions = (await session.scalars(text(query))).all()
    return [definition.partition("model = '")[2].partition("'")[0] for definition in definitions]


async def test_built_from_a_size_on_and_only_for_the_model_in_use(
    db: Database, world: World
) -> None:
    jobs = [await world.posting(title) for title in ("Welder", "Nurse", "Cook")]
    async with db.global_session() as session:
        await prepare_postings(session, jobs)
    await embedded(db, Subject.POSTING, jobs)

    assert await kept(db, SPACE, min_vectors=None) is VectorIndexState.OFF
    assert await kept(db, SPACE, min_vectors=4) is VectorIndexState.NOT_NEEDED
    assert await indexed_models(db) == []
    assert await kept(db, SPACE) is VectorIndexState.BUILT
    assert await kept(db, SPACE) is VectorIndexState.CURRENT
    assert await indexed_models(db) == [SPACE.model]

    assert await kept(db, VectorSpace("other", 256)) is VectorIndexState.NOT_NEEDED
    assert await indexed_models(db) == []
    assert await kept(db, VectorSpace("large", 3_072)) is VectorIndexState.UNSUPPORTED


async def test_serves_searches(db: Database, world: World) -> None:
    jobs = [await world.posting(title) for title in ("Welder", "Nurse", "Cook")]
    async with db.global_session() as session:
        await prepare_postings(session, jobs)
    await embedded(db, Subject.POSTING, jobs)
    await kept(db, SPACE)
    async with db.global_session() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.scalars(
            text(
                "EXPLAIN SELECT job_posting_id FROM job_embeddings"
                " WHERE model = 'hashed-words' AND dimension = 256"
                " ORDER BY embedding::vector(256) <=> array_fill(0.1, ARRAY[256])::vector LIMIT 2"
            )
        )
        assert "ix_job_embeddings_hnsw" in "\n".join(plan)
