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
    Ragged,
)
from blacklight_shared.work_terms import WorkMode

JOB = JobRow(id=1, role_id=2)
CANDIDATE = CandidateRow(id=1, role_ids=[2])


class TestJobFeatures:
    def test_makes_columns_of_rows(self) -> None:
        jobs = JobFeatures.from_rows(
            [
                JOB,
                JobRow(
                    id=7,
                    role_id=None,
                    required_skill_ids=[5, 3, 5],
                    nice_skill_ids=[3, 1],
                    min_years=2,
                    location=Location(country=4, city=9),
                    work_mode=WorkMode.HYBRID,
                    salary_max_usd_year=90_000,
                    embedding=[0.5, -1.0],
                ),
            ]
        )
        assert jobs.ids.tolist() == [1, 7]
        assert jobs.role_ids.tolist() == [2, -1]
        assert jobs.skills.lists.row(1).tolist() == [3, 5, 1]
        assert jobs.skills.importance.tolist() == [2, 2, 1]
        assert jobs.asks_experience.tolist() == [False, True]
        assert jobs.asks_location.tolist() == [False, True]
        assert jobs.offers_salary.tolist() == [False, True]
        assert jobs.embeddings.present.tolist() == [False, True]
        assert jobs.work_mode.tolist() == [0, 2]
        assert jobs.places.city.tolist() == [-1, 9]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"min_years": -1}, "min_years must be from 0"),
            ({"min_years": 3, "max_years": 2}, "min and max of years"),
            ({"salary_max_usd_year": 0}, "salary_max_usd_year must be above 0"),
            ({"salary_min_usd_year": float("inf")}, "salary_min_usd_year must be finite"),
            ({"location": Location(latitude=91, country=1)}, "latitude must be from -90 to 90"),
            ({"location": Location(city=3)}, "country must be known"),
        ],
    )
    def test_refuses_what_cannot_be(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            JobFeatures.from_rows([replace(JOB, **change)])

    def test_refuses_columns_of_different_lengths(self) -> None:
        jobs = JobFeatures.from_rows([JOB])
        with pytest.raises(ValueError, match="role_ids must have 1 rows, it has 2"):
            replace(jobs, role_ids=np.array([1, 2]))

    def test_refuses_a_work_mode_that_is_none(self) -> None:
        jobs = JobFeatures.from_rows([JOB])
        with pytest.raises(ValueError, match="work_mode must be from 0 to 3"):
            replace(jobs, work_mode=np.array([4], np.uint8))

    def test_refuses_vectors_of_different_models(self) -> None:
        rows = [replace(JOB, embedding=[1.0]), replace(JOB, embedding=[1.0, 2.0])]
        with pytest.raises(ValueError, match="embeddings must all have 2 components"):
            JobFeatures.from_rows(rows)

    def test_groups_rows_by_role(self) -> None:
        rows = [replace(JOB, id=n, role_id=role) for n, role in enumerate([5, None, 3, 5])]
        by_role = JobFeatures.from_rows(rows).rows_by_role
        assert by_role.roles.tolist() == [3, 5]
        assert by_role.rows.row(1).tolist() == [0, 3]

    def test_may_be_empty(self) -> None:
        jobs = JobFeatures.from_rows([])
        assert len(jobs) == 0
        assert len(jobs.rows_by_role.roles) == 0


class TestCandidateFeatures:
    def test_makes_columns_of_rows(self) -> None:
        candidates = CandidateFeatures.from_rows(
            [
                replace(
                    CANDIDATE,
                    role_ids=[9, 2, 9],
                    skill_ids=[4, 4, 1],
                    accepted_work_modes=frozenset({WorkMode.ONSITE, WorkMode.REMOTE}),
                    salary_expected_usd_year=70_000,
                ),
                CANDIDATE,
            ]
        )
        assert candidates.roles.row(0).tolist() == [2, 9]
        assert candidates.skills.row(0).tolist() == [1, 4]
        assert candidates.accepted_modes.tolist() == [0b1010, 0]
        assert candidates.facts_stated.tolist() == [2, 0]
        assert candidates.rows_by_role.roles.tolist() == [2, 9]
        assert candidates.rows_by_role.rows.row(0).tolist() == [0, 1]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"years_experience": -0.5}, "years_experience must be from 0"),
            ({"salary_expected_usd_year": -1}, "salary_expected_usd_year must be from 0"),
            ({"location": Location(country=1, longitude=181)}, "longitude must be from -180"),
        ],
    )
    def test_refuses_what_cannot_be(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            CandidateFeatures.from_rows([replace(CANDIDATE, **change)])

    @pytest.mark.parametrize("column", ["roles", "skills"])
    def test_refuses_a_role_or_skill_twice(self, column: str) -> None:
        candidates = CandidateFeatures.from_rows([CANDIDATE])
        twice: dict[str, Any] = {column: Ragged.from_lists([[3, 3]])}
        with pytest.raises(ValueError, match=f"{column} must rise strictly"):
            replace(candidates, **twice)


class TestRagged:
    def test_takes_and_filters_rows(self) -> None:
        ragged = Ragged.from_lists([[1, 2], [], [3], [4, 5, 6]])
        taken = ragged.take(np.array([3, 1, 0]))
        assert [taken.row(n).tolist() for n in range(3)] == [[4, 5, 6], [], [1, 2]]
        even = ragged.where(ragged.values % 2 == 0)
        assert [even.row(n).tolist() for n in range(4)] == [[2], [], [], [4, 6]]

    @pytest.mark.parametrize("indptr", [[], [1, 3], [0, 2], [0, 4, 3]])
    def test_refuses_row_ends_that_do_not_fit(self, indptr: list[int]) -> None:
        with pytest.raises(ValueError, match="indptr must"):
            Ragged(np.array(indptr, np.int64), np.arange(3))
