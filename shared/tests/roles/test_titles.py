import pytest
from blacklight_shared.roles import builtin_roles, display_name, normalise_title
from hypothesis import given
from hypothesis import strategies as st

ROLE_NAMES = st.sampled_from([role.name for role in builtin_roles()])
SENIORITY = st.sampled_from(["Senior ", "Sr. ", "Junior ", "Principal ", "Entry Level ", "Jr "])
SUFFIXES = st.sampled_from(
    [
        " II",
        " - Remote",
        " (New York, NY)",
        " #48213",
        " - San Francisco",
        ", Full-Time",
        " (m/f/d)",
        " - Req 10482",
        " | Contract",
    ]
)


class TestNormaliseTitle:
    @pytest.mark.parametrize(
        ("title", "normal_form"),
        [
            ("Sr. Data Scientist II - Remote (NYC) #1234", "data scientist"),
            ("Data Scientists", "data scientist"),
            ("Secretaries", "secretary"),
            ("Manager, Data Science", "data science manager"),
            ("Director of Nursing", "nursing director"),
            ("AVP, Data & Analytics", "data and analytics vice president"),
            ("Data Analyst / Scientist", "data analyst"),
            ("Systems Admin., Data Analyst III", "system administrator"),
            ("Data Analyst with SQL for a bank in Boston", "data analyst"),
            ("Software Engineer in Test", "software engineer in test"),
            ("Data Analyst (JO#4754)", "data analyst"),
            ("Business Data Analyst JP4359", "business data analyst"),
            ("URGENT HIRE::::: Data Analyst", "data analyst"),
            ("Level 2 Support Engineer", "support engineer"),
            ("UI/UX Designer", "ui ux designer"),
            ("Sr .NET Developer", ".net developer"),
            ("C++ Developer", "c++ developer"),
            ("Front-End Developer", "frontend developer"),
            ("Full-stack Engineer", "full stack engineer"),
            ("Electrician Apprentice", "electrician"),
            ("Data Science Intern", "data science intern"),
            ("Texas Truck Driver", "truck driver"),
            ("Warehouse Operative Milton Keynes", "warehouse operative"),
        ],
    )
    def test_keeps_what_names_the_work(self, title: str, normal_form: str) -> None:
        assert normalise_title(title) == normal_form

    @pytest.mark.parametrize(
        "title",
        [
            "chief executive officer",
            "chief of staff",
            "assistant manager",
            "contract manager",
            "data entry clerk",
            "executive assistant",
            "lead generation specialist",
            "nurse practitioner",
            "principal investigator",
            "team lead",
            "virtual assistant",
        ],
    )
    def test_keeps_words_that_are_noise_elsewhere(self, title: str) -> None:
        assert normalise_title(title) == title

    @pytest.mark.parametrize("title", ["Senior", "Remote", "Intern", "Contract"])
    def test_title_of_noise_alone_keeps_its_words(self, title: str) -> None:
        assert normalise_title(title) == title.lower()

    @pytest.mark.parametrize("title", ["", "   ", "!!!", "- / -"])
    def test_title_without_letters_is_empty(self, title: str) -> None:
        assert normalise_title(title) == ""

    def test_other_scripts_stay(self) -> None:
        assert normalise_title("データ サイエンティスト") == "データ サイエンティスト"

    @given(st.text(max_size=400))
    def test_normalising_again_changes_nothing(self, title: str) -> None:
        normal_form = normalise_title(title)
        assert normalise_title(normal_form) == normal_form

    @given(st.lists(ROLE_NAMES, min_size=1, max_size=3), SUFFIXES)
    def test_normalising_real_words_again_changes_nothing(
        self, names: list[str], suffix: str
    ) -> None:
        normal_form = normalise_title(", ".join(names) + suffix)
        assert normalise_title(normal_form) == normal_form

    @given(SENIORITY, ROLE_NAMES, SUFFIXES)
    def test_seniority_place_and_number_make_no_new_role(
        self, seniority: str, name: str, suffix: str
    ) -> None:
        assert normalise_title(seniority + name + suffix) == normalise_title(name)

    @given(ROLE_NAMES)
    def test_case_does_not_matter(self, name: str) -> None:
        assert normalise_title(name.upper()) == normalise_title(name.lower())


class TestDisplayName:
    def test_writes_acronyms_in_capitals(self) -> None:
        assert display_name("it project manager") == "IT Project Manager"

    @given(ROLE_NAMES)
    def test_is_another_spelling_of_the_role(self, name: str) -> None:
        normal_form = normalise_title(name)
        assert normalise_title(display_name(normal_form)) == normal_form
