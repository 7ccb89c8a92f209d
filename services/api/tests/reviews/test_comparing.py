"""What was entered beside what the CV says, line by line."""

from __future__ import annotations

import pytest
from blacklight_api.candidates.schemas import EducationShown
from blacklight_api.invitations.resumes import counting_profile
from blacklight_api.onboarding.schemas import ProfileDraft, ProfileShown
from blacklight_api.reviews.comparing import ComparedLine, compare, compare_addresses
from blacklight_shared.resumes import RESUME_FIELDS, ResumeEducation, ResumeReading
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(min_size=1, max_size=8).filter(str.strip)
READINGS = st.builds(
    ResumeReading,
    phone=st.none() | TEXTS,
    skills=st.lists(TEXTS, max_size=4, unique_by=str.casefold),
)
FIELDS = st.sets(st.sampled_from(RESUME_FIELDS))


def line(entered: ProfileShown, said: ResumeReading, label: str) -> ComparedLine:
    lines = compare(entered, said, taken=[], role_names={})
    return next(one for one in lines if one.label == label)


@pytest.mark.parametrize(
    ("entered", "said", "is_new"),
    [
        ("+1 (512) 555-0100", "5125550100", False),
        ("555-0100", "+1 512 555 0100", False),
        ("555-0199", "+1 512 555 0100", True),
        ("100", "+1 512 555 0100", True),
        (None, "+1 512 555 0100", True),
    ],
)
def test_telephone_numbers_are_compared_by_their_digits(
    entered: str | None, said: str, is_new: bool
) -> None:
    compared = line(ProfileShown(phone=entered), ResumeReading(phone=said), "Phone")

    assert compared.can_be_taken is is_new


def test_lists_say_what_is_new() -> None:
    compared = line(
        ProfileShown(skills=["Python", "Go"]), ResumeReading(skills=["PYTHON ", "SQL"]), "Skills"
    )

    assert (compared.entered, compared.said, compared.new) == (
        ["Python", "Go"],
        ["PYTHON ", "SQL"],
        ["SQL"],
    )
    assert (compared.fields, compared.is_list) == (("skills",), True)


def test_only_what_the_cv_says_can_be_taken() -> None:
    compared = line(ProfileShown(last_name="Marsh"), ResumeReading(first_name="Ada"), "Name")
    assert compared.fields == ("first_name",)
    silent = line(ProfileShown(last_name="Marsh"), ResumeReading(phone="1"), "Name")
    assert not silent.can_be_taken


def test_an_address_is_shown_and_never_taken() -> None:
    said = ResumeReading(emails=["ada@example.com"])
    other = compare_addresses("ada.marsh@example.com", said)
    same = compare_addresses("ada@example.com", said)
    assert other is not None
    assert same is not None
    assert (other.new, other.can_be_taken) == (["ada@example.com"], False)
    assert same.new == []
    assert compare_addresses("ada@example.com", ResumeReading()) is None


@given(entered=READINGS, said=READINGS, taken=FIELDS)
def test_taking_leaves_nothing_new_and_loses_no_item(
    entered: ResumeReading, said: ResumeReading, taken: set[str]
) -> None:
    profile = entered.profile_values()
    counting = counting_profile(profile, said, taken)
    again = counting_profile(counting, said, taken)

    assert again == counting
    assert {name: value for name, value in counting.items() if name not in taken} == {
        name: value for name, value in profile.items() if name not in taken
    }
    assert set(profile.get("skills", [])) <= set(counting.get("skills", []))
    shown = compare(ProfileShown.model_validate(counting), said, taken=taken, role_names={})
    assert not any(one.new for one in shown if set(one.fields) & taken)


def test_stages_of_education_are_the_same_by_what_and_where() -> None:
    entered = EducationShown(degree="BSc", institution="Delft", start_year=2010, end_year=2013)
    said = ResumeReading(
        education=[
            ResumeEducation(degree="bsc", institution="DELFT", end_year=2013),
            ResumeEducation(degree="MSc", institution="Delft", end_year=2015),
        ]
    )

    counting = counting_profile({"education": [entered.model_dump()]}, said, ["education"])

    assert [stage["degree"] for stage in counting["education"]] == ["BSc", "MSc"]
    assert counting["education"][0]["start_year"] == 2010


def test_everything_that_a_cv_can_say_fits_the_form() -> None:
    line_of_most = "x" * 200
    said = ResumeReading(
        **{
            field: [line_of_most] * 200
            for field in ("titles", "skills", "languages", "certifications")
        },
        **dict.fromkeys(("first_name", "last_name", "phone", "location"), line_of_most),
        headline=line_of_most,
        summary="y" * 2_000,
        years_experience=79.9,
        education=[ResumeEducation(degree=line_of_most, end_year=2100)] * 50,
    )

    draft = ProfileDraft.model_validate(said.profile_values())

    assert draft.model_fields_set == set(RESUME_FIELDS)
