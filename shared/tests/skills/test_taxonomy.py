import csv
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from blacklight_shared.skills import (
    FIRST_ADDITION_ID,
    Skill,
    SkillConflictError,
    SkillTaxonomy,
)
from blacklight_shared.skills.spelling import key_of, variant_keys
from hypothesis import given
from hypothesis import strategies as st

TAXONOMY = SkillTaxonomy.builtin()
ALL_SKILLS = sorted(TAXONOMY.skills.values(), key=lambda skill: skill.id)
ALL_SPELLINGS = [(skill, spelling) for skill in ALL_SKILLS for spelling in skill.spellings()]
STRICT = [
    (skill, spelling)
    for skill, spelling in ALL_SPELLINGS
    if spelling in {*skill.exact, *skill.guarded}
]
GUARDED = [(skill, spelling) for skill in ALL_SKILLS for spelling in skill.guarded]


def found(text: str, taxonomy: SkillTaxonomy = TAXONOMY) -> list[str]:
    return [taxonomy.name(mention.skill_id) for mention in taxonomy.find(text)]


class TestData:
    def test_is_broad(self) -> None:
        by_field = Counter(skill.field for skill in ALL_SKILLS)
        assert len(ALL_SKILLS) >= 600
        for field in ("software", "data", "infrastructure", "engineering", "healthcare", "finance"):
            assert by_field[field] >= 80, field
        assert by_field["trades"] >= 80

    def test_ids_are_those_of_the_built_in_range(self) -> None:
        assert all(0 < skill.id < FIRST_ADDITION_ID for skill in ALL_SKILLS)

    def test_ids_never_change_their_meaning(self) -> None:
        """Matches and profiles store ids: an id may go, but never mean something else.

        A new skill takes a new id and a line in ids.csv; a renamed one changes its line.
        """
        with (Path(__file__).parent / "ids.csv").open(encoding="utf-8", newline="") as lines:
            known = {int(row["id"]): row["name"] for row in csv.DictReader(lines)}
        assert {skill.id: skill.name for skill in ALL_SKILLS} == known

    def test_names_are_unique(self) -> None:
        assert [
            n for n, count in Counter(s.name.casefold() for s in ALL_SKILLS).items() if count > 1
        ] == []

    def test_no_spelling_belongs_to_two_skills(self) -> None:
        owners: dict[str, set[int]] = {}
        for skill, spelling in ALL_SPELLINGS:
            owners.setdefault(key_of(spelling), set()).add(skill.id)
        assert {key: ids for key, ids in owners.items() if len(ids) > 1} == {}

    def test_every_spelling_resolves_to_its_skill(self) -> None:
        wrong = [s for skill, s in ALL_SPELLINGS if TAXONOMY.resolve(s) != skill.id]
        assert wrong == []

    def test_every_free_spelling_is_found_in_a_plain_sentence(self) -> None:
        strict = {(skill.id, spelling) for skill, spelling in STRICT}
        missed = [
            spelling
            for skill, spelling in ALL_SPELLINGS
            if (skill.id, spelling) not in strict
            and [m.skill_id for m in TAXONOMY.find(f"They know {spelling} well")] != [skill.id]
        ]
        assert missed == []

    def test_every_exact_spelling_is_found_in_its_case_only(self) -> None:
        for skill in ALL_SKILLS:
            for spelling in skill.exact:
                sentence = f"They know {spelling} well"
                assert [m.skill_id for m in TAXONOMY.find(sentence)] == [skill.id], spelling
                if (lower := spelling.lower()) not in skill.exact:
                    assert skill.id not in [m.skill_id for m in TAXONOMY.find(f"They {lower} well")]

    @pytest.mark.parametrize(("skill", "spelling"), GUARDED, ids=lambda value: str(value)[:40])
    def test_guarded_spellings_need_support(self, skill: Skill, spelling: str) -> None:
        assert TAXONOMY.find(f"The word {spelling} stands here alone") == []
        listed = f"COBOL, {spelling}, Haskell"
        assert skill.id in [mention.skill_id for mention in TAXONOMY.find(listed)]


