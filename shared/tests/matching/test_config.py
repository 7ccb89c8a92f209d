from typing import Any

import pytest
from blacklight_shared.matching import Category, CategoryWeights, MatchingConfig
from pydantic import ValidationError


class TestMatchingConfig:
    def test_defaults_are_the_products(self) -> None:
        config = MatchingConfig()
        assert config.weights.as_tuple() == (0.40, 0.25, 0.15, 0.10, 0.10)
        assert (config.store_threshold, config.recommend_threshold) == (50, 70)
        assert config.minimum_evidence == 0.5

    def test_a_tenant_stores_only_what_differs(self) -> None:
        overrides = {
            "weights": {"skills": 0.5, "experience": 0.15},
            "store_threshold": 60,
            "grade_limits": {"d": 40},
        }
        config = MatchingConfig.from_overrides(overrides)
        assert config.weights.of(Category.SKILLS) == 0.5
        assert config.weights.of(Category.LOCATION) == 0.15
        assert config.store_threshold == 60
        assert config.grade_limits.d == 40
        assert config.grade_limits.c == 60

    def test_survives_json(self) -> None:
        config = MatchingConfig.from_overrides({"recommend_threshold": 80})
        assert MatchingConfig.from_overrides(config.model_dump(mode="json")) == config
        assert MatchingConfig.from_overrides(None) == MatchingConfig()

    @pytest.mark.parametrize(
        ("overrides", "field", "message"),
        [
            ({"weights": {"skills": 0.5}}, ("weights",), "must add up to 1, they add up to 1.1"),
            ({"weights": {"skills": -0.1}}, ("weights", "skills"), "greater than or equal to 0"),
            ({"weights": {"looks": 0.1}}, ("weights", "looks"), "Extra inputs"),
            ({"store_threshold": 101}, ("store_threshold",), "less than or equal to 100"),
            ({"store_threshold": "nan"}, ("store_threshold",), "finite number"),
            ({"store_threshold": 75}, (), "recommend_threshold must be at least store_threshold"),
            ({"minimum_evidence": 0}, ("minimum_evidence",), "greater than 0"),
            ({"grade_limits": {"a": 95}}, ("grade_limits",), "must fall strictly"),
            ({"semantic": {"same_cosine": 0.1}}, ("semantic",), "must be greater than"),
            ({"threshold": 10}, ("threshold",), "Extra inputs"),
        ],
    )
    def test_names_what_is_wrong(
        self, overrides: dict[str, Any], field: tuple[str, ...], message: str
    ) -> None:
        with pytest.raises(ValidationError) as caught:
            MatchingConfig.from_overrides(overrides)
        (error,) = caught.value.errors()
        assert error["loc"] == field
        assert message in error["msg"]

    def test_recommends_from_the_threshold_on(self) -> None:
        config = MatchingConfig()
        assert config.is_recommended(70)
        assert not config.is_recommended(69.99)


class TestCategoryWeights:
    def test_thirds_add_up(self) -> None:
        third = 1 / 3
        weights = CategoryWeights(
            skills=third, experience=third, location=third, salary=0, semantic=0
        )
        assert sum(weights.as_tuple()) == pytest.approx(1)
