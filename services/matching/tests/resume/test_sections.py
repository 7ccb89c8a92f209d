import pytest
from blacklight_matching.resume.sections import SectionKind, lines_of, split_sections
from hypothesis import given
from hypothesis import strategies as st


def kind_of(heading: str) -> SectionKind:
    """The kind of the section that a heading opens."""
    return split_sections(f"Jane Roe\n{heading}\nsome text below")[-1].kind


class TestHeadings:
    @pytest.mark.parametrize(
        ("heading", "kind"),
        [
            ("EXPERIENCE", SectionKind.EXPERIENCE),
            ("Work Experience:", SectionKind.EXPERIENCE),
            ("Employment History", SectionKind.EXPERIENCE),
            ("— Professional experience —", SectionKind.EXPERIENCE),
            ("EXPERIENCE SKILLS", SectionKind.EXPERIENCE),
            ("Berufserfahrung", SectionKind.EXPERIENCE),
            ("Experiencia laboral", SectionKind.EXPERIENCE),
            ("Education & Training", SectionKind.EDUCATION),
            ("Academic Qualifications", SectionKind.EDUCATION),
            ("Formation", SectionKind.EDUCATION),
            ("Technical Skills", SectionKind.SKILLS),
            ("Areas of Expertise", SectionKind.SKILLS),
            ("Programming languages:", SectionKind.SKILLS),
            ("Languages", SectionKind.LANGUAGES),
            ("Language skills", SectionKind.LANGUAGES),
            ("Certifications and Licenses", SectionKind.CERTIFICATIONS),
            ("About me", SectionKind.SUMMARY),
            ("Professional Summary", SectionKind.SUMMARY),
            ("Contact details", SectionKind.CONTACT),
            ("Interests", SectionKind.OTHER),
        ],
    )
    def test_kinds(self, heading: str, kind: SectionKind) -> None:
        assert kind_of(heading) is kind

    @pytest.mark.parametrize(
        "line",
        [
            "experience with Python and SQL",
            "My work in education was about languages",
            "experience",
            "3 years experience",
            "Worked on skills of others.",
        ],
    )
    def test_other_lines(self, line: str) -> None:
        assert [section.kind for section in split_sections(line)] == [SectionKind.TOP]


class TestSplitSections:
    def test_what_follows_on_the_line_of_a_heading(self) -> None:
        sections = split_sections("Skills: Python, SQL\nEDUCATION Leeds University, BSc")
        assert [(s.kind, s.lines) for s in sections] == [
            (SectionKind.SKILLS, ("Python, SQL",)),
            (SectionKind.EDUCATION, ("Leeds University, BSc",)),
        ]

    def test_a_section_of_one_line_does_not_end_the_one_around(self) -> None:
        text = "Experience\nNurse, 2015 - 2018\nLanguages: English\nCook, 2010 - 2012"
        assert lines_of(split_sections(text), SectionKind.EXPERIENCE) == [
            "Nurse, 2015 - 2018",
            "Cook, 2010 - 2012",
        ]

    def test_labels_below_a_job_are_not_headings(self) -> None:
        text = "Experience\nNurse, 2015 - 2018\nTechnologies:\nSQL\nProjects\nMore"
        assert len(split_sections(text)) == 1

    def test_lines_that_swallowed_a_page_are_cut(self) -> None:
        sections = split_sections("word " * 200 + "      " + "other " * 200)
        assert all(len(line) <= 600 for section in sections for line in section.lines)

    @given(st.lists(st.sampled_from(["EXPERIENCE", "Skills:", "a line", "Languages: x", "", "•"])))
    def test_no_line_of_text_is_lost(self, lines: list[str]) -> None:
        kept = [line for section in split_sections("\n".join(lines)) for line in section.lines]
        assert kept.count("a line") == lines.count("a line")
        assert kept.count("x") == lines.count("Languages: x")

    @given(st.text(max_size=500))
    def test_any_text_is_split(self, text: str) -> None:
        assert all(section.lines for section in split_sections(text))