class TestResolve:
    @pytest.mark.parametrize(
        "spellings",
        [
            ("JavaScript", "JS", "ECMAScript", "java script", "JAVASCRIPT"),
            ("Node.js", "nodejs", "Node JS", "node-js"),
            ("Power BI", "PowerBI", "power-bi"),
            ("REST APIs", "rest api", "RESTful API"),
            ("PostgreSQL", "Postgres", "postgres"),
            ("CI/CD", "ci-cd", "CICD", "continuous integration"),
            ("Machine learning", "ML", "machine-learning"),
            ("Data pipelines", "data pipeline", "Data Engineering"),
            ("Kubernetes", "K8s", "k8s"),
            (".NET", ".net", "dotnet", "dot NET"),
        ],
    )
    def test_spellings_of_one_skill_are_one(self, spellings: tuple[str, ...]) -> None:
        ids = {TAXONOMY.resolve(spelling) for spelling in spellings}
        assert len(ids) == 1
        assert None not in ids

    @pytest.mark.parametrize(
        "different",
        [
            ("C", "C++", "C#"),
            ("Java", "JavaScript"),
            ("SQL", "NoSQL", "T-SQL"),
            ("Go", "R", "Ruby"),
        ],
    )
    def test_different_skills_stay_apart(self, different: tuple[str, ...]) -> None:
        ids = [TAXONOMY.resolve(term) for term in different]
        assert None not in ids
        assert len(set(ids)) == len(different)

    @pytest.mark.parametrize(
        "term", ["", "   ", "?!", "no such skill", "window", "Java developer of the year"]
    )
    def test_unknown_terms_are_none(self, term: str) -> None:
        assert TAXONOMY.resolve(term) is None

    @given(st.sampled_from(ALL_SPELLINGS), st.sampled_from([str.upper, str.lower, str.title]))
    def test_case_does_not_matter(self, known: tuple[Skill, str], change: object) -> None:
        skill, spelling = known
        assert callable(change)
        assert TAXONOMY.resolve(f"  {change(spelling)} ") == skill.id

    def test_unknown_id_has_no_name(self) -> None:
        with pytest.raises(KeyError):
            TAXONOMY.name(FIRST_ADDITION_ID)


class TestFind:
    def test_tells_where(self) -> None:
        text = "Fluent in Python; some JS."
        assert [(m.word, m.start, m.end) for m in TAXONOMY.find(text)] == [
            ("Python", 10, 16),
            ("JS", 23, 25),
        ]

    def test_longest_spelling_wins(self) -> None:
        assert found("Spring Boot and SQL Server") == ["Spring Boot", "Microsoft SQL Server"]

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("JavaScript only", ["JavaScript"]),
            ("C/C++, C# and .NET", ["C", "C++", "C#", ".NET"]),
            ("ASP.NET Core, VB.NET, Node.js.", ["ASP.NET", "Visual Basic", "Node.js"]),
            ("HTML5/CSS3, Python3.8", ["HTML", "CSS", "Python"]),
            ("built CI/CD over TCP/IP", ["CI/CD", "TCP/IP"]),
            ("SAP HANA, SAP", ["SAP HANA", "SAP"]),
        ],
    )
    def test_signs_and_versions(self, text: str, names: list[str]) -> None:
        assert found(text) == names

    @pytest.mark.parametrize(
        "text",
        [
            "You excel at talking to people.",
            "We own the go to market motion.",
            "Small things spark joy.",
            "A rest day, then less work in spring.",
            "Take vitamin C before a C-level meeting.",
            "Words flow with word of mouth; ruby slippers rust.",
            "A swift reaction to the slack in demand.",
            "They go above and beyond; express interest today.",
        ],
    )
    def test_ordinary_words_are_not_skills(self, text: str) -> None:
        assert found(text) == []

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("Proficient in R", ["R"]),
            ("Go developer wanted", ["Go"]),
            ("Excel spreadsheets", ["Microsoft Excel"]),
            ("Word, Excel", ["Microsoft Word", "Microsoft Excel"]),
            ("Python, R, Go", ["Python", "R", "Go"]),
            ("R, Go, Python", ["R", "Go", "Python"]),
            ("Git\nR\nSpring", ["Git", "R", "Spring Framework"]),
        ],
    )
    def test_ordinary_words_with_support_are_skills(self, text: str, names: list[str]) -> None:
        assert found(text) == names

    def test_words_of_two_sentences_are_not_one_skill(self) -> None:
        assert found("We like the machine. Learning is fun.") == []

    def test_research_is_not_the_language_r(self) -> None:
        assert found("Python for our R&D team") == ["Python", "Research and development"]

    def test_offsets_survive_letters_that_grow_when_folded(self) -> None:
        text = "İİİ ßß ﬃ Python ŉ Straße SQL"
        assert [text[m.start : m.end] for m in TAXONOMY.find(text)] == ["Python", "SQL"]

    @given(st.text(max_size=400))
    def test_any_text_gives_ordered_disjoint_mentions(self, text: str) -> None:
        mentions = TAXONOMY.find(text)
        assert all(mention.word == text[mention.start : mention.end] for mention in mentions)
        assert all(a.end <= b.start for a, b in pairwise(mentions))

    @given(
        st.lists(st.sampled_from(["Go", "R", "C", "Excel", "SQL", ",", "&", "\n", "in", ".", "-"]))
    )
    def test_any_list_of_guarded_words_is_bounded(self, words: list[str]) -> None:
        text = " ".join(words)
        assert len(TAXONOMY.find(text)) <= len(words)

    @given(st.sampled_from(ALL_SPELLINGS), st.sampled_from(["x", "9x", "é", "_"]))
    def test_skills_are_not_found_inside_words(self, known: tuple[Skill, str], tail: str) -> None:
        _, spelling = known
        joined = f"qqq{spelling}{tail}"
        assert all(m.start > 0 for m in TAXONOMY.find(joined))


