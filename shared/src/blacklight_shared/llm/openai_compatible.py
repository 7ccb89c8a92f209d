"""OpenAI's Chat Completions API, which many hosted and self-hosted servers speak too.

Source: https://platform.openai.com/docs/api-reference/chat/create and
https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from blacklight_shared.llm.base import UnusableAnswerError
from blacklight_shared.llm.hosted import HostedLanguageModel, Prompt
from blacklight_shared.workflows.rate_limits import Service


class OpenAiCompatibleModel(HostedLanguageModel):
    """Asks a model of OpenAI, or of any server that takes the same calls."""

    service = Service.OPENAI
    base_url = "https://api.openai.com/v1"
    default_model = "gpt-5-mini"

    @staticmethod
    def headers(api_key: str | None) -> dict[str, str]:
        """The headers of every call; a server of one's own may want no key."""
        return {} if api_key is None else {"Authorization": f"Bearer {api_key}"}

    def _path(self) -> str:
        return "/chat/completions"

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        return {
            "model": self._model,
            "max_completion_tokens": self._limits.output_tokens,
            "messages": [
                {"role": "system", "content": prompt.instructions},
                {"role": "user", "content": prompt.document},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {
                    "name": prompt.schema_name,
                    "strict": True,
                    "schema": prompt.schema,
                },
            },
        }

    def _answer(self, content: bytes) -> str:
        choice = _Completion.model_validate_json(content).choices[0]
        if choice.finish_reason == "length":
            raise UnusableAnswerError("the answer was cut off")
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise UnusableAnswerError("the model refused")
        return choice.message.content or ""

    def _reason(self, content: bytes) -> str | None:
        error = _ErrorAnswer.model_validate_json(content).error
        return error.code or error.type


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


class _Error(BaseModel):
    code: str | None = None
    type: str | None = None


class _ErrorAnswer(BaseModel):
    error: _Error
