"""Emulates the language model APIs of Anthropic and OpenAI on one loopback port.

``/v1/messages`` and ``/v1/chat/completions`` take the services' own requests, with their keys,
headers and errors, and hold schemas to what the services accept. The model itself is played: it
says what it was told to say next, and otherwise an answer without content that fits the schema.

    with serving(create_app(player := LlmPlayer())) as url:
        player.say({"title": "Welder"})
        player.order(Fault.RATE_LIMITED, delay_seconds=2)
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, ClassVar, Literal

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

API_KEY = "emulator-key"
"""The only key that is let in."""

_PAGE = "<html><body>This is not what you asked for.</body></html>"


class Fault(StrEnum):
    """What goes wrong with a call."""

    RATE_LIMITED = "rate_limited"
    """429, with the delay in ``Retry-After``."""
    SERVER_ERROR = "server_error"
    """500 in the service's own shape."""
    BAD_GATEWAY = "bad_gateway"
    """502 and HTML, as from a proxy."""
    SLOW = "slow"
    """The right answer after the delay."""
    NOT_JSON = "not_json"
    """200 and HTML."""
    CUT_OFF = "cut_off"
    """The first half of what the model had to say."""
    REFUSAL = "refusal"
    """The model will not."""
    PROSE = "prose"
    """The model chats instead of filling in the schema."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that reached the model.

    Attributes:
        model: The model's name.
        instructions: What the operator told it.
        text: What the user message says.
        schema: What it is to fill in.
        max_tokens: What it may write.
    """

    model: str
    instructions: str
    text: str
    schema: dict[str, Any]
    max_tokens: int


@dataclass
class LlmPlayer:
    """Plays the model, and keeps what it was asked.

    Attributes:
        calls: The oldest first; those refused before they reached the model are not among them.
        requests: How often it was called, also in vain.
    """

    calls: list[Call] = field(default_factory=list)
    requests: int = 0
    _answers: deque[str] = field(default_factory=deque)
    _faults: deque[tuple[Fault, float]] = field(default_factory=deque)

    def say(self, answer: BaseModel | dict[str, Any] | str) -> None:
        """Say this in the next call that goes well; what is said queues up."""
        if isinstance(answer, BaseModel):
            answer = answer.model_dump_json()
        self._answers.append(answer if isinstance(answer, str) else orjson.dumps(answer).decode())

    def order(self, fault: Fault, *, times: int = 1, delay_seconds: float = 0) -> None:
        """Let the next calls go wrong; orders queue up.

        Args:
            fault: What goes wrong.
            times: With how many calls.
            delay_seconds: Of ``SLOW``, and in ``Retry-After`` of errors.
        """
        self._faults.extend([(fault, delay_seconds)] * times)

    def clear(self) -> None:
        """Forget what was asked, and what was to be said or to go wrong."""
        self.calls.clear()
        self.requests = 0
        self._answers.clear()
        self._faults.clear()

    def next_fault(self) -> tuple[Fault | None, float]:
        """Count a call, and tell what goes wrong with it and the delay in seconds."""
        self.requests += 1
        return self._faults.popleft() if self._faults else (None, 0)

    def answer(self, call: Call) -> str:
        """What the model writes."""
        self.calls.append(call)
        if self._answers:
            return self._answers.popleft()
        return orjson.dumps(_empty(call.schema, call.schema.get("$defs", {}))).decode()


def create_app(player: LlmPlayer) -> FastAPI:
    """Create the emulator.

    Args:
        player: What it says.
    """
    app = FastAPI(title="Language models, emulated")

    @app.post("/v1/messages")
    async def messages(request: Request) -> Response:
        return await _respond(_Anthropic(), request, player)

    @app.post("/v1/chat/completions")
    async def chat_completions(request: Request) -> Response:
        return await _respond(_OpenAi(), request, player)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    return app


async def _respond(service: _Anthropic | _OpenAi, request: Request, player: LlmPlayer) -> Response:
    fault, delay_seconds = player.next_fault()
    if not service.has_key(request):
        return _error(service, HTTPStatus.UNAUTHORIZED)
    try:
        call = service.call(await request.body())
    except (ValidationError, _WrongSchemaError):
        return _error(service, HTTPStatus.BAD_REQUEST)
    if fault in _STATUSES:
        return _error(service, _STATUSES[fault], delay_seconds)
    if fault in _PAGES:
        return HTMLResponse(_PAGE, _PAGES[fault])
    if fault is Fault.SLOW:
        await asyncio.sleep(delay_seconds)
    return JSONResponse(_answer(service, player, call, fault))


_STATUSES: dict[Fault | None, HTTPStatus] = {
    Fault.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Fault.SERVER_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
}
_PAGES: dict[Fault | None, HTTPStatus] = {
    Fault.BAD_GATEWAY: HTTPStatus.BAD_GATEWAY,
    Fault.NOT_JSON: HTTPStatus.OK,
}


