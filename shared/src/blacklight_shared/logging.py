"""Structured logs: one JSON object a line in production, readable lines elsewhere.

Values that belong to everything that is logged while one request or one run is handled (request id,
run id, tenant, event id) are bound with ``structlog.contextvars`` and appear on every line.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from blacklight_shared.redaction import redact_event
from blacklight_shared.settings import Settings

_NOISY_LOGGERS = ("httpcore", "httpx", "inngest", "uvicorn.access")
"""They log a line for every call; their warnings stay."""


def configure_logging(settings: Settings, *, service: str, stream: TextIO | None = None) -> None:
    """Send the logs of structlog and of the standard library to one place, in one format.

    May be called again; the last call counts.

    Args:
        settings: Level and format.
        service: Name of the process, on every line.
        stream: Where lines are written; standard output by default.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _drop_repetitions,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _ServiceName(service),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    as_json = settings.is_production if settings.log_json is None else settings.log_json
    handler = _Handler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_json_processors() if as_json else _console_processors(handler.stream)),
            ],
        )
    )
    _install(handler, settings.log_level.upper())


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that a second call replaces it and leaves those of others alone."""


class _ServiceName:
    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        return {"service": self._service, **event}


def _drop_repetitions(_logger: object, _method: str, event: EventDict) -> EventDict:
    # Uvicorn adds its message in colours, and a second handler the formatted message.
    event.pop("color_message", None)
    event.pop("message", None)
    return event


def _json_processors() -> list[Processor]:
    return [
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        redact_event,
        structlog.processors.JSONRenderer(serializer=_dump),
    ]


def _console_processors(stream: TextIO) -> list[Processor]:
    return [
        structlog.processors.format_exc_info,
        redact_event,
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        ),
    ]


def _dump(event: object, default: object = None) -> str:
    del default  # orjson knows more types than structlog's fallback; the rest is written as text
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _install(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    for installed in [item for item in root.handlers if isinstance(item, _Handler)]:
        root.removeHandler(installed)
    root.addHandler(handler)
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
