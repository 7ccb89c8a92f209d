"""The five categories a match is scored in."""

from enum import StrEnum


class Category(StrEnum):
    """One aspect in which a profile and a posting are compared."""

    SKILLS = "skills"
    EXPERIENCE = "experience"
    LOCATION = "location"
    SALARY = "salary"
    SEMANTIC = "semantic"


CATEGORIES: tuple[Category, ...] = tuple(Category)
"""Every category, in the order in which arrays and tables list them."""
