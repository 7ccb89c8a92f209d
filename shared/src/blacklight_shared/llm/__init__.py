"""Language models that read a text and fill in a schema. What they say is data, never obeyed."""

from blacklight_shared.llm.base import (
    Extraction,
    LanguageModel,
    UnusableAnswerError,
    try_extract,
)
from blacklight_shared.llm.factory import create_language_model
from blacklight_shared.llm.settings import LlmProvider, LlmSettings

__all__ = [
    "Extraction",
    "LanguageModel",
    "LlmProvider",
    "LlmSettings",
    "UnusableAnswerError",
    "create_language_model",
    "try_extract",
]
