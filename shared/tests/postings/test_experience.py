import pytest
from blacklight_shared.postings import find_years
from blacklight_shared.work_terms import YearsRange
from hypothesis import given
from hypothesis import strategies as st


class TestStated:
    @pytest.mark.parametrize(
        ("text", "minimum", "maximum"),
        [
            ("5+ years of experience", 5, None),
            ("5 years' experience", 5, None),
            ("3-5 years of experience in analytics", 3, 5),
            ("3 to 5 yrs experience", 3, 5),
            ("At least two years of relevant experience", 2, None),
            ("Minimum of three (3) years of experience", 3, None),
            ("2 or more years of professional experience", 2, None),
            ("up to 3 years of experience", None, 3),
            ("0-2 years of work experience", 0, 2),
            ("Experience: 2 to 4 years", 2, 4),
            ("1.5 years of experience", 1.5, None),
            ("great team7+ years of experience", 7, None),
        ],
    )
    def test_phrases(self, text: str, minimum: float | None, maximum: float | None) -> None:
        assert find_years("", text) == YearsRange(minimum, maximum)

    @pytest.mark.parametrize(
        "text",
        [
            "You are 18 years of age or older and have work experience",
            "Founded 20 years ago by people with experience",
            "Over the past 5 years our experience has grown",
            "99 years of experience",
            "A two year contract",
            "No numbers at all",
        ],
    )
    def test_other_years(self, text: str) -> None:
        assert find_years("", text) is None

    def test_the_most_demanding_statement_counts(self) -> None:
        text = "2+ years of experience with SQL. 5+ years of experience in analytics."
        assert find_years("", text) == YearsRange(5, None)

    def test_of_alternatives_the_least_counts(self) -> None:
        text = "Bachelor's degree and 5 years of experience, or Master's and 3 years of experience"
        assert find_years("", text) == YearsRange(3, None)

    def test_wishes_count_only_alone(self) -> None:
        wish = "10+ years of experience preferred."
        assert find_years("", f"5+ years of experience. {wish}") == YearsRange(5, None)
        assert find_years("", wish) == YearsRange(10, None)

    def test_what_is_stated_goes_before_the_title(self) -> None:
        assert find_years("Senior Engineer", "2 years of experience") == YearsRange(2, None)


class TestUsual:
    @pytest.mark.parametrize(
        ("title", "minimum", "maximum"),
        [
            ("Marketing Intern", 0, 1),
            ("Junior Developer", 0, 2),
            ("Mid-level Developer", 2, 5),
            ("Sr. Accountant", 5, None),
            ("Senior Director, Sales", 8, None),
            ("Staff Software Engineer", 8, None),
            ("VP of Engineering", 10, None),
        ],
    )
    def test_seniority(self, title: str, minimum: float, maximum: float | None) -> None:
        assert find_years(title, "Come and work here") == YearsRange(minimum, maximum)

    @pytest.mark.parametrize("title", ["Data Scientist", "Staff Nurse", "Cook", ""])
    def test_titles_without_seniority(self, title: str) -> None:
        assert find_years(title, "Come and work here") is None


@given(st.text(max_size=300) | st.from_regex(r"([0-9]{1,2}[-+ ]|years?|experience|or| ){1,40}"))
def test_any_text_gives_an_ordered_range(text: str) -> None:
    years = find_years("", text)
    if years is not None and years.minimum is not None and years.maximum is not None:
        assert years.minimum <= years.maximum
