"""Voyage AI's embeddings API.

Source: https://docs.voyageai.com/reference/embeddings-api
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from blacklight_shared.workflows.rate_limits import Service

from blacklight_matching.embeddings.base import TextKind
from blacklight_matching.embeddings.hosted import Dimensions, HostedProvider, Refusal
from blacklight_matching.embeddings.openai_compatible import IndexedAnswer

_FLEXIBLE = Dimensions(1024, others=(256, 512, 2048))


class VoyageProvider(HostedProvider):
    """Embeds with Voyage AI, which is told whether a text is a document or a query."""

    service = Service.VOYAGE
    base_url = "https://api.voyageai.com/v1"
    default_model = "voyage-4"
    models: ClassVar = {
        "voyage-4-large": _FLEXIBLE,
        "voyage-4": _FLEXIBLE,
        "voyage-4-lite": _FLEXIBLE,
        "voyage-3-large": _FLEXIBLE,
        "voyage-3.5": _FLEXIBLE,
        "voyage-3.5-lite": _FLEXIBLE,
        "voyage-finance-2": Dimensions(1024),
        "voyage-law-2": Dimensions(1024),
    }

    def _path(self) -> str:
        return "/embeddings"

    def _request(self, texts: Sequence[str], kind: TextKind) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model.name,
            "input": list(texts),
            "input_type": kind,
            "truncation": True,
        }
        if self._model.is_asked:
            request["output_dimension"] = self._model.dimension
        return request

    def _rows(self, content: bytes) -> list[list[float]]:
        return IndexedAnswer.model_validate_json(content).rows()

    def _refusal(self, content: bytes) -> Refusal:  # noqa: ARG002 -- its errors are prose only
        return Refusal()
