from dataclasses import replace
from itertools import product

import pytest
from blacklight_shared.matching import (
    CATEGORIES,
    Category,
    MatchFacts,
    MatchRecord,
    SkillWords,
    explain,
)

SKILLS = SkillWords(
    names={1: "JavaScript", 2: "PostgreSQL", 3: "Kubernetes", 4: "Terraform"},
    in_profile={1: "JS", 2: "PostgreSQL"},
    in_posting={1: "JavaScript", 2: "postgresql", 3: "k8s"},
)
FACTS = MatchFacts(
    years_have=6,
    years_minimum=3,
    years_maximum=5,
    distance_km=12.3,
    work_mode="hybrid",
    candidate_place="Potsdam",
    posting_place="Berlin",
    salary_expected_usd_year=110_000,
    salary_minimum_usd_year=80_000,
    salary_maximum_usd_year=100_000,
)
RECORD = MatchRecord(
    total_percent=81.6,
    score_percents={
        Category.SKILLS: 57.14,
        Category.EXPERIENCE: 96,
        Category.LOCATION: 100,
        Category.SALARY: 80,
        Category.SEMANTIC: 75,
    },
    weights_applied={
        Category.SKILLS: 0.40,
        Category.EXPERIENCE: 0.25,
        Category.LOCATION: 0.15,
        Category.SALARY: 0.10,
        Category.SEMANTIC: 0.10,
    },
    matched_skill_ids=(1, 2),
    missing_skill_ids=(3, 4),
    facts=FACTS,
)


def words(category: Category, record: MatchRecord) -> str:
    return next(c.words for c in explain(record, SKILLS).categories if c.category is category)


def with_score(category: Category, score: float | None, weight: float = 0.2) -> MatchRecord:
    return replace(
        RECORD,
        score_percents={**RECORD.score_percents, category: score},
        weights_applied={**RECORD.weights_applied, category: weight},
    )


class TestSummary:
    def test_says_how_good_and_why(self) -> None:
        assert explain(RECORD, SKILLS).summary == (
            "Very good match at 82 of 100, "
            "strong on experience, location, pay and the kind of work."
        )

    def test_says_what_is_weak(self) -> None:
        record = replace(with_score(Category.EXPERIENCE, None), total_percent=55)
        assert explain(record, SKILLS).summary.startswith("Possible match at 55 of 100")
        assert explain(record, SKILLS).summary.endswith("weak on experience.")

    def test_a_score_below_every_grade_is_weak(self) -> None:
        record = replace(RECORD, total_percent=20)
        assert explain(record, SKILLS).summary.startswith("Weak match at 20 of 100")


class TestSkills:
    def test_evidence_names_the_words_of_both_sides(self) -> None:
        assert words(Category.SKILLS, RECORD) == (
            "Has 2 of the 4 skills asked for (57 % by importance): "
            "“JS” in the CV ↔ “JavaScript” in the posting, postgresql."
        )

    def test_missing_skills_are_called_by_their_canonical_names(self) -> None:
        assert explain(RECORD, SKILLS).missing_skills == ["Kubernetes", "Terraform"]

    def test_a_skill_that_left_the_taxonomy_is_left_out(self) -> None:
        record = replace(RECORD, matched_skill_ids=(1, 99), missing_skill_ids=(98, 3))
        explanation = explain(record, SKILLS)
        assert explanation.missing_skills == ["Kubernetes"]
        assert "99" not in words(Category.SKILLS, record)

    def test_long_evidence_is_shortened(self) -> None:
        names = SkillWords(names={n: f"Skill {n}" for n in range(9)})
        record = replace(RECORD, matched_skill_ids=tuple(range(9)), missing_skill_ids=())
        found = explain(record, names).categories[0].words
        assert "Skill 4 and 4 more." in found
        assert "Skill 5" not in found

    def test_few_skills_are_called_so(self) -> None:
        record = replace(with_score(Category.SKILLS, 33.33), missing_skill_ids=())
        record = replace(record, matched_skill_ids=(2,))
        assert words(Category.SKILLS, record) == (
            "Has 1 of the 1 skills asked for (33 %, few to judge by): postgresql."
        )

    def test_a_posting_without_skills_is_not_blamed_on_the_profile(self) -> None:
        record = replace(with_score(Category.SKILLS, None, 0.4), matched_skill_ids=())
        silent_posting = replace(record, missing_skill_ids=())
        assert "posting names no skills" in words(Category.SKILLS, silent_posting)
        assert "the profile names none" in words(Category.SKILLS, record)

    def test_none_matched(self) -> None:
        record = replace(with_score(Category.SKILLS, 0), matched_skill_ids=())
        assert words(Category.SKILLS, record) == "Has none of the 2 skills the posting asks for."


