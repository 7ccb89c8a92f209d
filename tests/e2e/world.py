"""A small labour market for tests: postings and CVs whose matches are known beforehand."""

from __future__ import annotations

import random
from dataclasses import dataclass

ROLES = {
    "Data Scientist": ["Python", "SQL", "machine learning", "pandas", "statistics", "TensorFlow"],
    "Java Developer": ["Java", "Spring Boot", "SQL", "Kubernetes", "REST APIs", "Maven"],
    "Registered Nurse": ["patient care", "BLS", "ACLS", "medication administration", "triage"],
    "Electrician": ["electrical wiring", "conduit bending", "blueprint reading", "PLC"],
    "Accountant": ["GAAP", "QuickBooks", "Excel", "accounts payable", "financial reporting"],
}
CITIES = ["Chicago, IL", "Austin, TX", "Denver, CO", "Boston, MA", "Seattle, WA"]


@dataclass(frozen=True)
class Market:
    """Postings as an import sends them, and CVs as text files hold them."""

    postings: list[dict[str, object]]
    resumes: dict[str, str]


def market(*, postings: int, resumes: int, seed: int = 7) -> Market:
    """A market that is the same for the same arguments."""
    chance = random.Random(seed)
    return Market(
        postings=[_posting(chance, number) for number in range(postings)],
        resumes=dict(_resume(chance, number) for number in range(resumes)),
    )


def _posting(chance: random.Random, number: int) -> dict[str, object]:
    role = chance.choice(sorted(ROLES))
    skills = chance.sample(ROLES[role], k=4)
    years = chance.randint(1, 8)
    salary = 50_000 + 1_000 * chance.randint(0, 90)
    return {
        "external_id": f"P-{number:05}",
        "title": chance.choice(["", "Senior ", "Lead "]) + role,
        "company": f"Company {chance.randint(1, 60)}",
        "location": chance.choice(CITIES),
        "description": (
            f"We look for {years}+ years of experience. Required: {', '.join(skills)}."
            f" Reference {number}."
        ),
        "salary_text": f"${salary:,} - ${salary + 20_000:,} a year",
    }


def _resume(chance: random.Random, number: int) -> tuple[str, str]:
    role = sorted(ROLES)[number % len(ROLES)]
    skills = chance.sample(ROLES[role], k=len(ROLES[role]) - 1)
    started = chance.randint(2010, 2022)
    name = f"Robin Testperson{chr(ord('A') + number % 26)}"
    text = f"""{name}
{role}
{chance.choice(CITIES)} | robin{number}@example.com | 555-01{number:02}

EXPERIENCE
{role}, Example Works {number}
January {started} - Present
Daily work with {", ".join(skills)}.

SKILLS
{", ".join(skills)}

EDUCATION
Bachelor of Science, Example University, 2009
"""
    return f"resume-{number}.txt", text