def _answer(
    service: _Anthropic | _OpenAi, player: LlmPlayer, call: Call, fault: Fault | None
) -> dict[str, Any]:
    if fault is Fault.REFUSAL:
        return service.answer("", "refused")
    if fault is Fault.PROSE:
        return service.answer("Gladly! Here is what I found.", "done")
    whole = player.answer(call)
    if fault is Fault.CUT_OFF:
        return service.answer(whole[: len(whole) // 2], "cut off")
    return service.answer(whole, "done")


def _error(
    service: _Anthropic | _OpenAi, status: HTTPStatus, retry_after_seconds: float = 0
) -> Response:
    headers = {"Retry-After": f"{retry_after_seconds:.0f}"} if retry_after_seconds else {}
    return JSONResponse(service.error(status), status, headers)


_Ending = Literal["done", "cut off", "refused"]


class _Strict(BaseModel):
    """Fields that the services do not know are refused, as they do."""

    model_config = ConfigDict(extra="forbid")


class _UserMessage(_Strict):
    role: Literal["user"]
    content: str


class _JsonSchemaFormat(_Strict):
    type: Literal["json_schema"]
    json_schema: dict[str, Any] = Field(alias="schema")


class _OutputConfig(_Strict):
    format: _JsonSchemaFormat


class _MessagesBody(_Strict):
    model: str
    max_tokens: int = Field(ge=1)
    system: str
    messages: list[_UserMessage] = Field(min_length=1, max_length=1)
    output_config: _OutputConfig


class _Anthropic:
    """``POST /v1/messages`` of api.anthropic.com."""

    _STOP_REASONS: ClassVar[dict[_Ending, str]] = {
        "done": "end_turn",
        "cut off": "max_tokens",
        "refused": "refusal",
    }
    _ERRORS: ClassVar = {
        HTTPStatus.BAD_REQUEST: "invalid_request_error",
        HTTPStatus.UNAUTHORIZED: "authentication_error",
        HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
        HTTPStatus.INTERNAL_SERVER_ERROR: "api_error",
    }

    def has_key(self, request: Request) -> bool:
        has_version = "anthropic-version" in request.headers
        return has_version and request.headers.get("x-api-key") == API_KEY

    def call(self, body: bytes) -> Call:
        parsed = _MessagesBody.model_validate_json(body)
        schema = parsed.output_config.format.json_schema
        _check(schema)
        text = parsed.messages[0].content
        return Call(parsed.model, parsed.system, text, schema, parsed.max_tokens)

    def answer(self, text: str, ending: _Ending) -> dict[str, Any]:
        return {
            "id": "msg_emulated",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": text}] if text else [],
            "stop_reason": self._STOP_REASONS[ending],
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }

    def error(self, status: HTTPStatus) -> dict[str, Any]:
        return {"type": "error", "error": {"type": self._ERRORS[status], "message": status.phrase}}


class _ChatMessage(_Strict):
    role: Literal["system", "user"]
    content: str


class _NamedSchema(_Strict):
    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    strict: Literal[True]
    json_schema: dict[str, Any] = Field(alias="schema")


class _ResponseFormat(_Strict):
    type: Literal["json_schema"]
    json_schema: _NamedSchema


class _ChatBody(_Strict):
    model: str
    max_completion_tokens: int = Field(ge=1)
    messages: list[_ChatMessage] = Field(min_length=2, max_length=2)
    response_format: _ResponseFormat


class _OpenAi:
    """``POST /v1/chat/completions`` of api.openai.com."""

    _FINISH_REASONS: ClassVar[dict[_Ending, str]] = {
        "done": "stop",
        "cut off": "length",
        "refused": "stop",
    }
    _ERRORS: ClassVar = {
        HTTPStatus.BAD_REQUEST: ("invalid_request_error", "invalid_json_schema"),
        HTTPStatus.UNAUTHORIZED: ("invalid_request_error", "invalid_api_key"),
        HTTPStatus.TOO_MANY_REQUESTS: ("requests", "rate_limit_exceeded"),
        HTTPStatus.INTERNAL_SERVER_ERROR: ("server_error", None),
    }

    def has_key(self, request: Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {API_KEY}"

    def call(self, body: bytes) -> Call:
        parsed = _ChatBody.model_validate_json(body)
        schema = parsed.response_format.json_schema.json_schema
        _check(schema)
        system, user = parsed.messages
        return Call(
            parsed.model, system.content, user.content, schema, parsed.max_completion_tokens
        )

    def answer(self, text: str, ending: _Ending) -> dict[str, Any]:
        is_refused = ending == "refused"
        message = {
            "role": "assistant",
            "content": None if is_refused else text,
            "refusal": "I cannot help with that." if is_refused else None,
        }
        choice = {"index": 0, "message": message, "finish_reason": self._FINISH_REASONS[ending]}
        return {"id": "chatcmpl-emulated", "object": "chat.completion", "choices": [choice]}

    def error(self, status: HTTPStatus) -> dict[str, Any]:
        kind, code = self._ERRORS[status]
        error = {"message": status.phrase, "type": kind, "param": None, "code": code}
        return {"error": error}


class _WrongSchemaError(Exception):
    """The services would refuse the schema."""


_KEYWORDS = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "items", "anyOf", "enum"),
        *("const", "description", "$ref", "$defs"),
    }
)


def _check(schema: dict[str, Any]) -> None:
    """Hold a schema to the subset that both services enforce."""
    if not schema.keys() <= _KEYWORDS:
        raise _WrongSchemaError
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        is_closed = schema.get("additionalProperties") is False
        if not is_closed or set(schema.get("required", [])) != properties.keys():
            raise _WrongSchemaError
    named = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    items = [schema["items"]] if "items" in schema else []
    for part in [*named, *items, *schema.get("anyOf", [])]:
        _check(part)


_EMPTY: dict[str, Any] = {
    "array": [],
    "boolean": False,
    "integer": 0,
    "null": None,
    "number": 0,
    "string": "",
}


def _empty(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """A value without content that fits a schema."""
    if "$ref" in schema:
        return _empty(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in schema:
        is_nullable = {"type": "null"} in schema["anyOf"]
        return None if is_nullable else _empty(schema["anyOf"][0], definitions)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "object":
        properties = schema["properties"].items()
        return {name: _empty(part, definitions) for name, part in properties}
    return _EMPTY[schema["type"]]
