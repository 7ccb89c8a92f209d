"""Composes job postings from the authored source, the same ones each time."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from blacklight_devstack.sample.pay import salary_text
from blacklight_devstack.sample.source_model import (
    Company,
    Place,
    Role,
    SpecialPosting,
    Variant,
    read_companies,
    read_roles,
    read_special_postings,
)
from blacklight_devstack.sample.wording import WorkPlace, describe

_SEED = 20_261_101
# Variants that two companies advertise.
_SECOND_COMPANIES = 76
_NEAR_DUPLICATES = 8
_DAYS = 21
# Work that is done where the machine, the building or the patient is.
_HANDS_ON_FIELDS = {"construction", "healthcare", "logistics", "manufacturing", "trades"}


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting as a job board gives it.

    Attributes:
        role: Key of the role it was made from; not part of what the board gives.
        external_id: Unique in the sample.
        posted_date: ISO 8601, with or without time; empty where the board gives none.
    """

    role: str
    external_id: str
    title: str
    company: str
    location: str
    description: str
    employment_type: str
    salary: str
    posted_date: str
    url: str


def compose_postings(newest: date) -> list[Posting]:
    """Make all postings, in a mixed order.

    Args:
        newest: The latest posting date; the others lie in the three weeks before.
    """
    rng = random.Random(_SEED)  # noqa: S311 -- the same sample each time is what is wanted
    drafts = list(_drafts(rng))
    drafts += [_special(special) for special in read_special_postings()]
    drafts += [
        _near_duplicate(draft, number)
        for number, draft in enumerate(rng.sample(drafts, _NEAR_DUPLICATES))
    ]
    rng.shuffle(drafts)
    return [_published(draft, number, newest, rng) for number, draft in enumerate(drafts)]


def _drafts(rng: random.Random) -> Iterator[Posting]:
    """Postings without id, date and address."""
    roles = read_roles()
    pool = [(key, variant) for key, role in roles.items() for variant in role.variants]
    writers = {key: _Writer(key, role, rng) for key, role in roles.items()}
    companies = _CompanyPool(read_companies(), rng)
    second = rng.sample(pool, len(pool))
    advertised = 0
    for key, variant in [*pool, *second]:
        if advertised == len(pool) + _SECOND_COMPANIES:
            return
        offer = companies.choose(roles[key].field, variant)
        if offer is not None:
            advertised += 1
            yield writers[key].write(variant, *offer)


class _CompanyPool:
    """Hands out companies so that all of them advertise, and none the same variant twice."""

    def __init__(self, companies: Sequence[Company], rng: random.Random) -> None:
        self._companies = companies
        self._rng = rng
        self._used: Counter[str] = Counter()
        self._taken: set[tuple[str, str]] = set()

    def choose(self, field: str, variant: Variant) -> tuple[Company, Place] | None:
        offers = [
            (company, place)
            for company in self._companies
            for place in company.places
            if field in company.fields
            and variant.country in {None, place.country}
            and not (place.is_remote and field in _HANDS_ON_FIELDS)
            and (company.name, variant.title) not in self._taken
        ]
        if not offers:
            return None
        fewest = min(self._used[company.name] for company, _ in offers)
        company, place = self._rng.choice(
            [offer for offer in offers if self._used[offer[0].name] == fewest]
        )
        self._used[company.name] += 1
        self._taken.add((company.name, variant.title))
        return company, place


class _Writer:
    """Writes the postings of one role, with other lines in each."""

    def __init__(self, key: str, role: Role, rng: random.Random) -> None:
        self._key = key
        self._role = role
        self._rng = rng
        self._dealt: Counter[str] = Counter()

    def write(self, variant: Variant, company: Company, place: Place) -> Posting:
        rng, role = self._rng, self._role
        mode = "remote" if place.is_remote else rng.choice(company.modes)
        if role.field in _HANDS_ON_FIELDS:
            mode = "onsite"
        description = describe(
            company,
            WorkPlace(place, mode),
            intro=rng.choice(role.intro),
            duties=self._deal(role.duties, place.country, rng.randint(4, 6)),
            must=[variant.experience, *self._deal(role.must, place.country, rng.randint(4, 7))],
            nice=self._deal(role.nice, place.country, rng.randint(0, 3)),
            rng=rng,
        )
        return Posting(
            role=self._key,
            external_id="",
            title=variant.title,
            company=company.name,
            location=_location(place, mode, rng),
            description=description,
            employment_type=_employment_type(variant, place.country, role, rng),
            salary=salary_text(role, variant, place.country, rng),
            posted_date="",
            url="",
        )

    def _deal(self, lines: list[str], country: str, count: int) -> list[str]:
        """The lines that were used least so far, of those that hold in the country."""
        fitting = [
            line for line in lines if not line.startswith("[") or line.startswith(f"[{country}] ")
        ]
        self._rng.shuffle(fitting)
        chosen = sorted(fitting, key=lambda line: self._dealt[line])[:count]
        self._dealt.update(chosen)
        return [line.removeprefix(f"[{country}] ") for line in chosen]


def _location(place: Place, mode: str, rng: random.Random) -> str:
    if place.is_remote or mode == "onsite" or rng.random() < 0.4:
        return place.text
    return f"{place.text} ({mode.capitalize()})"


def _employment_type(variant: Variant, country: str, role: Role, rng: random.Random) -> str:
    if "Contract" in variant.title:
        return "Contract"
    usual = {
        "GB": ["Permanent", "Full-time", "Full-time, permanent"],
        "DE": ["Full-time", "Vollzeit", "full_time"],
    }.get(country, ["Full-time", "Full-time", "Full Time", "FULL_TIME"])
    if role.field in {"healthcare", "sales"}:
        usual = [*usual, "Part-time"]
    return rng.choice(usual)


def _special(special: SpecialPosting) -> Posting:
    return Posting(
        role=special.role,
        external_id="",
        title=special.title,
        company=special.company,
        location=special.location,
        description=special.full_description,
        employment_type=special.employment_type,
        salary=special.salary,
        posted_date="",
        url="",
    )


def _near_duplicate(original: Posting, number: int) -> Posting:
    """The same posting as another board shows it."""
    match number % 4:
        case 0:
            return replace(original, title=f"{original.title} - Immediate Start")
        case 1:
            return replace(original, company=original.company.upper(), salary="")
        case 2:
            return replace(original, description=f"{original.description}\n\nApply today!")
        case _:
            spaced = original.description.replace("\n\n", "\n \n").replace("- ", "•  ")
            return replace(original, description=spaced)


def _published(draft: Posting, number: int, newest: date, rng: random.Random) -> Posting:
    slug = _slug(draft.company or "unknown")
    external_id = f"{slug[:3]}-{41_000 + number * 7}"
    posted = (newest - timedelta(days=rng.randrange(_DAYS))).isoformat()
    if number % 9 == 4:
        posted += f"T{rng.randrange(6, 19):02}:30:00Z"
    return replace(
        draft,
        external_id=external_id,
        posted_date="" if number % 41 == 17 else posted,
        url=f"https://jobs.example.com/{slug}/{external_id}",
    )


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower())
    return "-".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if c.isascii())))
