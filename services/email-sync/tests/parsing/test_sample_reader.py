"""The emulated model of the demo: it knows the sample inbox and leaves the rest to the rules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from blacklight_devstack.emulators.llm import API_KEY, create_app
from blacklight_devstack.emulators.serving import serving
from blacklight_devstack.sample.inbox import sample_inbox
from blacklight_devstack.sample.inbox.language_model import SampleReader
from blacklight_email_sync.parsing import MailParser, ParserName
from blacklight_email_sync.parsing.extraction import extract_postings
from blacklight_email_sync.parsing.language_model import create_parser
from blacklight_email_sync.parsing.rules import RulesParser
from blacklight_shared.llm import LlmProvider, LlmSettings, create_language_model
from pydantic import HttpUrl, SecretStr

UNKNOWN = b"""\
From: Lena Vogt <lena@agency.example.com>
Subject: Requirement: Welder - Leeds

Job Title: Welder
Location: Leeds, UK
Rate: 28 GBP per hour
Duration: 6 months
Skills: MIG welding, TIG welding, reading drawings. Send CVs of candidates who can start soon.
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(create_app(SampleReader())) as url:
        yield url


@pytest.fixture
async def parser(url: str) -> AsyncIterator[MailParser]:
    model = create_language_model(
        LlmSettings(
            provider=LlmProvider.OPENAI,
            api_key=SecretStr(API_KEY),
            base_url=HttpUrl(f"{url}/v1"),
            requests_per_minute=60_000,
        )
    )
    assert model is not None
    yield create_parser(LlmProvider.OPENAI, model, RulesParser())
    await model.aclose()


async def test_mails_of_the_sample_are_read_as_their_authors_meant_them(
    parser: MailParser,
) -> None:
    for mail in sample_inbox()[::4]:
        read = await extract_postings(mail.raw, parser=parser)
        assert (mail.name, read.fallback) == (mail.name, "")
        assert read.parser is ParserName.OPENAI
        assert [posting.title for posting in read.postings] == [
            posting.title for posting in mail.postings
        ]


async def test_other_mails_are_left_to_the_rules(parser: MailParser) -> None:
    read = await extract_postings(UNKNOWN, parser=parser)
    assert read.fallback
    assert [posting.title for posting in read.postings] == ["Welder"]
