import numpy as np
import pytest
from blacklight_matching.scoring import Ragged, SkillDemands, skills
from blacklight_matching.scoring.skills import matched_importance, skill_scores
from blacklight_shared.skills import SkillTaxonomy
from hypothesis import given
from hypothesis import strategies as st

ids = st.sets(st.integers(0, 12), max_size=8)
lists = st.lists(st.tuples(ids, ids), min_size=1, max_size=6)


def score(has: set[int], required: set[int], nice: set[int]) -> float:
    demands = SkillDemands.from_lists([sorted(required)], [sorted(nice)])
    membership = demands.membership(Ragged.from_lists([sorted(has)]))
    matched = matched_importance(membership, demands, np.array([0])).astype(np.float64)
    return float(skill_scores(matched, demands.total_importance, np.array([bool(has)]))[0, 0])


class TestSkillScores:
    def test_a_required_skill_counts_twice_a_welcome_one(self) -> None:
        assert score({1, 3}, {1, 3}, {2, 4}) == pytest.approx(400 / 6)
        assert score({2, 4}, {1, 3}, {2, 4}) == pytest.approx(200 / 6)
        assert score({1, 2, 3, 4}, {1, 3}, {2, 4}) == 100

    def test_one_that_is_both_required_and_welcome_counts_once(self) -> None:
        assert score({1, 2}, {1, 3, 4}, {1, 2}) == pytest.approx(300 / 7)

    @pytest.mark.parametrize(
        ("required", "nice", "percent"),
        [({1}, set(), 100 / 3), ({1}, {2}, 50), (set(), {1}, 50 / 3)],
    )
    def test_what_a_posting_with_few_skills_leaves_unnamed_nobody_has(
        self, required: set[int], nice: set[int], percent: float
    ) -> None:
        assert score(required | nice, required, nice) == pytest.approx(percent)

    @given(ids, ids, ids)
    def test_naming_a_skill_the_candidate_has_never_hurts(
        self, has: set[int], required: set[int], nice: set[int]
    ) -> None:
        named = required | nice
        if not has or not named:
            return
        assert score(has | {99}, required | {99}, nice) >= score(has | {99}, required, nice)

    @given(ids, ids, ids, ids)
    def test_more_skills_never_hurt_and_those_nobody_asked_for_change_nothing(
        self, has: set[int], required: set[int], nice: set[int], more: set[int]
    ) -> None:
        before, after = score(has, required, nice), score(has | more, required, nice)
        if not has or not (required or nice):
            assert np.isnan(before)
            return
        assert 0 <= before <= after <= 100
        assert score(has | {99}, required, nice) == before

    def test_aliases_are_one_skill(self) -> None:
        taxonomy = SkillTaxonomy.builtin()
        for names in (("JS", "JavaScript", "ECMAScript"), ("K8s", "Kubernetes")):
            known = {taxonomy.resolve(name) for name in names}
            assert len(known) == 1
            assert None not in known
            found = {
                score({id_of(taxonomy, one)}, {id_of(taxonomy, other), 10**6}, {10**7, 10**8})
                for one in names
                for other in names
            }
            assert found == {score({1}, {1, 2}, {3, 4})}


def id_of(taxonomy: SkillTaxonomy, name: str) -> int:
    skill_id = taxonomy.resolve(name)
    assert skill_id is not None
    return skill_id


class TestMatchedImportance:
    @given(lists, st.lists(ids, min_size=1, max_size=10), st.data())
    def test_both_ways_to_add_up_agree(
        self, asked: list[tuple[set[int], set[int]]], people: list[set[int]], data: st.DataObject
    ) -> None:
        demands = SkillDemands.from_lists(
            [sorted(required) for required, _ in asked], [sorted(nice) for _, nice in asked]
        )
        has = demands.membership(Ragged.from_lists([sorted(person) for person in people]))
        rows = np.array(sorted(data.draw(st.sets(st.sampled_from(range(len(asked)))))), np.int64)
        expected = [
            [
                2 * len(person & asked[row][0]) + len(person & (asked[row][1] - asked[row][0]))
                for row in rows
            ]
            for person in people
        ]
        for few in (0, 100):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(skills, "FEW_CANDIDATES", few)
                assert matched_importance(has, demands, rows).tolist() == expected


class TestSkillDemands:
    @pytest.mark.parametrize(
        ("skill_ids", "importance", "message"),
        [
            ([1, -2], [2, 2], "skill_ids must not be negative"),
            ([1, 2], [2, 3], "importance must be 1 or 2"),
            ([1, 2], [2], "importance must have one value per skill id"),
            ([2, 1], [2, 2], "required ones first, then rising"),
            ([1, 1], [2, 2], "required ones first, then rising"),
            ([1, 2], [1, 2], "required ones first, then rising"),
        ],
    )
    def test_refuses_what_is_not_in_order(
        self, skill_ids: list[int], importance: list[int], message: str
    ) -> None:
        indptr = np.array([0, len(skill_ids)])
        with pytest.raises(ValueError, match=message):
            SkillDemands(indptr, np.array(skill_ids, np.int32), np.array(importance, np.uint8))

    def test_large_ids_need_no_large_tables(self) -> None:
        demands = SkillDemands.from_lists([[1_000_000, 3]], [[2]])
        assert demands.vocabulary.tolist() == [2, 3, 1_000_000]
        assert demands.columns.tolist() == [1, 2, 0]
        assert demands.columns.dtype == np.uint16
