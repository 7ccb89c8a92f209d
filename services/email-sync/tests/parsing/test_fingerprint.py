from __future__ import annotations

from dataclasses import replace

import pytest
from blacklight_email_sync.parsing import ExtractedPosting
from blacklight_email_sync.parsing.fingerprint import fingerprint, resemblance, same_requirement
from blacklight_shared.work_terms import WorkMode
from hypothesis import given, settings
from hypothesis import strategies as st

WORK = """\
We need a developer who builds payment services for a large retail bank.
The services are written in Java with Spring Boot and Kafka and run on Kubernetes.
You design interfaces, write tests, and support releases together with the operations team.
Eight years of experience with distributed systems and relational databases are expected.
Knowledge of card schemes, settlement and reconciliation helps a great deal.
"""
POSTING = ExtractedPosting(
    title="Sr. Java Developer", description=WORK, client="Northwind", locations=("Dallas, TX",)
)
OTHER_WORK = """\
The hospital looks for a nurse who cares for adults after surgery on the night shift.
You watch vital signs, give medication, and write down how patients are doing.
A state license and basic life support are required, two years on a ward are welcome.
"""

WORDS = st.lists(
    st.text(alphabet="abcdefghijklmnop", min_size=2, max_size=8), min_size=1, max_size=60
).map(" ".join)
POSTINGS = st.builds(
    ExtractedPosting,
    title=st.sampled_from(["Java Developer", "Sr Java Developer", "Nurse", "x"]),
    description=WORDS,
    client=st.sampled_from(["", "Acme", "Globex"]),
    locations=st.sampled_from([(), ("Dallas, TX",), ("Dallas",), ("Austin, TX", "Remote")]),
)


def from_vendor(greeting: str, footer: str, posting: ExtractedPosting) -> ExtractedPosting:
    return replace(posting, description=f"{greeting}\n{posting.description}\n{footer}", client="")


def test_one_requirement_from_two_recruiters() -> None:
    one = from_vendor("Hi,\nHope you are doing well!", "Rate: $60/hr C2C\nRegards, Raj", POSTING)
    other = from_vendor(
        "Dear Partner,\nKindly share resumes.",
        "Contact: Priya\nPhone: 555-0100\nVisa: any",
        replace(POSTING, title="Senior Java Developer (Hybrid)", locations=("Dallas",)),
    )
    assert same_requirement(fingerprint(one), fingerprint(other))
    assert fingerprint(one).keys() & fingerprint(other).keys()


@pytest.mark.parametrize(
    "other",
    [
        replace(POSTING, title="QA Engineer"),
        replace(POSTING, locations=("Newark, NJ",)),
        replace(POSTING, description=OTHER_WORK),
        replace(POSTING, client="Globex", description=WORK + OTHER_WORK),
    ],
    ids=["title", "place", "work", "client"],
)
def test_other_requirements(other: ExtractedPosting) -> None:
    assert not same_requirement(fingerprint(POSTING), fingerprint(other))


def test_short_descriptions_are_one_only_for_the_same_named_client() -> None:
    short = replace(POSTING, description="Java work in Dallas")
    other = replace(short, description="Java in Dallas, soon")
    assert same_requirement(fingerprint(short), fingerprint(other))
    assert not same_requirement(
        fingerprint(replace(short, client="")), fingerprint(replace(other, client=""))
    )


def test_remote_is_a_place() -> None:
    remote = replace(POSTING, locations=(), work_mode=WorkMode.REMOTE)
    assert not same_requirement(fingerprint(POSTING), fingerprint(remote))
    assert same_requirement(fingerprint(remote), fingerprint(replace(remote, client="")))


@given(one=POSTINGS, other=POSTINGS)
@settings(max_examples=60, deadline=None)
def test_it_is_symmetric_and_holds_of_itself(
    one: ExtractedPosting, other: ExtractedPosting
) -> None:
    first, second = fingerprint(one), fingerprint(other)
    assert same_requirement(first, first)
    assert same_requirement(first, second) == same_requirement(second, first)
    assert fingerprint(one) == first


@given(posting=POSTINGS)
@settings(max_examples=40, deadline=None)
def test_case_space_and_signs_do_not_count(posting: ExtractedPosting) -> None:
    shouted = replace(
        posting,
        title=posting.title.upper(),
        description=posting.description.upper().replace(" ", " ,  "),
        client=f" {posting.client.lower()}. ",
    )
    assert fingerprint(shouted) == fingerprint(posting)


@given(removed=st.integers(0, 4))
@settings(max_examples=5, deadline=None)
def test_resemblance_falls_with_the_text_that_is_lost(removed: int) -> None:
    lines = WORK.splitlines()
    part = replace(POSTING, description="\n".join(lines[: len(lines) - removed]))
    share = resemblance(fingerprint(POSTING), fingerprint(part))
    exact = (len(lines) - removed) / len(lines)
    assert share == pytest.approx(exact, abs=0.25)
