"""BERT's encoder in NumPy, for embedding without a deep-learning runtime.

Sequences are packed end to end instead of being padded: what works on single tokens (projections,
layer norms, feed-forward) runs over all tokens at once, and attention runs over each group of
sequences of one length. So no token is computed in vain and nothing needs a mask.

Sources: Devlin et al., "BERT", 2019 (architecture); Vaswani et al., "Attention Is All You Need",
2017 (attention); Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016 (activation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel
from safetensors import safe_open

FloatArray: TypeAlias = npt.NDArray[np.float32]
TokenIds: TypeAlias = npt.NDArray[np.int64]

# Odd polynomial p with tanh(p(x)) close to erf(x / sqrt 2), as factors of x, x^3, x^5, x^7, x^9;
# fitted so that GELU's largest error over all x is 3.6e-6.
_GELU_FACTORS = tuple(
    np.float32(factor)
    for factor in (7.97827577e-01, 3.64699307e-02, -1.25476130e-04, -3.04672126e-05, 1.11263254e-06)
)
# Rows whose intermediate results stay in a core's cache.
_GELU_BLOCK_ROWS = 64


class BertConfig(BaseModel):
    """The part of a model folder's ``config.json`` that decides the arithmetic."""

    hidden_act: Literal["gelu"]
    hidden_size: int
    intermediate_size: int
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    position_embedding_type: Literal["absolute"] = "absolute"


class BertEncoder:
    """A BERT encoder with its weights in memory; safe to call from several threads.

    Args:
        folder: Holds ``config.json`` and ``model.safetensors``.

    Raises:
        OSError: A file is missing.
        pydantic.ValidationError: The model is of a kind that this encoder does not compute.
    """

    def __init__(self, folder: Path) -> None:
        self._config = BertConfig.model_validate_json((folder / "config.json").read_bytes())
        with safe_open(folder / "model.safetensors", framework="numpy") as file:
            read: _Read = file.get_tensor
            self._words = read("embeddings.word_embeddings.weight")
            self._positions = (
                read("embeddings.position_embeddings.weight")
                + read("embeddings.token_type_embeddings.weight")[0]
            )
            self._norm = _LayerNorm.read(read, "embeddings", self._config)
            self._layers = [
                _Layer.read(read, f"encoder.layer.{index}", self._config)
                for index in range(self._config.num_hidden_layers)
            ]

    @property
    def dimension(self) -> int:
        """Number of components of a token's vector."""
        return self._config.hidden_size

    @property
    def max_tokens(self) -> int:
        """Longest sequence, in tokens, that the model has positions for."""
        return self._config.max_position_embeddings

    def mean_tokens(self, sequences: Sequence[TokenIds]) -> FloatArray:
        """Encode sequences and average the vectors of each one's tokens.

        Args:
            sequences: Token ids including the special ones, shape [tokens], none empty. The more
                neighbours are of one length, the faster.

        Returns:
            Shape [len(sequences), dimension]; rows are not normalised.
        """
        lengths = [len(sequence) for sequence in sequences]
        groups = [(length, len(list(same))) for length, same in groupby(lengths)]
        positions = np.concatenate([np.arange(length) for length in lengths])

        states = self._norm(self._words[np.concatenate(sequences)] + self._positions[positions])
        for layer in self._layers:
            states = layer(states, groups)

        starts = np.cumsum([0, *lengths[:-1]])
        sums: FloatArray = np.add.reduceat(states, starts, axis=0)
        return sums / np.asarray(lengths, dtype=np.float32)[:, None]


_Read: TypeAlias = Callable[[str], FloatArray]


