"""BM25, the yardstick of lexical search."""

from collections.abc import Sequence
from typing import Any

import bm25s  # type: ignore[import-untyped]  # ships no types
import numpy as np
import numpy.typing as npt
import Stemmer  # type: ignore[import-not-found]  # an extension module without stubs


def bm25_scores(queries: Sequence[str], documents: Sequence[str]) -> npt.NDArray[np.floating[Any]]:
    """Score documents for queries, on English stems and with the library's defaults.

    These are Lucene's BM25 with k1 1.5 and b .75, and Snowball's stemmer.

    Args:
        queries: m texts.
        documents: n texts.

    Returns:
        float32[m, n].
    """
    index = bm25s.BM25()
    index.index(_words(documents), show_progress=False)
    known = index.vocab_dict
    return np.stack(
        [
            index.get_scores([word for word in words if word in known] or [""])
            if any(word in known for word in words)
            else np.zeros(len(documents), np.float32)
            for words in _words(queries)
        ]
    )


def _words(texts: Sequence[str]) -> list[list[str]]:
    words: list[list[str]] = bm25s.tokenize(
        list(texts),
        stopwords="en",
        stemmer=Stemmer.Stemmer("english"),
        return_ids=False,
        show_progress=False,
    )
    return words
