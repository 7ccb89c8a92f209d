from __future__ import annotations

from pathlib import Path

import pytest
from blacklight_shared.events import EVENTS, Event, GenerateCandidateMatches
from blacklight_shared.events.catalogue import events_json_schema, events_markdown
from pydantic import ValidationError

DOCS = Path(__file__).parents[3] / "docs"


def test_the_published_catalogue_is_current() -> None:
    assert (DOCS / "events.md").read_text() == events_markdown(), "run: make docs"
    assert (DOCS / "events.schema.json").read_text() == events_json_schema(), "run: make docs"


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_says_what_it_means(name: str) -> None:
    event = EVENTS[name]
    assert event.name == name
    assert event.description.endswith(".")
    domain, _, action = name.partition("/") if "/" in name else name.partition(".")
    assert domain
    assert action


def test_one_name_has_one_definition() -> None:
    with pytest.raises(TypeError, match="defined twice"):
        type(
            "Another",
            (Event,),
            {"name": GenerateCandidateMatches.name, "description": "x", "__annotations__": {}},
        )


def test_unknown_fields_are_ignored_and_missing_ones_named() -> None:
    data = {"candidate_id": 1, "tenant_id": 2, "added_later": True}
    assert GenerateCandidateMatches.model_validate(data).candidate_id == 1
    with pytest.raises(ValidationError, match="tenant_id"):
        GenerateCandidateMatches.model_validate({"candidate_id": 1})


def test_an_event_carries_its_id_to_the_engine() -> None:
    event = GenerateCandidateMatches(candidate_id=1, tenant_id=2).to_inngest("some-id")
    assert (event.name, event.id) == ("job-match/generate-candidate", "some-id")