@dataclass(frozen=True, slots=True)
class _LayerNorm:
    """Ba et al., "Layer Normalization", 2016."""

    weight: FloatArray
    bias: FloatArray
    epsilon: np.float32

    @classmethod
    def read(cls, read: _Read, owner: str, config: BertConfig) -> _LayerNorm:
        return cls(
            read(f"{owner}.LayerNorm.weight"),
            read(f"{owner}.LayerNorm.bias"),
            np.float32(config.layer_norm_eps),
        )

    def __call__(self, states: FloatArray) -> FloatArray:
        """Normalise each row, in place."""
        states -= states.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", states, states) / np.float32(states.shape[1])
        states *= (1 / np.sqrt(variance + self.epsilon))[:, None]
        states *= self.weight
        states += self.bias
        return states


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: FloatArray
    """Shape [out, in], as the file has it."""
    bias: FloatArray

    @classmethod
    def read(cls, read: _Read, name: str) -> _Linear:
        return cls(read(f"{name}.weight"), read(f"{name}.bias"))

    def __call__(self, states: FloatArray) -> FloatArray:
        result: FloatArray = states @ self.weight.T
        result += self.bias
        return result


@dataclass(frozen=True, slots=True)
class _Layer:
    heads: int
    query_key_value: _Linear
    attention_output: _Linear
    attention_norm: _LayerNorm
    intermediate: _Linear
    output: _Linear
    output_norm: _LayerNorm

    @classmethod
    def read(cls, read: _Read, name: str, config: BertConfig) -> _Layer:
        return cls(
            heads=config.num_attention_heads,
            query_key_value=_read_query_key_value(read, f"{name}.attention.self", config),
            attention_output=_Linear.read(read, f"{name}.attention.output.dense"),
            attention_norm=_LayerNorm.read(read, f"{name}.attention.output", config),
            intermediate=_Linear.read(read, f"{name}.intermediate.dense"),
            output=_Linear.read(read, f"{name}.output.dense"),
            output_norm=_LayerNorm.read(read, f"{name}.output", config),
        )

    def __call__(self, states: FloatArray, groups: Sequence[tuple[int, int]]) -> FloatArray:
        attended = self.attention_output(self._attend(states, groups))
        attended += states
        states = self.attention_norm(attended)
        result = self.output(_gelu(self.intermediate(states)))
        result += states
        return self.output_norm(result)

    def _attend(self, states: FloatArray, groups: Sequence[tuple[int, int]]) -> FloatArray:
        """Multi-head attention of each sequence to itself; groups are (length, count) pairs."""
        projected = self.query_key_value(states)
        attended = np.empty_like(states)
        start = 0
        for length, count in groups:
            end = start + length * count
            by_head = projected[start:end].reshape(count, length, 3, self.heads, -1)
            query, key, value = by_head.transpose(2, 0, 3, 1, 4)
            weights = query @ key.swapaxes(-1, -2)
            weights -= weights.max(axis=-1, keepdims=True)
            np.exp(weights, out=weights)
            context = weights @ value
            context /= weights.sum(axis=-1, keepdims=True)
            attended[start:end] = context.transpose(0, 2, 1, 3).reshape(length * count, -1)
            start = end
        return attended


def _read_query_key_value(read: _Read, name: str, config: BertConfig) -> _Linear:
    """Join the three projections into one, with attention's scale folded into the query's."""
    query, key, value = (_Linear.read(read, f"{name}.{part}") for part in ("query", "key", "value"))
    scale = np.float32((config.hidden_size / config.num_attention_heads) ** -0.5)
    return _Linear(
        np.concatenate([query.weight * scale, key.weight, value.weight]),
        np.concatenate([query.bias * scale, key.bias, value.bias]),
    )


def _gelu(states: FloatArray) -> FloatArray:
    """Apply x * (1 + erf(x / sqrt 2)) / 2 to every component, in place."""
    block_shape = (min(_GELU_BLOCK_ROWS, len(states)), states.shape[1])
    squares, gates = np.empty(block_shape, np.float32), np.empty(block_shape, np.float32)
    *inner, outermost = _GELU_FACTORS
    for start in range(0, len(states), _GELU_BLOCK_ROWS):
        block = states[start : start + _GELU_BLOCK_ROWS]
        square, gate = squares[: len(block)], gates[: len(block)]
        np.multiply(block, block, out=square)
        np.multiply(square, outermost, out=gate)
        for factor in reversed(inner[1:]):
            gate += factor
            gate *= square
        gate += inner[0]
        gate *= block
        np.tanh(gate, out=gate)
        gate += np.float32(1)
        gate *= np.float32(0.5)
        block *= gate
    return states
