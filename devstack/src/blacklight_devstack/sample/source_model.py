"""The authored source of the sample: roles, companies, single postings and people, in TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

_FOLDER = Path(__file__).parent / "source"


class _Authored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Variant(_Authored):
    """One way a role is advertised."""

    title: str
    experience: str
    pay_factor: float
    country: str | None = None
    """The only country in which it makes sense."""


class Role(_Authored):
    """What postings of one role are made of; lines tagged ``[US]`` hold in that country only."""

    field: str
    pay: tuple[float, float]
    """US dollars, lowest and highest, by ``pay_per``."""
    pay_per: Literal["year", "hour"] = "year"
    variants: list[Variant]
    intro: list[str]
    duties: list[str]
    must: list[str]
    nice: list[str]

    @field_validator("variants", mode="before")
    @classmethod
    def _split(cls, lines: list[str]) -> list[dict[str, str]]:
        return [dict(zip(Variant.model_fields, line.split(" | "), strict=False)) for line in lines]


class Place(_Authored):
    """Where a company hires."""

    text: str
    country: str

    @property
    def is_remote(self) -> bool:
        """Whether the text itself says so."""
        return self.text.startswith("Remote")

    @property
    def city(self) -> str:
        """The text without region and country."""
        return self.text.partition(",")[0]


Mode = Literal["onsite", "hybrid", "remote"]
Style = Literal["headings", "german", "prose", "short"]


class Company(_Authored):
    """An employer and its way to write."""

    name: str
    fields: list[str]
    places: list[Place]
    modes: list[Mode]
    style: Style
    about: list[str]
    perks: list[str]

    @field_validator("places", mode="before")
    @classmethod
    def _split(cls, lines: list[str]) -> list[dict[str, str]]:
        return [dict(zip(Place.model_fields, line.split(" | "), strict=True)) for line in lines]


class SpecialPosting(_Authored):
    """A posting written as a whole."""

    role: str
    title: str
    company: str
    location: str
    employment_type: str
    salary: str
    description: str
    sites: list[str] = []
    site_annex: str = ""
    """Appended once for each site."""

    @property
    def full_description(self) -> str:
        """The description with its annexes."""
        annexes = [self.site_annex.format(site=site) for site in self.sites]
        return "".join([self.description, *annexes]).strip()


class Job(_Authored):
    """One position in a CV."""

    title: str
    employer: str
    place: str
    dates: str
    lines: list[str]


class Person(_Authored):
    """A CV."""

    file: str
    layout: Literal[
        "classic", "sidebar", "banner", "plain", "table", "grid", "caps", "rule", "colon"
    ]
    encoding: str = "utf-8"
    newline: str = "\n"
    fit: Literal["strong", "partial", "none", "empty"]
    """How well the sample's postings of ``roles`` suit the person."""
    roles: list[str]
    name: str
    headline: str
    contact: list[str]
    summary: str
    headings: dict[str, str]
    jobs: list[Job]
    education: list[str]
    skills: list[str]
    certifications: list[str] = []
    languages: list[str] = []

    @field_validator("jobs", mode="before")
    @classmethod
    def _name_parts(cls, jobs: list[list[object]]) -> list[dict[str, object]]:
        return [dict(zip(Job.model_fields, job, strict=True)) for job in jobs]

    def heading(self, section: str) -> str:
        """The person's own word for a section."""
        return self.headings.get(section, section.capitalize())

    def lists(self) -> list[tuple[str, list[str]]]:
        """The sections that are lists, with their headings, without empty ones."""
        sections = {
            "education": self.education,
            "skills": self.skills,
            "certifications": self.certifications,
            "languages": self.languages,
        }
        return [(self.heading(name), lines) for name, lines in sections.items() if lines]


def read_roles() -> dict[str, Role]:
    """All roles by key."""
    return {
        key: Role.model_validate(role)
        for file in sorted(_FOLDER.glob("roles_*.toml"))
        for key, role in tomllib.loads(file.read_text("utf-8")).items()
    }


def read_companies() -> list[Company]:
    """All companies."""
    return [Company.model_validate(item) for item in _items("companies.toml", "company")]


def read_special_postings() -> list[SpecialPosting]:
    """All postings that are written as a whole."""
    return [SpecialPosting.model_validate(x) for x in _items("special_postings.toml", "posting")]


def read_people() -> list[Person]:
    """All people."""
    return [
        Person.model_validate(item)
        for file in sorted(_FOLDER.glob("people_*.toml"))
        for item in _items(file.name, "person")
    ]


def _items(file: str, key: str) -> list[object]:
    items: list[object] = tomllib.loads((_FOLDER / file).read_text("utf-8"))[key]
    return items
