"""A summary by a language model, kept to what the pages say.

The model is given numbered pages and must name the page of every sentence. What it says is data: a
sentence without a page, or with numbers or names that its page does not have, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from blacklight_shared.llm import LanguageModel, try_extract
from blacklight_shared.registrations import (
    Claim,
    CompanyProfile,
    PageKind,
    Summary,
    SummaryMethod,
)
from pydantic import BaseModel, Field

from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.summary.extractive import quote_site

MAX_CLAIMS = 6
MAX_PAGE_CHARACTERS = 3_000

_INSTRUCTIONS = (
    "The text holds pages of one company's web site, each after a line such as [1] with its"
    " number. Write at most six short factual sentences for a recruiter: who the company is, what"
    " it does, for whom, where, how large it is, what it is hiring for. Take every sentence from"
    " one page and give that page's number. Leave out what no page says; no praise, no guesses."
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[\w,;:] )[A-ZÄÖÜ][\w'’-]+")


class _DraftClaim(BaseModel):
    text: str = Field(description="One sentence.", max_length=400)
    page: int = Field(description="The number of the page that says so.")


class _Draft(BaseModel):
    claims: list[_DraftClaim] = Field(description="At most six sentences.")


async def summarise(
    model: LanguageModel | None,
    pages: Sequence[tuple[PageKind, ParsedPage]],
    profile: CompanyProfile,
) -> Summary:
    """A summary by the model, or in the company's own sentences without one, or when it fails.

    Args:
        model: None where none is configured.
        pages: With the home page first.
        profile: See ``quote_site``.
    """
    quoted = quote_site(pages, profile)
    if model is None or not pages:
        return quoted
    read = [page for _, page in pages]
    drafted = await try_extract(model, _Draft, _INSTRUCTIONS, _numbered(read))
    if drafted.value is None:
        return quoted.model_copy(update={"note": "The language model failed."})
    claims = _supported(drafted.value.claims, read)
    if not claims:
        note = "The pages do not support what the language model said."
        return quoted.model_copy(update={"note": note})
    return Summary(method=SummaryMethod.LANGUAGE_MODEL, claims=claims)


def _numbered(pages: Sequence[ParsedPage]) -> str:
    return "\n\n".join(
        f"[{number}]\n{page.main_text[:MAX_PAGE_CHARACTERS]}"
        for number, page in enumerate(pages, start=1)
    )


def _supported(drafts: Sequence[_DraftClaim], pages: Sequence[ParsedPage]) -> list[Claim]:
    claims = []
    for draft in drafts[:MAX_CLAIMS]:
        if 1 <= draft.page <= len(pages) and draft.text.strip():
            page = pages[draft.page - 1]
            if _is_supported(draft.text, page.main_text):
                claims.append(Claim(text=draft.text.strip(), source_url=page.url))
    return claims


def _is_supported(sentence: str, page_text: str) -> bool:
    said = page_text.casefold()
    details = (*_NUMBER.findall(sentence), *_NAME.findall(sentence))
    return all(detail.casefold() in said for detail in details)
