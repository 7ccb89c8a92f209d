"""Which mails concern a tenant."""

from __future__ import annotations

import pytest
from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.sync.keywords import Keywords
from blacklight_shared.models import CandidateStatus
from hypothesis import given, settings
from hypothesis import strategies as st
from inbox_world import World

words = st.text(st.characters(categories=["L"]), min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Data Engineer", "we need two DATA ENGINEERS now"),
        ("Data Engineers", "one data engineer"),
        ("Business Analyst", "the business\n  analyst's desk and a business analyst"),
        ("C++ Developer", "A C++ developer."),
        (".NET Developer", "Senior .NET developer (remote)"),
        ("Nurse", "Nurses wanted"),
        ("Développeur Java", "DÉVELOPPEUR JAVA à Lyon"),
    ],
)
def test_a_phrase_is_found_whatever_its_case_number_and_space(phrase: str, text: str) -> None:
    assert Keywords([phrase]).match(text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Data Engineer", "the engineer looks at the data"),
        ("Data Engineer", "metadata engineering"),
        ("Java Developer", "JavaScript developer"),
        ("Nurse", "a nursery"),
    ],
)
def test_other_words_are_not_taken_for_it(phrase: str, text: str) -> None:
    assert not Keywords([phrase]).match(text)


def test_generic_and_short_single_words_are_refused() -> None:
    keywords = Keywords(["Manager", "developer", "PM", " ", "Nurse", "QA Lead"])
    assert keywords.phrases == ("Nurse", "QA Lead")
    assert not Keywords(["Engineer"])


@settings(max_examples=50)
@given(st.lists(words, min_size=1, max_size=4), st.text(max_size=40), st.text(max_size=40))
def test_a_phrase_is_found_in_any_text_that_holds_it(
    parts: list[str], before: str, after: str
) -> None:
    phrase = " ".join(parts)
    keywords = Keywords([phrase])
    assert not keywords or keywords.match(f"{before} {phrase} {after}")


async def test_the_tenants_candidates_say_what_is_looked_for(
    deps: EmailSyncDeps, world: World
) -> None:
    other = await World.make(deps, world.far_side)
    await other.candidate("Pastry Chef")
    await world.candidate("Welder", status=CandidateStatus.REJECTED)
    await world.candidate("Plumber", status=CandidateStatus.NEW)
    async with deps.database.tenant_session(world.tenant_id) as session:
        keywords = await Keywords.of_tenant(session)
    assert set(keywords.phrases) == {"Data Engineer", "ETL Developer", "Plumber"}
