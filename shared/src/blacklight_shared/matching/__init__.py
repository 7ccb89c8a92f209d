"""What a match is: its categories, a tenant's settings for it, its grade and its explanation."""

from blacklight_shared.matching.categories import CATEGORIES, Category
from blacklight_shared.matching.config import (
    CategoryWeights,
    GradeLimits,
    MatchingConfig,
    SemanticCalibration,
)
from blacklight_shared.matching.explanation import CategoryBreakdown, Explanation, explain
from blacklight_shared.matching.grades import Grade, grade
from blacklight_shared.matching.record import MatchFacts, MatchRecord, SkillWords

__all__ = [
    "CATEGORIES",
    "Category",
    "CategoryBreakdown",
    "CategoryWeights",
    "Explanation",
    "Grade",
    "GradeLimits",
    "MatchFacts",
    "MatchRecord",
    "MatchingConfig",
    "SemanticCalibration",
    "SkillWords",
    "explain",
    "grade",
]
