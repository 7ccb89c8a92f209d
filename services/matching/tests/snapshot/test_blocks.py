"""Blocks hold what a plain dictionary of postings would, whatever changes in whatever order."""

from __future__ import annotations

import numpy as np
import pytest
from blacklight_matching.scoring import JobFeatures, JobRow
from blacklight_matching.snapshot import OpeningBlocks, blocks
from hypothesis import given, settings
from hypothesis import strategies as st

changes_by_id = st.dictionaries(
    st.integers(1, 12),
    st.none()
    | st.builds(
        lambda role_id, skills, years: (role_id, tuple(sorted(skills)), float(years)),
        st.integers(1, 3),
        st.sets(st.integers(0, 5), max_size=3),
        st.integers(0, 9),
    ),
    max_size=6,
)
"""By id: the posting as it is now, or None where it is no longer open."""

Posting = tuple[int, tuple[int, ...], float]


def features(postings: dict[int, Posting]) -> JobFeatures:
    return JobFeatures.from_rows(
        [
            JobRow(
                id=job_id,
                role_id=role_id,
                required_skill_ids=skills,
                min_years=years,
                embedding=[float(job_id), 1.0],
            )
            for job_id, (role_id, skills, years) in sorted(postings.items())
        ]
    )


def contents(openings: OpeningBlocks) -> dict[int, Posting]:
    found: dict[int, Posting] = {}
    for block in openings:
        for row in np.flatnonzero(block.is_current).tolist():
            job_id = int(block.jobs.ids[row])
            assert job_id not in found
            assert block.jobs.role_ids[row] == block.role_id
            code = block.jobs.embeddings.codes[row]
            assert code.argmax() == 0
            assert code[1] == round(127 / job_id)
            found[job_id] = (
                block.role_id,
                tuple(block.jobs.skills.lists.row(row).tolist()),
                float(block.jobs.min_years[row]),
            )
    return found


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_BLOCK_ROWS", 5)


@settings(max_examples=60)
@given(st.lists(changes_by_id, max_size=6))
def test_changes_leave_what_a_dictionary_would_have(
    changes: list[dict[int, Posting | None]],
) -> None:
    openings, expected = OpeningBlocks(), dict[int, Posting]()
    for change in changes:
        before, begun = openings, contents(openings)
        now = {job_id: posting for job_id, posting in change.items() if posting is not None}
        openings = openings.replaced(np.array(sorted(change), np.int64), features(now))
        expected = {**{i: p for i, p in expected.items() if i not in change}, **now}
        assert contents(openings) == expected
        assert len(openings) == len(expected)
        assert contents(before) == begun


def test_a_role_has_few_blocks_and_little_that_is_gone() -> None:
    openings = OpeningBlocks()
    for job_id in range(1, 41):
        openings = openings.replaced(np.array([job_id]), features({job_id: (1, (), 1.0)}))
    assert len(openings.of_roles([1])) <= 40 // 2
    for job_id in range(1, 37):
        openings = openings.replaced(np.array([job_id]), features({}))
    held = sum(len(block) for block in openings)
    assert len(openings) == 4
    assert held <= 2 * len(openings)


def test_only_the_roles_asked_for_are_given() -> None:
    openings = OpeningBlocks().replaced(
        np.zeros(0, np.int64), features({1: (1, (), 1.0), 2: (2, (), 1.0), 3: (3, (), 1.0)})
    )
    assert [block.role_id for block in openings.of_roles([3, 1, 9])] == [3, 1]
