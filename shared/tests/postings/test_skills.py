import pytest
from blacklight_shared.postings import find_posting_skills
from blacklight_shared.skills import Skill, SkillTaxonomy
from hypothesis import given
from hypothesis import strategies as st

TAXONOMY = SkillTaxonomy.builtin()


def judged(description: str, title: str = "") -> tuple[list[str], list[str]]:
    """The words of the required and of the preferred skills."""
    skills = find_posting_skills(title, description, TAXONOMY)
    return [m.word for m in skills.required], [m.word for m in skills.preferred]


class TestSections:
    def test_headings_on_lines_of_their_own(self) -> None:
        text = "Requirements:\n- Python\n- SQL\n\nNice to have\n- Kafka\n- Docker\n"
        assert judged(text) == (["Python", "SQL"], ["Kafka", "Docker"])

    @pytest.mark.parametrize(
        "heading",
        [
            "Nice to have:",
            "NICE-TO-HAVES",
            "Preferred Qualifications",
            "Desired skills:",
            "Bonus points",
            "Good to Have:",
        ],
    )
    def test_headings_of_wishes(self, heading: str) -> None:
        assert judged(f"Must know Python.\n{heading}\nKafka\n") == (["Python"], ["Kafka"])

    def test_headings_run_into_the_text(self) -> None:
        text = "We use Python dailyNice To HavesKnowledge of Kafka and Docker"
        assert judged(text) == (["Python"], ["Kafka", "Docker"])

    def test_a_later_heading_ends_the_wishes(self) -> None:
        text = "Preferred Skills:\nKafka\nResponsibilities:\nMaintain Docker images\n"
        assert judged(text) == (["Docker"], ["Kafka"])

    def test_offers_and_the_company_do_not_count(self) -> None:
        text = (
            "About Us\nWe sell machine learning.\nRequirements:\nPython\n"
            "Benefits:\nTraining in Kafka, Microsoft Excel\n"
        )
        assert judged(text) == (["Python"], [])

    def test_talk_about_the_company_that_never_ends_counts(self) -> None:
        assert judged("About Us\nWe want somebody who knows Python.") == (["Python"], [])

    def test_the_title_is_required(self) -> None:
        assert judged("Nice to have:\nPython", title="Python Developer")[0] == ["Python"]

    @pytest.mark.parametrize(
        "title", ["Senior Data Scientist", "Data Scientist II, Growth", "Marketing Data Scientist"]
    )
    def test_the_role_in_the_title_is_no_skill(self, title: str) -> None:
        assert "Data Scientist" not in judged("", title)[0]
        assert judged("Knows data science.", title)[0][-1] == "data science"

    def test_a_product_in_the_title_is_a_skill_whatever_it_is_called(self) -> None:
        assert judged("", "SQL Server Engineer")[0] == ["SQL Server"]


class TestClauses:
    @pytest.mark.parametrize(
        ("text", "required", "preferred"),
        [
            (
                "Experience with Python, familiarity with Tableau is a plus.",
                ["Python"],
                ["Tableau"],
            ),
            ("Java required; Scala preferred.", ["Java"], ["Scala"]),
            ("Knows SQL (Tableau preferred).", ["SQL"], ["Tableau"]),
            ("SQL. Bonus: Kafka, Docker.", ["SQL"], ["Kafka", "Docker"]),
            ("SQL. Ideally Kafka or Docker.", ["SQL"], ["Kafka", "Docker"]),
            ("SQL. Docker would be great.", ["SQL"], ["Docker"]),
            ("Knows AutoCAD, but not required. SQL.", ["SQL"], ["AutoCAD"]),
            ("Preferably Kafka, but SQL is required.", ["SQL"], ["Kafka"]),
            ("Docker is not optional.\nSQL", ["Docker", "SQL"], []),
        ],
    )
    def test_words_of_wish(self, text: str, required: list[str], preferred: list[str]) -> None:
        assert judged(text) == (required, preferred)

    def test_required_once_is_required(self) -> None:
        assert judged("Kafka is a plus.\nWe live on Kafka.") == (["Kafka"], [])

    @pytest.mark.parametrize(
        "text",
        [
            "BS in Statistics, Economics or Physics",
            "A master's degree in Computer Science",
            "Mathematics degree",
            "PhD in a quantitative field such as Statistics",
        ],
    )
    def test_fields_of_degrees_are_not_skills(self, text: str) -> None:
        assert judged(text) == ([], [])

    def test_skills_behind_a_degree_are(self) -> None:
        assert judged("BS in Statistics and experience with SQL") == (["SQL"], [])

    @pytest.mark.parametrize(
        "text",
        [
            "We offer tuition for Python courses and paid time off.",
            "Applicants get consideration without regard to race, color or accounting.",
        ],
    )
    def test_boilerplate_does_not_count(self, text: str) -> None:
        assert judged(text) == ([], [])


class TestResult:
    def test_each_skill_once_with_its_first_word(self) -> None:
        assert judged("ECMAScript, SQL, JavaScript, JS") == (["ECMAScript", "SQL"], [])

    def test_offsets_count_in_title_and_description(self) -> None:
        title, description = "Data person", "Uses Python."
        mention = find_posting_skills(title, description, TAXONOMY).required[0]
        assert f"{title}\n{description}"[mention.start : mention.end] == "Python"

    def test_additions_of_a_tenant_are_found(self) -> None:
        taxonomy = TAXONOMY.with_additions([Skill(id=1_000_000, name="Underwater basketry")])
        skills = find_posting_skills("", "Underwater basketry is a plus", taxonomy)
        assert [m.skill_id for m in skills.preferred] == [1_000_000]

    @pytest.mark.parametrize("unit", ["Python preferred ", "degree in Python ", "(", "a plus, "])
    def test_long_repetitions_are_read(self, unit: str) -> None:
        required, preferred = judged(unit * (100_000 // len(unit)))
        assert len(required) + len(preferred) <= 1

    @given(st.text(max_size=300), st.text(max_size=300))
    def test_any_text_gives_disjoint_lists(self, title: str, description: str) -> None:
        skills = find_posting_skills(title, description, TAXONOMY)
        required = {mention.skill_id for mention in skills.required}
        assert required.isdisjoint(mention.skill_id for mention in skills.preferred)

    @given(
        st.lists(
            st.sampled_from(
                [
                    *("Python", "SQL", "preferred", "Nice to have:\n", "Requirements:\n", "a plus"),
                    *(
                        "; ",
                        "degree in",
                        "but",
                        "(",
                        ")",
                        ". ",
                        "\n",
                        "Bonus:",
                        "Benefits:\n",
                        "required",
                    ),
                ]
            ),
            max_size=30,
        )
    )
    def test_any_mixture_of_cues_is_read(self, words: list[str]) -> None:
        required, preferred = judged(" ".join(words))
        assert {*required, *preferred} <= {"Python", "SQL"}