class TestVariants:
    def test_written_together(self) -> None:
        assert "powerbi" in set(variant_keys("Power BI"))

    def test_plural_of_common_nouns_and_abbreviations(self) -> None:
        assert "data structure" in set(variant_keys("data structures"))
        assert "rest apis" in set(variant_keys("REST API"))
        assert "data strategies" in set(variant_keys("data strategy"))

    def test_no_plural_of_names_and_people(self) -> None:
        assert set(variant_keys("Windows")) == set()
        assert "data scientists" not in set(variant_keys("data scientist"))


class TestAdditions:
    ADDITION = Skill(
        id=FIRST_ADDITION_ID, name="Underwater basketry", aliases=("UWB", "Basketry JS")
    )

    def test_are_known_to_the_new_taxonomy_only(self) -> None:
        extended = TAXONOMY.with_additions([self.ADDITION])
        assert extended.resolve("uwb") == FIRST_ADDITION_ID
        assert found("Underwater basketry, Python", extended) == ["Underwater basketry", "Python"]
        assert extended.resolve("js") == TAXONOMY.resolve("js")
        assert TAXONOMY.resolve("uwb") is None
        assert FIRST_ADDITION_ID not in TAXONOMY.skills

    def test_a_taken_spelling_keeps_its_owner(self) -> None:
        clash = Skill(id=FIRST_ADDITION_ID + 1, name="Our Python", aliases=("Python",))
        extended = TAXONOMY.with_additions([clash])
        assert TAXONOMY.conflicts(clash) == {"Python": TAXONOMY.resolve("Python")}
        assert extended.resolve("Python") == TAXONOMY.resolve("Python")
        assert extended.resolve("our python") == clash.id

    def test_no_conflict_with_itself(self) -> None:
        assert TAXONOMY.with_additions([self.ADDITION]).conflicts(self.ADDITION) == {}

    def test_ids_of_the_built_in_range_are_refused(self) -> None:
        with pytest.raises(SkillConflictError, match="id: 5 "):
            TAXONOMY.with_additions([Skill(id=5, name="Nope")])

    def test_an_id_cannot_be_used_twice(self) -> None:
        with pytest.raises(SkillConflictError, match="used twice"):
            TAXONOMY.with_additions([self.ADDITION, self.ADDITION])


class TestConstruction:
    def test_a_spelling_of_two_skills_is_refused(self) -> None:
        with pytest.raises(SkillConflictError, match="belongs to both 1 and 2"):
            SkillTaxonomy([Skill(id=1, name="Foo bar"), Skill(id=2, name="foo-bar")])
