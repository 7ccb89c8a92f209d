"""Grades: a score as a letter."""

from enum import StrEnum

from blacklight_shared.matching.config import GradeLimits

_DEFAULT_LIMITS = GradeLimits()


class Grade(StrEnum):
    """A match's score as a letter, best first."""

    A_PLUS = "A+"
    A = "A"
    B = "B"
    C = "C"
    D = "D"


def grade(score_percent: float, limits: GradeLimits = _DEFAULT_LIMITS) -> Grade | None:
    """Grade a score.

    Args:
        score_percent: Total of a match, 0–100.
        limits: The lowest score of each grade.

    Returns:
        The best grade whose limit the score reaches, or None below the lowest limit.

    Raises:
        ValueError: The score is outside 0–100.
    """
    if not 0 <= score_percent <= 100:
        raise ValueError(f"score_percent must be from 0 to 100, it is {score_percent}")
    ladder = (
        (limits.a_plus, Grade.A_PLUS),
        (limits.a, Grade.A),
        (limits.b, Grade.B),
        (limits.c, Grade.C),
        (limits.d, Grade.D),
    )
    return next((letter for limit, letter in ladder if score_percent >= limit), None)
