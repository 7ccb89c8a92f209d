from datetime import date

import pytest
from blacklight_matching.resume.positions import find_positions
from blacklight_matching.resume.skills import find_skills
from blacklight_shared.skills import SkillTaxonomy

TODAY = date(2022, 6, 15)
TAXONOMY = SkillTaxonomy.builtin()


def skills(text: str, jobs: str = "") -> dict[str, float | None]:
    positions = find_positions(jobs.split("\n"), TODAY)
    found = find_skills(f"{text}\n{jobs}", positions, TAXONOMY, TODAY)
    return {TAXONOMY.name(skill.skill_id): skill.years for skill in found}


def test_spellings_are_gathered_under_one_skill() -> None:
    (skill,) = find_skills("JavaScript, JS and ECMAScript", [], TAXONOMY, TODAY)
    assert skill.skill_id == TAXONOMY.resolve("JS")
    assert skill.words == ("JavaScript", "JS", "ECMAScript")


def test_years_are_those_of_the_jobs_that_mention_it() -> None:
    jobs = "Porter, 2015 - 2018\nused Python\nCook, 2010 - 2012\nused SQL\nNurse, 2011 - 2016\nSQL"
    found = skills("Python, SQL, Docker", jobs)
    assert (found["Python"], found["SQL"], found["Docker"]) == (3.0, 6.0, None)


@pytest.mark.parametrize(
    "text",
    [
        "I have no experience with Python and SQL",
        "Don't have experience but would like to develop skills with Python, SQL.",
        "I want to learn Python",
        "Don't want to work with SQL",
    ],
)
def test_what_is_missing_or_wished_for_does_not_count(text: str) -> None:
    assert skills(text) == {}


def test_a_denial_ends_with_its_sentence() -> None:
    assert list(skills("I have no experience with Python. I know SQL.")) == ["SQL"]
