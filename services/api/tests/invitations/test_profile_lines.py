"""A profile in words."""

from __future__ import annotations

from blacklight_api.candidates.schemas import EducationShown
from blacklight_api.invitations.profile_lines import ProfileLine, profile_lines
from blacklight_api.onboarding.schemas import ProfileShown


def test_only_what_says_something_is_there() -> None:
    assert profile_lines(ProfileShown(), {}) == []


def test_each_field_is_put_into_words() -> None:
    profile = ProfileShown(
        first_name="Ada",
        years_experience=6.5,
        preferred_roles=[7, 8, "Surveyor"],
        education=[
            EducationShown(degree="BSc", institution="Delft", end_year=2015),
            EducationShown(),
        ],
        salary_expected=62_000,
        salary_currency="EUR",
        salary_period="year",
        work_modes=["remote"],
        willing_to_relocate=True,
    )

    assert profile_lines(profile, {7: "Data Scientist"}) == [
        ProfileLine("Name", ("first_name", "last_name"), ["Ada"]),
        ProfileLine(
            "Wanted roles",
            ("preferred_roles",),
            ["Data Scientist", "Role 8", "Surveyor"],
            is_list=True,
        ),
        ProfileLine("Experience", ("years_experience",), ["6.5 years"]),
        ProfileLine("Education", ("education",), ["BSc, Delft, 2015"], is_list=True),
        ProfileLine(
            "Expected pay",
            ("salary_expected", "salary_currency", "salary_period"),
            ["62,000 EUR per year"],
        ),
        ProfileLine("Way of working", ("work_modes",), ["Remote"], is_list=True),
        ProfileLine("Would relocate", ("willing_to_relocate",), ["Yes"]),
    ]
