import pytest
from blacklight_matching.resume.education import find_education
from blacklight_matching.resume.models import DegreeLevel, Education
from hypothesis import given
from hypothesis import strategies as st


class TestOneLine:
    @pytest.mark.parametrize(
        ("line", "level", "field", "institution", "year"),
        [
            (
                "2000 - 2005: master's degree in Computer Science, Leeds University",
                *(DegreeLevel.MASTER, "Computer Science", "Leeds University", 2005),
            ),
            (
                "BSc Nursing, University of Leeds, 2012",
                *(DegreeLevel.BACHELOR, "Nursing", "University of Leeds", 2012),
            ),
            (
                "Ph.D. in Physics from the Institute of Optics (2019)",
                *(DegreeLevel.DOCTORATE, "Physics", "Institute of Optics", 2019),
            ),
            ("M.Sc. Statistics, TU Delft", DegreeLevel.MASTER, "Statistics", None, None),
            ("MBA, Leeds Business School", DegreeLevel.MASTER, None, "Leeds Business School", None),
            (
                "Associate's degree | Leeds City College",
                *(DegreeLevel.ASSOCIATE, None, "Leeds City College", None),
            ),
            ("High school diploma, 2008", DegreeLevel.SECONDARY, None, None, 2008),
        ],
    )
    def test_entries(
        self,
        line: str,
        level: DegreeLevel,
        field: str | None,
        institution: str | None,
        year: int | None,
    ) -> None:
        (entry,) = find_education([line])
        assert (entry.level, entry.field, entry.institution, entry.year) == (
            *(level, field, institution, year),
        )

    @pytest.mark.parametrize("line", ["", "Courses of all kinds", "2015", "Managed the staff"])
    def test_other_lines(self, line: str) -> None:
        assert find_education([line]) == ()


class TestSeveralLines:
    def test_lines_of_one_course_are_joined(self) -> None:
        lines = ["University of Leeds", "Bachelor of Arts in History", "2008 - 2011"]
        assert find_education(lines) == (
            Education(
                level=DegreeLevel.BACHELOR,
                degree="Bachelor of Arts",
                field="History",
                institution="University of Leeds",
                year=2011,
            ),
        )

    def test_another_degree_starts_another_entry(self) -> None:
        entries = find_education(["MSc Physics, Leeds University", "BSc Physics, York University"])
        assert [entry.institution for entry in entries] == ["Leeds University", "York University"]


def test_levels_can_be_compared() -> None:
    assert DegreeLevel.DOCTORATE > DegreeLevel.MASTER > DegreeLevel.BACHELOR


@given(st.lists(st.text(max_size=120), max_size=10))
def test_any_lines_are_read(lines: list[str]) -> None:
    assert len(find_education(lines)) <= len(lines)
