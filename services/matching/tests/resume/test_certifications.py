from blacklight_matching.resume.certifications import find_certifications


def test_every_short_line_of_the_section_is_one() -> None:
    section = ["• AWS Solutions Architect (2020)", "", "• AWS Solutions Architect (2020)", "x"]
    assert find_certifications(section, []) == ("AWS Solutions Architect (2020)",)


def test_lines_about_education_count_when_they_say_so() -> None:
    education = ["BSc Nursing, Leeds", "Certified Scrum Master, 2019", "We gave many certificates"]
    assert find_certifications([], education) == ("Certified Scrum Master, 2019",)
