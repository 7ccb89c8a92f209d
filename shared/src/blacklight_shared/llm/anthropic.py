"""Anthropic's Messages API.

Source: https://platform.claude.com/docs/en/api/messages and
https://platform.claude.com/docs/en/build-with-claude/structured-outputs
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from blacklight_shared.llm.base import UnusableAnswerError
from blacklight_shared.llm.hosted import HostedLanguageModel, Prompt
from blacklight_shared.workflows.rate_limits import Service

_API_VERSION = "2023-06-01"


class AnthropicModel(HostedLanguageModel):
    """Asks a model of Anthropic."""

    service = Service.ANTHROPIC
    base_url = "https://api.anthropic.com"
    default_model = "claude-haiku-4-5"

    @staticmethod
    def headers(api_key: str | None) -> dict[str, str]:
        """The headers of every call."""
        version = {"anthropic-version": _API_VERSION}
        return version if api_key is None else version | {"x-api-key": api_key}

    def _path(self) -> str:
        return "/v1/messages"

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        return {
            "model": self._model,
            "max_tokens": self._limits.output_tokens,
            "system": prompt.instructions,
            "messages": [{"role": "user", "content": prompt.document}],
            "output_config": {"format": {"type": "json_schema", "schema": prompt.schema}},
        }

    def _answer(self, content: bytes) -> str:
        message = _Message.model_validate_json(content)
        if message.stop_reason == "max_tokens":
            raise UnusableAnswerError("the answer was cut off")
        if message.stop_reason == "refusal":
            raise UnusableAnswerError("the model refused")
        return "".join(block.text for block in message.content if block.type == "text")

    def _reason(self, content: bytes) -> str | None:
        return _ErrorAnswer.model_validate_json(content).error.type


class _Block(BaseModel):
    type: str
    text: str = ""


class _Message(BaseModel):
    content: list[_Block]
    stop_reason: str | None = None


class _Error(BaseModel):
    type: str | None = None


class _ErrorAnswer(BaseModel):
    error: _Error
