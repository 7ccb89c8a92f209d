from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from blacklight_devstack.emulators.llm import API_KEY, Fault, LlmPlayer, create_app
from blacklight_devstack.emulators.serving import serving
from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.summary.language_model import summarise
from blacklight_shared.llm import LanguageModel, LlmSettings, create_language_model
from blacklight_shared.registrations import CompanyProfile, PageKind, SummaryMethod

ABOUT = (
    "<html><body><main><h1>Northwind Robotics</h1><p>Northwind Robotics was founded in 2011 in"
    " Leeds. Today 140 people develop robots that move goods through warehouses.</p></main>"
    "</body></html>"
)
PAGES = [
    (PageKind.HOME, ParsedPage("https://n.example/", b"<p>Robots for every warehouse.</p>" * 9)),
    (PageKind.ABOUT, ParsedPage("https://n.example/about", ABOUT.encode())),
]


@pytest.fixture(scope="module")
def player_and_url() -> Iterator[tuple[LlmPlayer, str]]:
    player = LlmPlayer()
    with serving(create_app(player)) as url:
        yield player, url


@pytest.fixture
def player(player_and_url: tuple[LlmPlayer, str]) -> LlmPlayer:
    player_and_url[0].clear()
    return player_and_url[0]


@pytest.fixture
async def model(player_and_url: tuple[LlmPlayer, str]) -> AsyncIterator[LanguageModel]:
    settings = LlmSettings.model_validate(
        {
            "provider": "openai",
            "base_url": f"{player_and_url[1]}/v1/",
            "api_key": API_KEY,
            "requests_per_minute": 60_000,
        }
    )
    model = create_language_model(settings)
    assert model is not None
    yield model
    await model.aclose()


def says(*claims: tuple[str, int]) -> dict[str, Any]:
    return {"claims": [{"text": text, "page": page} for text, page in claims]}


async def test_every_sentence_has_its_page(player: LlmPlayer, model: LanguageModel) -> None:
    player.say(says(("The company has existed since 2011 and employs 140 people.", 2)))

    summary = await summarise(model, PAGES, CompanyProfile())

    assert summary.method is SummaryMethod.LANGUAGE_MODEL
    [claim] = summary.claims
    assert claim.source_url == "https://n.example/about"
    assert "[2]\\nNorthwind Robotics" in player.calls[0].text


@pytest.mark.parametrize(
    "claim",
    [
        ("The company employs 900 people.", 2),
        ("It works for Contoso and others.", 2),
        ("The company has existed since 2011.", 1),
        ("The company has existed since 2011.", 7),
        ("  ", 2),
    ],
)
async def test_what_its_page_does_not_say_is_left_out(
    player: LlmPlayer, model: LanguageModel, claim: tuple[str, int]
) -> None:
    player.say(says(claim, ("It was founded in 2011.", 2)))
    summary = await summarise(model, PAGES, CompanyProfile())
    assert [kept.text for kept in summary.claims] == ["It was founded in 2011."]


async def test_when_nothing_is_left_the_site_is_quoted(
    player: LlmPlayer, model: LanguageModel
) -> None:
    player.say(says(("It has 900 employees.", 2)))
    summary = await summarise(model, PAGES, CompanyProfile())
    assert summary.method is SummaryMethod.EXTRACTIVE
    assert summary.claims
    assert summary.note == "The pages do not support what the language model said."


async def test_when_it_fails_twice_the_site_is_quoted(
    player: LlmPlayer, model: LanguageModel
) -> None:
    player.order(Fault.PROSE, times=2)
    summary = await summarise(model, PAGES, CompanyProfile())
    assert summary.method is SummaryMethod.EXTRACTIVE
    assert summary.note == "The language model failed."
    assert player.requests == 2


async def test_without_a_model_the_site_is_quoted() -> None:
    summary = await summarise(None, PAGES, CompanyProfile())
    assert summary.method is SummaryMethod.EXTRACTIVE
    for claim in summary.claims:
        [page] = [page for _, page in PAGES if page.url == claim.source_url]
        assert claim.text in page.main_text
