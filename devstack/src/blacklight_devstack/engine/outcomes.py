"""What an SDK answered to a call, read from the HTTP response (specification §4.4.3 and §5.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from blacklight_devstack.engine.durations import parse_deadline_ms
from blacklight_devstack.engine.model import SdkError

_RETRY_MIN_MS = 1_000
_RETRY_MAX_MS = 24 * 3_600_000
_UNREADABLE_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Opcode:
    """A step as the SDK reports it."""

    id: str
    op: str
    name: str
    label: str
    opts: dict[str, Any] = field(default_factory=dict)
    data: Any = None
    error: SdkError | None = None

    @property
    def race(self) -> bool:
        """Whether its parallel group goes on after each step instead of after the last."""
        return self.opts.get("parallelMode") == "race"


@dataclass(frozen=True, slots=True)
class Completed:
    """The function returned; its output is JSON."""

    output: bytes


@dataclass(frozen=True, slots=True)
class Reported:
    """The function reported steps."""

    opcodes: tuple[Opcode, ...]
    no_retry: bool = False


@dataclass(frozen=True, slots=True)
class Errored:
    """The call failed."""

    error: SdkError
    no_retry: bool = False
    retry_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nobody answered."""

    reason: str


Outcome = Completed | Reported | Errored | Unreachable


def read_response(
    status: int, headers: Mapping[str, str], body: bytes, now_ms: int
) -> Completed | Reported | Errored:
    """Read an HTTP response; header names are in lower case."""
    if "x-inngest-sdk" not in headers:
        shown = body[:_UNREADABLE_SHOWN].decode(errors="replace")
        return Errored(
            SdkError("NotSDK", f"the response ({status}) did not come from an Inngest SDK: {shown}")
        )
    if status == 201:
        return _read_stream(body, now_ms)
    try:
        content = orjson.loads(body) if body.strip() else None
    except orjson.JSONDecodeError as error:
        return Errored(SdkError("InvalidResponse", f"the SDK's response is not JSON: {error}"))
    no_retry = headers.get("x-inngest-no-retry") == "true"
    if status == 206:
        return _read_opcodes(content, no_retry)
    if status == 200:
        return Completed(orjson.dumps(content))
    return Errored(
        _read_error(content, status), no_retry, _retry_at_ms(headers.get("retry-after"), now_ms)
    )


def _read_stream(body: bytes, now_ms: int) -> Completed | Reported | Errored:
    """A streamed response carries the real one, after blanks that kept the connection alive."""
    try:
        inner = orjson.loads(body)
        headers = {name.lower(): value for name, value in inner["headers"].items()}
        return read_response(int(inner["status"]), headers, inner["body"].encode(), now_ms)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Errored(SdkError("InvalidResponse", f"the streamed response is unreadable: {error}"))


def _read_opcodes(content: Any, no_retry: bool) -> Reported | Errored:
    items = content if isinstance(content, list) else [content]
    if not items or not all(isinstance(item, dict) and "id" in item for item in items):
        return Errored(SdkError("InvalidResponse", "the SDK reported steps without ids"))
    return Reported(tuple(_read_opcode(item) for item in items), no_retry)


def _read_opcode(item: dict[str, Any]) -> Opcode:
    name = str(item.get("name") or item["id"])
    return Opcode(
        id=str(item["id"]),
        op=str(item.get("op")),
        name=name,
        label=str(item.get("displayName") or name),
        opts=item.get("opts") or {},
        data=item.get("data"),
        error=_read_error(item["error"], 0) if item.get("error") else None,
    )


def _read_error(content: Any, status: int) -> SdkError:
    if isinstance(content, dict):
        return SdkError(
            name=str(content.get("name") or content.get("code") or "Error"),
            message=str(content.get("message") or f"the SDK answered {status}"),
            stack=str(content.get("stack") or ""),
        )
    return SdkError("Error", f"the SDK answered {status}: {content}")


def _retry_at_ms(header: str | None, now_ms: int) -> int | None:
    """``Retry-After`` as seconds or an ISO 8601 date, kept between one second and one day."""
    if not header:
        return None
    try:
        at_ms = parse_deadline_ms(f"{header}s" if header.isdecimal() else header, now_ms)
    except ValueError:
        return None
    return min(max(at_ms, now_ms + _RETRY_MIN_MS), now_ms + _RETRY_MAX_MS)
