"""What every embedding provider offers, and the checks that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from blacklight_shared.workflows.errors import FieldProblem, ValidationError

Vectors: TypeAlias = npt.NDArray[np.float32]
"""float32 of shape [number of texts, dimension]; rows have length 1."""

TextKind: TypeAlias = Literal["document", "query"]
"""What a text is to a search: something to be found, or what is looked for."""


class EmbeddingProvider(Protocol):
    """Turns texts into vectors whose cosine is their likeness in meaning."""

    @property
    def model(self) -> str:
        """Names the vector space; stored with each vector, and another value makes it stale."""

    @property
    def dimension(self) -> int:
        """Number of components of each vector."""

    async def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """Embed texts; row ``i`` belongs to ``texts[i]``.

        Args:
            texts: Any number of texts, none of them blank. What is longer than the model can read
                is cut at its end.
            kind: What the texts are to a search. Both kinds share one vector space.

        Returns:
            float32 of shape [len(texts), dimension]; rows have length 1.

        Raises:
            ValidationError: A text is blank.
            ApiError: A hosted model could not be reached or refused the call.
            NonRetriableError: The model's vectors are not of the configured dimension.
        """

    async def aclose(self) -> None:
        """Close the provider's connections; it cannot be used afterwards."""


def require_visible(texts: Sequence[str]) -> None:
    """Refuse blank texts, of which hosted models make an error and local ones an arbitrary vector.

    Raises:
        ValidationError: A text has no visible character; the error names its index.
    """
    problems = [
        FieldProblem(f"texts[{index}]", "must have at least one visible character")
        for index, text in enumerate(texts)
        if not text.strip()
    ]
    if problems:
        raise ValidationError("cannot embed", problems)


def unit_rows(vectors: Vectors) -> Vectors:
    """Scale each row to length 1.

    Args:
        vectors: Shape [n, d]; no row is all zeros.
    """
    norms: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / norms
