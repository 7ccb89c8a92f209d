"""CVs as text files."""

from __future__ import annotations

import textwrap

from blacklight_devstack.sample.source_model import Job, Person

_WIDTH = 88


def text_cv(person: Person) -> bytes:
    """Lay out a CV as text, in the person's encoding and line ends."""
    sections = [
        _section(person, person.heading("summary"), textwrap.wrap(person.summary, _WIDTH)),
        _section(person, person.heading("jobs"), _jobs(person)),
        *(
            _section(person, heading, _list(person, heading, lines))
            for heading, lines in person.lists()
        ),
    ]
    text = "\n\n".join([_head(person), *sections]) + "\n"
    return text.replace("\n", person.newline).encode(person.encoding)


def _head(person: Person) -> str:
    if person.layout == "colon":
        return "\n".join([f"{person.name} - {person.headline}", *person.contact])
    return "\n".join([person.name, person.headline, " | ".join(person.contact)])


def _section(person: Person, heading: str, lines: list[str]) -> str:
    match person.layout:
        case "caps":
            return "\n".join([heading.upper(), *lines])
        case "rule":
            return "\n".join([heading, "-" * len(heading), *lines])
        case _:
            return "\n".join([f"{heading}:", *(f"  {line}" if line else "" for line in lines)])


def _jobs(person: Person) -> list[str]:
    lines: list[str] = []
    for job in person.jobs:
        lines += [*_job_head(person, job), *(f"- {line}" for line in job.lines), ""]
    return lines[:-1]


def _job_head(person: Person, job: Job) -> list[str]:
    match person.layout:
        case "caps":
            return [f"{job.dates}  {job.title}, {job.employer}, {job.place}"]
        case "rule":
            return [f"{job.title} ({job.dates})", f"{job.employer}, {job.place}"]
        case _:
            return [f"{job.employer} ({job.place}), {job.dates}", job.title]


def _list(person: Person, heading: str, lines: list[str]) -> list[str]:
    if heading in {person.heading("skills"), person.heading("languages")}:
        return textwrap.wrap(", ".join(lines), _WIDTH)
    return [f"- {line}" for line in lines]
