"""The kernel against a plain loop over pairs, and the laws its totals obey."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from blacklight_matching.scoring import (
    CandidateFeatures,
    CandidateRow,
    JobFeatures,
    JobRow,
    Location,
    ScoredPairs,
    kernel,
    score_block,
    score_tiles,
    skills,
)
from blacklight_shared.matching import CategoryWeights, MatchingConfig, SemanticCalibration
from blacklight_shared.work_terms import WorkMode
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.tests.scoring.plain_loop import Expected, plain_block

PLACES = [
    Location(),
    Location(country=1),
    Location(country=1, region=10),
    Location(country=1, region=10, city=100, latitude=52.52, longitude=13.405),
    Location(country=1, region=10, city=101, latitude=52.39, longitude=13.065),
    Location(country=1, region=11, city=102, latitude=53.1, longitude=13.1),
    Location(country=1, region=12, city=103, latitude=48.137, longitude=11.575),
    Location(country=2, region=20, city=200, latitude=52.35, longitude=14.56),
    Location(country=2),
    Location(country=2, city=201, latitude=-33.87, longitude=151.21),
]

skill_ids = st.sets(st.integers(0, 9), max_size=6)
vectors = st.none() | st.lists(st.integers(-9, 9).map(float), min_size=4, max_size=4)
years = st.none() | st.integers(0, 15).map(float) | st.floats(0, 40, width=32)
dollars = st.integers(1, 400).map(lambda thousands: thousands * 1000.0)


@st.composite
def job_rows(draw: st.DrawFn) -> JobRow:
    low, high = draw(years), draw(years)
    bottom, top = draw(st.none() | dollars), draw(st.none() | dollars)
    return JobRow(
        id=draw(st.integers(1, 10**12)),
        role_id=draw(st.sampled_from([None, 1, 2, 3])),
        required_skill_ids=sorted(draw(skill_ids)),
        nice_skill_ids=sorted(draw(skill_ids)),
        min_years=low if high is None or low is None else min(low, high),
        max_years=high if high is None or low is None else max(low, high),
        location=draw(st.sampled_from(PLACES)),
        work_mode=draw(st.sampled_from(WorkMode)),
        salary_min_usd_year=bottom if bottom is None or top is None else min(bottom, top),
        salary_max_usd_year=top if bottom is None or top is None else max(bottom, top),
        embedding=draw(vectors),
    )


@st.composite
def candidate_rows(draw: st.DrawFn) -> CandidateRow:
    return CandidateRow(
        id=draw(st.integers(1, 10**12)),
        role_ids=sorted(draw(st.sets(st.integers(1, 4), max_size=3))),
        skill_ids=sorted(draw(skill_ids)),
        years_experience=draw(years),
        location=draw(st.sampled_from(PLACES)),
        accepted_work_modes=draw(st.frozensets(st.sampled_from(list(WorkMode)[1:]), max_size=2)),
        willing_to_relocate=draw(st.booleans()),
        salary_expected_usd_year=draw(st.none() | dollars),
        embedding=draw(vectors),
    )


@st.composite
def configs(draw: st.DrawFn) -> MatchingConfig:
    parts = draw(st.lists(st.integers(0, 10), min_size=5, max_size=5).filter(any))
    names = ("skills", "experience", "location", "salary", "semantic")
    weights = {name: part / sum(parts) for name, part in zip(names, parts, strict=True)}
    threshold = draw(st.floats(0, 100))
    return draw(
        st.sampled_from(
            [
                MatchingConfig(),
                MatchingConfig(
                    weights=CategoryWeights(**weights),
                    store_threshold=threshold,
                    recommend_threshold=100,
                    minimum_evidence=draw(st.floats(0.1, 1)),
                    semantic=SemanticCalibration(unrelated_cosine=-0.2, same_cosine=0.9),
                ),
            ]
        )
    )


blocks = st.tuples(
    st.lists(candidate_rows(), max_size=8), st.lists(job_rows(), max_size=8), configs()
)


def by_pair(pairs: ScoredPairs) -> dict[tuple[int, int], int]:
    keys = zip(pairs.candidate_index.tolist(), pairs.job_index.tolist(), strict=True)
    rows = {key: row for row, key in enumerate(keys)}
    assert len(rows) == len(pairs), "a pair came twice"
    return rows


def assert_same(pairs: ScoredPairs, expected: dict[tuple[int, int], Expected]) -> None:
    rows = by_pair(pairs)
    assert rows.keys() == expected.keys()
    for key, row in rows.items():
        want = expected[key]
        assert pairs.total[row] == np.float32(want.total)
        scores = [np.nan if score is None else score for score in want.sub_scores]
        np.testing.assert_array_equal(pairs.sub_scores[row], np.array(scores, np.float32))
        np.testing.assert_allclose(pairs.weights[row], want.weights, rtol=1e-6)
        assert pairs.matched_skills.row(row).tolist() == want.matched
        assert pairs.missing_skills.row(row).tolist() == want.missing


def score_rows(
    candidates: list[CandidateRow], jobs: list[JobRow], config: MatchingConfig, **options: Any
) -> ScoredPairs:
    return score_block(
        CandidateFeatures.from_rows(candidates), JobFeatures.from_rows(jobs), config, **options
    )


class TestAgainstPlainLoop:
    @settings(max_examples=120, deadline=None)
    @given(blocks)
    def test_keeps_the_same_pairs_with_the_same_scores(
        self, block: tuple[list[CandidateRow], list[JobRow], MatchingConfig]
    ) -> None:
        assert_same(score_rows(*block), plain_block(*block))

    @settings(max_examples=40, deadline=None)
    @given(blocks, st.sampled_from([(1, 1), (5, 2), (9, 9)]), st.sampled_from([0, 3]))
    def test_the_cut_into_tiles_changes_nothing(
        self,
        block: tuple[list[CandidateRow], list[JobRow], MatchingConfig],
        tile: tuple[int, int],
        few_candidates: int,
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernel, "PAIRS_PER_TILE", max(tile))
            patch.setattr(kernel, "CANDIDATES_PER_TILE", min(tile))
            patch.setattr(kernel, "JOBS_PER_TILE", min(tile))
            patch.setattr(skills, "FEW_CANDIDATES", few_candidates)
            assert_same(score_rows(*block), plain_block(*block))

    @settings(max_examples=40, deadline=None)
    @given(blocks, st.randoms(use_true_random=False))
    def test_only_visible_jobs_are_scored(
        self, block: tuple[list[CandidateRow], list[JobRow], MatchingConfig], random: Any
    ) -> None:
        candidates, jobs, config = block
        visible = np.array([random.random() < 0.5 for _ in jobs], np.bool_)
        expected = {(c, j): pair for (c, j), pair in plain_block(*block).items() if visible[j]}
        assert_same(score_rows(candidates, jobs, config, visible_jobs=visible), expected)

    def test_a_large_block_is_cut_into_tiles_and_stays_the_same(self) -> None:
        random = np.random.default_rng(7)
        candidates, jobs = (
            [draw_candidate(random, n) for n in range(200)],
            [draw_job(random, n) for n in range(20)],
        )
        expected = plain_block(candidates, jobs, MatchingConfig())
        assert len(expected) > 300
        assert_same(score_rows(candidates, jobs, MatchingConfig()), expected)


def draw_candidate(random: np.random.Generator, number: int) -> CandidateRow:
    return CandidateRow(
        id=number,
        role_ids=[1],
        skill_ids=random.integers(0, 12, 8).tolist(),
        years_experience=float(random.integers(0, 12)),
        location=PLACES[random.integers(0, len(PLACES))],
        salary_expected_usd_year=float(random.integers(40, 150) * 1000),
        embedding=random.normal(size=8).tolist(),
    )


def draw_job(random: np.random.Generator, number: int) -> JobRow:
    return JobRow(
        id=number,
        role_id=1,
        required_skill_ids=random.integers(0, 12, 4).tolist(),
        nice_skill_ids=random.integers(0, 12, 3).tolist(),
        min_years=float(random.integers(0, 6)),
        location=PLACES[random.integers(0, len(PLACES))],
        work_mode=WorkMode(int(random.integers(0, 4))),
        salary_max_usd_year=float(random.integers(60, 160) * 1000),
        embedding=random.normal(size=8).tolist(),
    )


KEEP_ALL = MatchingConfig(store_threshold=0, minimum_evidence=1e-6)


def total(candidate: CandidateRow, job: JobRow, config: MatchingConfig = KEEP_ALL) -> float | None:
    candidate, job = replace(candidate, role_ids=[1]), replace(job, role_id=1)
    pairs = score_rows([candidate], [job], config)
    return float(pairs.total[0]) if len(pairs) else None


def assert_no_better(left_out: float | None, stated: float | None) -> None:
    assert left_out is None or (stated is not None and left_out <= stated)


class TestLeavingThingsOut:
    @settings(max_examples=100, deadline=None)
    @given(candidate_rows(), job_rows(), st.data())
    def test_a_fact_that_the_posting_demands_is_never_better_left_out(
        self, candidate: CandidateRow, job: JobRow, data: st.DataObject
    ) -> None:
        shorter = data.draw(
            st.sampled_from(
                [
                    replace(candidate, years_experience=None),
                    replace(candidate, skill_ids=[]),
                    replace(candidate, skill_ids=candidate.skill_ids[1:]),
                    replace(candidate, location=Location()),
                    replace(candidate, location=Location(country=candidate.location.country)),
                    replace(candidate, willing_to_relocate=False),
                ]
            )
        )
        for config in (KEEP_ALL, MatchingConfig()):
            assert_no_better(total(shorter, job, config), total(candidate, job, config))

    @settings(max_examples=60, deadline=None)
    @given(candidate_rows(), job_rows(), dollars)
    def test_an_expectation_that_is_met_is_never_better_left_out(
        self, candidate: CandidateRow, job: JobRow, pay: float
    ) -> None:
        job = replace(job, salary_min_usd_year=None, salary_max_usd_year=pay)
        met = total(replace(candidate, salary_expected_usd_year=pay), job)
        silent = total(replace(candidate, salary_expected_usd_year=None), job)
        assert_no_better(silent, met)

    @settings(max_examples=60, deadline=None)
    @given(candidate_rows(), job_rows(), dollars)
    def test_leaving_out_an_expectation_gains_no_more_than_its_weight(
        self, candidate: CandidateRow, job: JobRow, expected: float
    ) -> None:
        job = replace(job, min_years=3, max_years=None, required_skill_ids=[1])
        stated = total(replace(candidate, salary_expected_usd_year=expected), job)
        silent = total(replace(candidate, salary_expected_usd_year=None), job)
        if silent is not None and stated is not None:
            share = 100 * KEEP_ALL.weights.salary / (0.40 + 0.25 + KEEP_ALL.weights.salary)
            assert silent - stated <= share + 0.02

    @settings(max_examples=60, deadline=None)
    @given(candidate_rows(), job_rows())
    def test_an_empty_or_one_word_profile_matches_nothing(
        self, candidate: CandidateRow, job: JobRow
    ) -> None:
        empty = replace(
            candidate,
            skill_ids=[],
            years_experience=None,
            location=Location(),
            salary_expected_usd_year=None,
        )
        assert total(empty, job) is None
        assert total(replace(empty, skill_ids=[3]), job) is None
        assert total(replace(empty, location=PLACES[3]), job) is None


class TestMonotonicity:
    @settings(max_examples=60, deadline=None)
    @given(candidate_rows(), job_rows(), skill_ids)
    def test_more_skills_never_hurt(
        self, candidate: CandidateRow, job: JobRow, more: set[int]
    ) -> None:
        richer = replace(candidate, skill_ids=sorted({*candidate.skill_ids, *more}))
        assert_no_better(total(candidate, job), total(richer, job))

    @settings(max_examples=60, deadline=None)
    @given(candidate_rows(), job_rows(), dollars, dollars)
    def test_asking_for_less_never_hurts(
        self, candidate: CandidateRow, job: JobRow, one: float, other: float
    ) -> None:
        modest = total(replace(candidate, salary_expected_usd_year=min(one, other)), job)
        demanding = total(replace(candidate, salary_expected_usd_year=max(one, other)), job)
        assert_no_better(demanding, modest)


class TestResults:
    def test_weights_add_up_and_the_total_follows_from_them(self) -> None:
        random = np.random.default_rng(3)
        pairs = score_rows(
            [draw_candidate(random, n) for n in range(30)],
            [draw_job(random, n) for n in range(30)],
            MatchingConfig(),
        )
        np.testing.assert_allclose(pairs.weights.sum(axis=1), 1, rtol=1e-6)
        again = (pairs.weights * np.nan_to_num(pairs.sub_scores)).sum(axis=1)
        np.testing.assert_allclose(pairs.total, again, atol=0.006)
        assert pairs.total.min() >= 50

    def test_nobody_is_eligible_without_a_role_in_common(self) -> None:
        random = np.random.default_rng(3)
        candidate = replace(draw_candidate(random, 1), role_ids=[2, 5])
        jobs = [replace(draw_job(random, n), role_id=role) for n, role in enumerate([None, 1, 3])]
        assert len(score_rows([candidate], jobs, KEEP_ALL)) == 0

    def test_tiles_join_into_the_block(self) -> None:
        random = np.random.default_rng(3)
        candidates = CandidateFeatures.from_rows([draw_candidate(random, n) for n in range(20)])
        jobs = JobFeatures.from_rows([draw_job(random, n) for n in range(20)])
        tiles = list(score_tiles(candidates, jobs, MatchingConfig()))
        block = score_block(candidates, jobs, MatchingConfig())
        np.testing.assert_array_equal(ScoredPairs.concatenate(tiles).total, block.total)

    def test_refuses_embeddings_of_different_models(self) -> None:
        candidate = CandidateRow(id=1, role_ids=[1], embedding=[1.0, 0.0])
        job = JobRow(id=1, role_id=1, embedding=[1.0, 0.0, 0.0])
        with pytest.raises(ValueError, match="embeddings must have one dimension"):
            score_rows([candidate], [job], KEEP_ALL)

    def test_refuses_a_mask_of_another_length(self) -> None:
        with pytest.raises(ValueError, match="visible_jobs must have 0 rows, it has 1"):
            score_rows([], [], KEEP_ALL, visible_jobs=np.ones(1, np.bool_))
