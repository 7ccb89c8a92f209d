"""A tenant's settings for matching, with the defaults of the product."""

import math
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from blacklight_shared.matching.categories import CATEGORIES, Category

Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Cosine = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]

_WEIGHT_SUM_TOLERANCE = 1e-6


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CategoryWeights(_Settings):
    """Share of the total each category has when every category counts; they add up to 1."""

    skills: Share = 0.40
    experience: Share = 0.25
    location: Share = 0.15
    salary: Share = 0.10
    semantic: Share = 0.10

    @model_validator(mode="after")
    def _add_up_to_one(self) -> Self:
        total = math.fsum(self.as_tuple())
        if abs(total - 1) > _WEIGHT_SUM_TOLERANCE:
            names = ", ".join(CATEGORIES)
            raise ValueError(f"weights ({names}) must add up to 1, they add up to {total:g}")
        return self

    def of(self, category: Category) -> float:
        """Base weight of one category, 0–1."""
        return self.as_tuple()[CATEGORIES.index(category)]

    def as_tuple(self) -> tuple[float, float, float, float, float]:
        """The weights in the order of ``CATEGORIES``."""
        return (self.skills, self.experience, self.location, self.salary, self.semantic)


class GradeLimits(_Settings):
    """The lowest score, in percent, that earns each grade."""

    a_plus: Percent = 90
    a: Percent = 80
    b: Percent = 70
    c: Percent = 60
    d: Percent = 50

    @model_validator(mode="after")
    def _fall_from_grade_to_grade(self) -> Self:
        if not self.a_plus > self.a > self.b > self.c > self.d:
            raise ValueError("grade limits must fall strictly: a_plus > a > b > c > d")
        return self


class SemanticCalibration(_Settings):
    """Cosine similarities of the embedding model that mean "unrelated" and "the same work".

    The span between them is stretched over 0–100. The defaults were measured for MiniLM; another
    model needs its own (see ``docs/matching.md``).
    """

    unrelated_cosine: Cosine = 0.20
    same_cosine: Cosine = 0.70

    @model_validator(mode="after")
    def _span_something(self) -> Self:
        if self.same_cosine <= self.unrelated_cosine:
            raise ValueError("same_cosine must be greater than unrelated_cosine")
        return self


class MatchingConfig(_Settings):
    """How matches are scored, stored and recommended.

    Attributes:
        weights: Base weights of the categories.
        store_threshold: A match is stored from this score on, percent.
        recommend_threshold: A match is recommended from this score on, percent.
        minimum_evidence: Share of the base weight that both sides must have something to say
            about; below it there is no match, however good the rest looks.
        grade_limits: The lowest score of each grade.
        semantic: Calibration of the embedding model in use.
    """

    weights: CategoryWeights = CategoryWeights()
    store_threshold: Percent = 50
    recommend_threshold: Percent = 70
    minimum_evidence: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.5
    grade_limits: GradeLimits = GradeLimits()
    semantic: SemanticCalibration = SemanticCalibration()

    @model_validator(mode="after")
    def _recommend_only_what_is_stored(self) -> Self:
        if self.recommend_threshold < self.store_threshold:
            raise ValueError(
                f"recommend_threshold must be at least store_threshold ({self.store_threshold:g}), "
                f"it is {self.recommend_threshold:g}"
            )
        return self

    @classmethod
    def from_overrides(cls, overrides: dict[str, Any] | None) -> Self:
        """Build a tenant's settings from what it stores as JSON.

        Args:
            overrides: Only what differs from the defaults, nested as in this model; None for a
                tenant that changed nothing.

        Returns:
            The complete settings.

        Raises:
            pydantic.ValidationError: A field is unknown or out of its range; the error names it.
        """
        return cls.model_validate(overrides or {})

    def is_recommended(self, score_percent: float) -> bool:
        """Whether a stored match is good enough to be put forward."""
        return score_percent >= self.recommend_threshold
