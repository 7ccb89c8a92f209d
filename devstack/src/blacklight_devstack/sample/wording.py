"""How companies put a posting into words."""

from __future__ import annotations

import random
from dataclasses import dataclass

from blacklight_devstack.sample.source_model import Company, Mode, Place

# Duties, requirements, wishes, benefits.
_HEADINGS = [
    ("Responsibilities", "Requirements", "Preferred qualifications", "Benefits"),
    ("What you'll do", "What you bring", "Bonus points", "What we offer"),
    ("The role", "About you", "It helps if you have", "In return"),
    ("Key responsibilities:", "Essential:", "Desirable:", "The package:"),
]
_GERMAN_HEADINGS = ("Your tasks", "Your profile", "Ideally", "We offer")

_MODE_SENTENCES: dict[Mode, list[str]] = {
    "remote": [
        "This role is fully remote.",
        "You work from home; we meet in person twice a year.",
        "Remote first, with a desk for those who want one.",
    ],
    "hybrid": [
        "Hybrid working: two days a week in our {city} office.",
        "Three days on site in {city}, two days where you like.",
        "We meet in {city} on Tuesdays and Thursdays.",
    ],
    "onsite": ["", "", "This is an on-site position in {city}.", "The work is on site in {city}."],
}
_CLOSINGS = [
    "",
    "",
    "Send us your CV; a cover letter is welcome but not needed.",
    "{company} is an equal opportunity employer.",
    "Interviews are held as applications arrive.",
    "If you meet most of this but not all of it, apply anyway.",
    "No agencies, please.",
]


@dataclass(frozen=True, slots=True)
class WorkPlace:
    """Where and how people work."""

    place: Place
    mode: Mode


def describe(
    company: Company,
    work_place: WorkPlace,
    *,
    intro: str,
    duties: list[str],
    must: list[str],
    nice: list[str],
    rng: random.Random,
) -> str:
    """Write a posting's description in the company's style.

    Args:
        company: Who writes.
        work_place: Where and how people work.
        intro: What the job is about.
        duties: Verb phrases.
        must: Noun phrases.
        nice: Noun phrases; may be empty.
        rng: Chooses what is left open.
    """
    parts = _Parts(
        about=rng.choice(company.about),
        intro=intro,
        duties=duties,
        must=must,
        nice=nice,
        perks=rng.sample(company.perks, rng.randint(0, len(company.perks))),
        mode=rng.choice(_MODE_SENTENCES[work_place.mode]).format(city=work_place.place.city),
        closing=rng.choice(_CLOSINGS).format(company=company.name),
    )
    match company.style:
        case "headings":
            return _with_headings(parts, rng.choice(_HEADINGS), rng.choice(["- ", "• ", "* "]))
        case "german":
            return _with_headings(parts, _GERMAN_HEADINGS, "- ")
        case "prose":
            return _as_prose(parts)
        case "short":
            return _in_short(parts)


@dataclass(frozen=True, slots=True)
class _Parts:
    about: str
    intro: str
    duties: list[str]
    must: list[str]
    nice: list[str]
    perks: list[str]
    mode: str
    closing: str


def _with_headings(parts: _Parts, headings: tuple[str, str, str, str], bullet: str) -> str:
    lists = zip(headings, (parts.duties, parts.must, parts.nice, parts.perks), strict=True)
    sections = [
        "\n".join([heading, *(bullet + line for line in lines)])
        for heading, lines in lists
        if lines
    ]
    return _paragraphs(
        f"{parts.about} {parts.intro}", *sections, _sentences(parts.mode, parts.closing)
    )


def _as_prose(parts: _Parts) -> str:
    *others, last = [duty[0].lower() + duty[1:] for duty in parts.duties]
    nice = f"Helpful, but no condition: {'; '.join(parts.nice)}." if parts.nice else ""
    perks = f"On top: {'; '.join(parts.perks)}." if parts.perks else ""
    return _paragraphs(
        parts.about,
        f"{parts.intro} You will {', '.join(others)}, and {last}. {parts.mode}",
        f"What matters to us: {'; '.join(parts.must)}. {nice}",
        _sentences(perks, parts.closing),
    )


def _in_short(parts: _Parts) -> str:
    nice = f"Good to have: {'; '.join(parts.nice)}." if parts.nice else ""
    perks = f"We offer: {'; '.join(parts.perks)}." if parts.perks else ""
    return _paragraphs(
        f"{parts.intro} {parts.about}",
        f"The job: {'. '.join(parts.duties)}.",
        f"You need: {'; '.join(parts.must)}. {nice}",
        _sentences(perks, parts.mode, parts.closing),
    )


def _paragraphs(*paragraphs: str) -> str:
    return "\n\n".join(paragraph.strip() for paragraph in paragraphs if paragraph.strip())


def _sentences(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
