"""How good a ranking is."""

from typing import Any

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.floating[Any]]


def average_precision(relevant: Flags) -> float:
    """Mean of the precision at each relevant place (Manning et al., *Introduction to IR*, 8.4).

    Args:
        relevant: Whether each place of the whole ranking holds something relevant, the first first.

    Returns:
        0–1; 0 when nothing is relevant.
    """
    places = np.flatnonzero(relevant) + 1
    if not places.size:
        return 0.0
    return float(np.mean(np.arange(1, places.size + 1) / places))


def reciprocal_rank(relevant: Flags) -> float:
    """1 / the first relevant place; 0 when nothing is relevant.

    Args:
        relevant: As for ``average_precision``.
    """
    places = np.flatnonzero(relevant) + 1
    return float(1 / places[0]) if places.size else 0.0


def ndcg(scores: Scores, gains: Scores) -> float:
    """Normalised discounted cumulative gain, with the mean over all orders of equal scores.

    ``Σ gain / log2(place + 1)``, divided by the most that any order reaches (Järvelin and
    Kekäläinen 2002). Things that score the same share the mean of their gains (McSherry and Najork
    2008), so that nothing is won by the order they happen to be listed in.

    Args:
        scores: float[n], what is ranked by, the highest first.
        gains: float[n], what each thing is worth; not negative.

    Returns:
        0–1; 1 when nothing is worth anything.
    """
    _, group = np.unique(-scores, return_inverse=True)
    mean_gains = np.bincount(group, weights=gains) / np.bincount(group)
    ranked = mean_gains[np.sort(group)]
    discounts = 1 / np.log2(np.arange(2, gains.size + 2))
    best = float(np.sort(gains)[::-1] @ discounts)
    return float(ranked @ discounts) / best if best > 0 else 1.0


def kendall_tau(one: Scores, other: Scores) -> float:
    """Kendall's τ-b: agreement of two orders, pair by pair, corrected for ties (Kendall 1945).

    Args:
        one: float[n], a score for each thing.
        other: float[n], another score for each thing.

    Returns:
        From -1, reversed, to 1, the same; 0 when either knows no order.
    """
    pairs = np.triu_indices(one.size, k=1)
    signs, other_signs = (np.sign(np.subtract.outer(s, s))[pairs] for s in (one, other))
    ordered = np.count_nonzero(signs) * np.count_nonzero(other_signs)
    return float(signs @ other_signs / np.sqrt(ordered)) if ordered else 0.0
