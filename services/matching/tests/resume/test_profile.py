from datetime import date
from functools import cache

import pytest
from blacklight_matching.resume.models import DegreeLevel, Month, ResumeProfile
from blacklight_matching.resume.profile import read_profile
from blacklight_shared.skills import SkillTaxonomy
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2022, 6, 15)
TAXONOMY = SkillTaxonomy.builtin()

ENGINEER = """\
JANE ROE
Senior Data Engineer
Leeds, United Kingdom | jane.roe@example.org | +44 113 496 0000 | linkedin.com/in/jane-roe

PROFILE
I move data from where it is to where it is wanted.

WORK EXPERIENCE
Senior Data Engineer, Acme Ltd (Leeds)
Mar 2019 – Present
• Pipelines in Python and Apache Airflow
• Migrated to Snowflake

Data Analyst, Beta GmbH
2015 - 2018
• Reports in SQL and Tableau

EDUCATION
MSc Statistics, University of Leeds, 2014

SKILLS
Python, SQL, R, Docker, Excel

LANGUAGES
English (native), German (B2)

CERTIFICATIONS
AWS Certified Data Analytics
"""

NURSE = """\
Mary O'Neill, RN
Name: Mary O'Neill
Registered Nurse with over ten years of experience
Address: Austin, Texas

Clinical Skills: wound care, medication administration, IV therapy, EHR

Employment History
06/2016-present  Staff Nurse  Hill Hospital
Triage and patient assessment in the emergency department
01/2012-05/2016  Nursing Assistant  Valley Care Home
Personal care of residents

Education and Licenses
Bachelor of Science in Nursing, Austin State College, 2016
"""


def profile_of(text: str) -> ResumeProfile:
    return read_profile(text, taxonomy=TAXONOMY, today=TODAY)


@cache
def engineer() -> ResumeProfile:
    """Read when it is needed: the first one of a process takes a second or two."""
    return profile_of(ENGINEER)


@cache
def nurse() -> ResumeProfile:
    return profile_of(NURSE)


def skill_names(profile: ResumeProfile) -> set[str]:
    return {TAXONOMY.name(skill.skill_id) for skill in profile.skills}


class TestEngineer:
    @property
    def profile(self) -> ResumeProfile:
        return engineer()

    def test_person(self) -> None:
        assert (self.profile.first_name, self.profile.last_name) == ("Jane", "Roe")
        assert self.profile.emails == ("jane.roe@example.org",)
        assert self.profile.phones == ("+441134960000",)
        assert self.profile.links == ("linkedin.com/in/jane-roe",)
        assert self.profile.locations == ("Leeds, United Kingdom",)

    def test_introduction(self) -> None:
        assert self.profile.headline == "Senior Data Engineer"
        assert self.profile.summary == "I move data from where it is to where it is wanted."

    def test_jobs(self) -> None:
        first, second = self.profile.positions
        assert (first.title, first.employer) == ("Senior Data Engineer", "Acme Ltd")
        assert (first.start, first.end, first.is_current) == (Month(year=2019, month=3), None, True)
        assert (second.title, second.employer) == ("Data Analyst", "Beta GmbH")
        assert self.profile.preferred_titles == ("Senior Data Engineer", "Data Analyst")
        assert self.profile.years_experience == 6.3

    def test_skills(self) -> None:
        assert {"Python", "SQL", "R", "Docker", "Snowflake", "Tableau"} <= skill_names(self.profile)
        years = {TAXONOMY.name(skill.skill_id): skill.years for skill in self.profile.skills}
        assert (years["Python"], years["SQL"], years["Docker"]) == (3.3, 3.0, None)

    def test_education_languages_certificates(self) -> None:
        (degree,) = self.profile.education
        assert (degree.level, degree.field) == (DegreeLevel.MASTER, "Statistics")
        assert [(lang.name, lang.level) for lang in self.profile.languages] == [
            ("English", "native"),
            ("German", "b2"),
        ]
        assert self.profile.certifications == ("AWS Certified Data Analytics",)


class TestNurse:
    @property
    def profile(self) -> ResumeProfile:
        return nurse()

    def test_person(self) -> None:
        assert (self.profile.first_name, self.profile.last_name) == ("Mary", "O'Neill")
        assert self.profile.locations == ("Austin, Texas",)

    def test_jobs(self) -> None:
        assert [p.title for p in self.profile.positions] == ["Staff Nurse", "Nursing Assistant"]
        assert self.profile.years_experience == 10.5

    def test_skills(self) -> None:
        expected = {"Wound care", "Medication administration", "IV therapy", "Emergency medicine"}
        assert expected <= skill_names(self.profile)


class TestAnyText:
    def test_no_text_gives_an_empty_profile(self) -> None:
        assert profile_of("") == ResumeProfile()

    def test_jobs_below_a_wrong_heading_are_found(self) -> None:
        text = "Jane Roe\nEDUCATION\n2015 - 2018 Data Engineer, Acme Ltd"
        assert [position.title for position in profile_of(text).positions] == ["Data Engineer"]

    def test_at_most_five_titles(self) -> None:
        jobs = ["Nurse", "Cook", "Porter", "Welder", "Teacher", "Plumber", "Carpenter"]
        lines = [f"{job}, {2000 + n} - {2001 + n}" for n, job in enumerate(jobs)]
        titles = profile_of("\n".join(["Experience", *lines])).preferred_titles
        assert titles == tuple(reversed(jobs[2:]))

    @pytest.mark.parametrize(
        "unit", ["a" * 50, "2019 - ", "• ", "Nurse, ", "x@", "+1 ", "R, ", "\n", "("]
    )
    def test_long_repetitions_are_read(self, unit: str) -> None:
        profile = profile_of(unit * (60_000 // len(unit)))
        assert len(profile.positions) <= 40

    @given(st.text(max_size=1_000))
    def test_any_text_has_a_profile(self, text: str) -> None:
        profile = profile_of(text)
        assert ResumeProfile.model_validate_json(profile.model_dump_json()) == profile

    @given(st.permutations(ENGINEER.split("\n")))
    def test_any_order_of_lines_has_a_profile(self, lines: list[str]) -> None:
        profile = profile_of("\n".join(lines))
        assert profile.emails == ("jane.roe@example.org",)
        assert "Docker" in skill_names(profile)
        assert profile.years_experience is None or 0 <= profile.years_experience <= 8

    @given(st.lists(st.sampled_from([*ENGINEER.split("\n"), *NURSE.split("\n")]), max_size=60))
    def test_any_mixture_of_lines_has_a_profile(self, lines: list[str]) -> None:
        profile = profile_of("\n".join(lines))
        assert len(profile.preferred_titles) <= 5
        assert len({skill.skill_id for skill in profile.skills}) == len(profile.skills)
