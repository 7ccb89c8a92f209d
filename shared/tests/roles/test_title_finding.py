import pytest
from blacklight_shared.roles.title_finding import names_work, title_in, title_key
from hypothesis import given
from hypothesis import strategies as st


class TestTitleIn:
    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("Senior Data Engineer at Acme Ltd", "Senior Data Engineer"),
            ("FULL-STACK DEVELOPER", "FULL-STACK DEVELOPER"),
            ("JAVA DEVELOPER WITH 3 YEARS OF EXPERIENCE", "JAVA DEVELOPER"),
            ("Frontend developer with wide experience", "Frontend developer"),
            ("Registered Nurse", "Registered Nurse"),
            ("Staff Nurse - ICU", "Staff Nurse"),
            ("Electrician (Journeyman)", "Electrician"),
            ("Python Developer, Berlin", "Python Developer"),
            ("Vice President, Sales", "Vice President, Sales"),
            ("VP of Engineering at Acme", "VP of Engineering"),
            ("Head of Engineering", "Head of Engineering"),
            ("Team Lead", "Team Lead"),
            ("Research Associate", "Research Associate"),
            ("Software Engineer II", "Software Engineer II"),
            ("Position: Bookkeeper", "Bookkeeper"),
            ("• Cook", "Cook"),
            ("Acme Holding   Junior Tester", "Junior Tester"),
            ("Acme | Data Scientist", "Data Scientist"),
            ("Senior .NET Engineer", "Senior .NET Engineer"),
            (".NET Developer", ".NET Developer"),
            ("C++ developer", "C++ developer"),
            ("Node.js developer", "Node.js developer"),
            ("iOS developer", "iOS developer"),
            ("Web Developer / Database Administrator", "Web Developer / Database Administrator"),
            ("Senior backend dev in the insurance trade", "Senior backend dev"),
        ],
    )
    def test_titles(self, text: str, title: str) -> None:
        assert title_in(text) == title

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "I am a developer",
            "Worked as manager of a team",
            "Looking for a developer position",
            "Developing web sites with Angular",
            "Developer tools",
            "Executive Summary",
            "Local server administration",
            "Master of Mathematics",
            "Lead",
            "responsible developer",
            "Leeds University of Engineers",
        ],
    )
    def test_other_text(self, text: str) -> None:
        assert title_in(text) is None

    @given(st.text(max_size=300))
    def test_a_title_stands_in_the_text(self, text: str) -> None:
        title = title_in(text)
        assert title is None or title.strip() == title != ""


@pytest.mark.parametrize("word", ["engineer", "Nurse", "dev", "tech", "radiologist", "locksmith"])
def test_words_that_say_what_somebody_is(word: str) -> None:
    assert names_work(word)


def test_titles_of_one_role_have_one_key() -> None:
    assert title_key("Sr. Java Developer") == title_key("Java developer")
