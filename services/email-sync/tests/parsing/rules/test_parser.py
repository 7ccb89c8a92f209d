"""What the rules make of whole texts."""

from __future__ import annotations

import pytest
from blacklight_email_sync.parsing import ExtractedPosting, ParsedMail, Reading
from blacklight_email_sync.parsing.model import Passage
from blacklight_email_sync.parsing.rules import RulesParser
from blacklight_shared.work_terms import WorkMode

PARSER = RulesParser()


def read(text: str) -> Reading:
    return PARSER.read_now(ParsedMail(own=Passage(text=text)))


def only(text: str) -> ExtractedPosting:
    (posting,) = read(text).postings
    return posting


def test_what_stands_below_a_table_holds_for_all_its_rows() -> None:
    reading = read(
        "Please send profiles.\n\nPosition\tPay\nPress Operator\t$18.00\nWelder\t$24.00\n\n"
        "The plant is in Gainesville, GA. Minimum 3 years of experience for all."
    )
    assert [posting.locations for posting in reading.postings] == [("Gainesville, GA",)] * 2
    assert all(
        posting.experience and posting.experience.minimum == 3 for posting in reading.postings
    )


def test_what_stands_below_a_list_holds_for_all_its_items() -> None:
    reading = read(
        "We need:\n\n- HVAC Technician - AED 2,200 per month\n- Plumber - AED 1,800 per month\n\n"
        "Minimum 3 years GCC experience."
    )
    assert [posting.title for posting in reading.postings] == ["HVAC Technician", "Plumber"]
    assert all(posting.experience for posting in reading.postings)


def test_numbered_requirements_with_labels_are_jobs_of_their_own() -> None:
    reading = read(
        "Work on these.\n\nREQ 1: Kafka Platform Engineer\nClient: Telecom (Denver, CO)\n"
        "Rate: $75 C2C\n\nREQ 2: Epic Willow Analyst\nClient: Hospital\nMode: Remote\nRate: $85 W2"
    )
    assert [posting.title for posting in reading.postings] == [
        "Kafka Platform Engineer",
        "Epic Willow Analyst",
    ]
    assert reading.postings[1].work_mode is WorkMode.REMOTE


DESCRIPTION = (
    "Senior Analyst\n\nOur platform helps agencies. Thank you for your interest in us.\n\n{head}\n"
    "The analyst will build reports. This position reports to the CFO.\n"
    "Requires 5 years of experience with SQL. We are an equal opportunity employer."
)


def test_a_description_alone_is_a_job() -> None:
    text = DESCRIPTION.replace(
        "Our platform helps agencies. Thank you for your interest in us.", ""
    )
    assert read(text.format(head="Requirements")).confidence > 0.5


def test_what_a_description_says_of_the_firm_weighs_little() -> None:
    said = "We offer a free trial of our software."
    text = "Senior Analyst\n\n{before}\n\nRequirements\n\n{after}\nThe analyst will build reports."
    before, after = text.format(before=said, after=""), text.format(before="", after=said)
    assert read(after).confidence > read(before).confidence


def test_a_skill_may_be_the_title() -> None:
    posting = only("Skill - React Native Developer\nExp - 6+ yrs\nLocation - Pune\nBudget - 20 LPA")
    assert posting.title == "React Native Developer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "We need a nurse for Leeds, starting Monday, 8 weeks to begin with.",
            ("Monday", "8 weeks"),
        ),
        ("We need a welder, approx 4 months, mobilising mid January.", ("mid January", "4 months")),
    ],
)
def test_start_and_duration_of_short_notes(text: str, expected: tuple[str, str]) -> None:
    posting = only(text)
    assert (posting.start, posting.duration) == expected


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("We need a credit analyst. Two to four years at a bank or fund.", 2),
        ("We need a Splunk Engineer.\nMust have: Splunk ES, Linux, 7 years", 7),
        ("We need a mechanic. Anybody with 3 yrs or more on tractors.", 3),
        ("Buscamos enfermera. Se requiere al menos 1 año de experiencia.", 1),
    ],
)
def test_years_in_short_notes(text: str, years: float) -> None:
    experience = only(text).experience
    assert experience is not None
    assert experience.minimum == years


def test_tennessee_is_no_visa() -> None:
    posting = only("We need a Network Engineer in Nashville, TN. 8 years in data centers, $68/hr.")
    assert not posting.work_authorization
    assert posting.locations == ("Nashville, TN",)


def test_a_client_is_named_behind_its_label_only_on_that_line() -> None:
    posting = only("Assignment from our client:\n\nRole: Embedded developer\nWhere: Gothenburg")
    assert not posting.client


@pytest.mark.parametrize(
    "text",
    [
        "Every week we send agencies lists of firms that need an HR Generalist, at $199 a month.",
        "I've run Mazaks for 9 years as a CNC machinist. Looking for second shift around $32/hr.",
        "He did well. We'd like to interview Dana and Tom for the welder position this week.",
    ],
)
def test_mails_about_jobs_that_offer_none(text: str) -> None:
    assert read(text).confidence < 0.5
