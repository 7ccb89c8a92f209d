from blacklight_matching.matches.eligibility import ScoringTile, plan_tiles
from blacklight_matching.steps.postings import group_tiles
from blacklight_shared.database import Database
from blacklight_shared.models import CandidateJobMatch, CandidateStatus
from hypothesis import given
from hypothesis import strategies as st

from services.matching.tests.world import World

TILES = st.lists(st.integers(0, 2_000), max_size=60).map(
    lambda counts: [ScoringTile(number, 0, None, count) for number, count in enumerate(counts)]
)


class TestGroupTiles:
    @given(TILES)
    def test_keeps_every_tile_once_in_order(self, tiles: list[ScoringTile]) -> None:
        assert [tile for group in group_tiles(tiles, 2_000) for tile in group] == tiles

    @given(TILES)
    def test_groups_are_full_and_not_too_full(self, tiles: list[ScoringTile]) -> None:
        groups = list(group_tiles(tiles, 2_000))
        sizes = [sum(tile.candidate_count for tile in group) for group in groups]
        assert all(size <= 2_000 for size in sizes)
        for size, following in zip(sizes, groups[1:], strict=False):
            assert size + following[0].candidate_count > 2_000


class TestPlanTiles:
    async def test_tiles_cover_all_ids_of_the_tenants_concerned(
        self, db: Database, world: World
    ) -> None:
        role = await world.role("Welder")
        large, small, none = [await world.tenant() for _ in range(3)]
        people = [await world.candidate(large, roles=[role]) for _ in range(5)]
        await world.candidate(small, roles=[role])
        await world.candidate(small, roles=[role], status=CandidateStatus.REJECTED)
        await world.candidate(none, roles=[await world.role("Baker")])
        job_id = await world.scored_posting(role=role)

        async with db.system_session() as session:
            tiles = await plan_tiles(session, [job_id], candidates_per_tile=2)

        assert tiles == [
            ScoringTile(large, 0, people[1], 2),
            ScoringTile(large, people[1], people[3], 2),
            ScoringTile(large, people[3], None, 1),
            ScoringTile(small, 0, None, 1),
        ]

    async def test_tenants_that_only_have_old_matches_are_concerned(
        self, db: Database, world: World
    ) -> None:
        tenant_id = await world.tenant()
        candidate_id = await world.candidate(tenant_id)
        job_id = await world.scored_posting(role=None)
        async with db.tenant_session(tenant_id) as session:
            session.add(
                CandidateJobMatch(
                    tenant_id=tenant_id,
                    candidate_id=candidate_id,
                    job_posting_id=job_id,
                    score=80,
                    weights=[1, 0, 0, 0, 0],
                    matched_skill_ids=[],
                    missing_skill_ids=[],
                    is_recommended=True,
                )
            )

        async with db.system_session() as session:
            tiles = await plan_tiles(session, [job_id], candidates_per_tile=2)

        assert tiles == [ScoringTile(tenant_id, 0, None, 0)]