class TestFacts:
    @pytest.mark.parametrize(
        ("have", "low", "high", "score", "expected"),
        [
            (6, 3, 5, 96, "6 years, more than the 3 to 5 years the posting asks for."),
            (4, 3, 5, 100, "4 years; the posting asks for 3 to 5 years."),
            (1, 3, None, 25, "1 year, less than the at least 3 years the posting asks for."),
            (2, None, 3, 100, "2 years; the posting asks for at most 3 years."),
            (None, 3, 3, 100, "The experience shown; the posting asks for 3 years."),
        ],
    )
    def test_experience(
        self,
        have: float | None,
        low: float | None,
        high: float | None,
        score: float,
        expected: str,
    ) -> None:
        facts = replace(FACTS, years_have=have, years_minimum=low, years_maximum=high)
        record = replace(with_score(Category.EXPERIENCE, score), facts=facts)
        assert words(Category.EXPERIENCE, record) == expected

    @pytest.mark.parametrize(
        ("change", "score", "expected"),
        [
            ({}, 100, "Hybrid in Berlin: the candidate lives in Potsdam, 12 km away."),
            (
                {"willing_to_relocate": True, "work_mode": "onsite"},
                70,
                "On site in Berlin: the candidate lives in Potsdam, 12 km away, "
                "willing to relocate.",
            ),
            (
                {},
                0,
                "Hybrid in Berlin: the candidate lives in Potsdam, 12 km away, out of reach or not "
                "what the candidate wants.",
            ),
            (
                {"candidate_place": None, "distance_km": None, "work_mode": None},
                100,
                "Work in Berlin: the candidate lives there.",
            ),
            (
                {"work_mode": "remote", "posting_place": None},
                100,
                "Remote: the candidate can do it from where they live.",
            ),
            (
                {"work_mode": "remote"},
                20,
                "Remote in Berlin: the candidate lives in another country.",
            ),
            ({"work_mode": "remote"}, 0, "Remote in Berlin: not what the candidate wants."),
        ],
    )
    def test_location(self, change: dict[str, str], score: float, expected: str) -> None:
        record = replace(
            with_score(Category.LOCATION, score),
            facts=replace(FACTS, **change),  # type: ignore[arg-type]  # fields of several types
        )
        assert words(Category.LOCATION, record) == expected

    @pytest.mark.parametrize(
        ("low", "high", "score", "expected"),
        [
            (80_000, 100_000, 80, "above what the posting pays (US$80,000 to US$100,000)."),
            (None, 120_000, 100, "within what the posting pays (up to US$120,000)."),
            (120_000, None, 100, "within what the posting pays (from US$120,000)."),
            (120_000, 120_000, 100, "within what the posting pays (US$120,000)."),
        ],
    )
    def test_salary(
        self, low: float | None, high: float | None, score: float, expected: str
    ) -> None:
        facts = replace(FACTS, salary_minimum_usd_year=low, salary_maximum_usd_year=high)
        record = replace(with_score(Category.SALARY, score), facts=facts)
        assert words(Category.SALARY, record) == f"Expects US$110,000 a year, {expected}"

    @pytest.mark.parametrize(
        ("score", "kind"), [(90, "much the same"), (50, "related"), (5, "different")]
    )
    def test_semantic(self, score: float, kind: str) -> None:
        assert kind in words(Category.SEMANTIC, with_score(Category.SEMANTIC, score))


class TestBreakdown:
    def test_points_add_up_to_the_total(self) -> None:
        explanation = explain(RECORD, SKILLS)
        assert [c.category for c in explanation.categories] == list(CATEGORIES)
        assert sum(c.points for c in explanation.categories) == pytest.approx(77.36, abs=0.03)
        assert [c.weight_base for c in explanation.categories] == [0.4, 0.25, 0.15, 0.1, 0.1]

    def test_tells_a_silent_profile_from_nothing_to_compare(self) -> None:
        silent = explain(with_score(Category.EXPERIENCE, None, weight=0.25), SKILLS).categories[1]
        assert (silent.score_percent, silent.weight_applied, silent.points) == (None, 0.25, 0)
        assert silent.words == "The posting asks for experience; the profile does not say how much."
        not_asked = explain(with_score(Category.EXPERIENCE, None, weight=0), SKILLS).categories[1]
        assert not_asked.words.endswith("not counted.")

    @pytest.mark.parametrize(
        ("category", "score", "weight"),
        list(product(CATEGORIES, [None, 0.0, 55.0, 100.0], [0.0, 0.3])),
    )
    def test_has_words_for_everything(
        self, category: Category, score: float | None, weight: float
    ) -> None:
        for facts in (FACTS, MatchFacts()):
            record = replace(with_score(category, score, weight), facts=facts)
            assert words(category, record).endswith(".")


class TestReasons:
    def test_the_weightiest_comes_first_and_the_weak_are_left_out(self) -> None:
        record = with_score(Category.SALARY, 10, weight=0.1)
        reasons = explain(record, SKILLS).reasons
        assert [reason.split()[0] for reason in reasons] == ["6", "Has", "Hybrid", "The"]

    def test_no_shared_skill_is_no_reason(self) -> None:
        record = replace(with_score(Category.SKILLS, 0), matched_skill_ids=())
        assert not any("skills" in reason for reason in explain(record, SKILLS).reasons)
