"""One format for all logs, whoever writes them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from blacklight_shared.logging import configure_logging
from blacklight_shared.settings import Settings

Configure = Callable[..., io.StringIO]


@pytest.fixture
def configure() -> Iterator[Configure]:
    """Configures logging for the test; what was before is put back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def configure(**values: Any) -> io.StringIO:
        stream = io.StringIO()
        settings = Settings.model_validate(
            {"database_url": "x", "system_database_url": "x", **values}
        )
        configure_logging(settings, service="service", stream=stream)
        return stream

    yield configure
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def parsed(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_both_worlds_write_the_same_lines(configure: Configure) -> None:
    stream = configure(log_json=True)
    structlog.contextvars.bind_contextvars(request_id="r1", tenant_id=3)

    structlog.stdlib.get_logger("ours").info("counted", rows=5)
    logging.getLogger("theirs").warning("counted %d", 5, extra={"rows": 5})

    ours, theirs = parsed(stream)
    assert ours["event"] == "counted"
    assert theirs["event"] == "counted 5"
    assert (ours["logger"], theirs["logger"]) == ("ours", "theirs")
    assert (ours["level"], theirs["level"]) == ("info", "warning")
    for line in (ours, theirs):
        assert line["service"] == "service"
        assert line["request_id"] == "r1"
        assert line["tenant_id"] == 3
        assert line["rows"] == 5
        assert line["timestamp"].endswith("Z")


def test_secrets_are_redacted_in_both_worlds(configure: Configure) -> None:
    stream = configure(log_json=True)

    structlog.stdlib.get_logger("ours").info("signed in", password="hunter2")
    logging.getLogger("theirs").warning("mail to %s", "ann@mail.example")

    assert "hunter2" not in stream.getvalue()
    assert "ann@mail.example" not in stream.getvalue()


@pytest.mark.parametrize("log_json", [True, False])
def test_tracebacks_are_redacted_and_hold_no_variables(
    configure: Configure, log_json: bool
) -> None:
    stream = configure(log_json=log_json)

    def fail(address: str) -> None:
        hidden = "in a local variable"
        raise RuntimeError(f"no mailbox for {address}, {len(hidden)}")

    try:
        fail("ann@mail.example")
    except RuntimeError:
        structlog.stdlib.get_logger("ours").exception("failed")
        logging.getLogger("theirs").exception("failed")

    written = stream.getvalue()
    assert written.count("no mailbox for [redacted]") == 2
    assert "ann@mail.example" not in written
    assert "in a local variable" not in written.replace('hidden = "in a local variable"', "")


def test_the_level_is_kept(configure: Configure) -> None:
    stream = configure(log_json=True, log_level="warning")

    structlog.stdlib.get_logger("ours").info("quiet")
    structlog.stdlib.get_logger("ours").warning("loud")
    logging.getLogger("theirs").info("quiet")

    assert [line["event"] for line in parsed(stream)] == ["loud"]


def test_chatty_libraries_speak_up_from_warning_only(configure: Configure) -> None:
    stream = configure(log_json=True, log_level="DEBUG")

    logging.getLogger("httpx").info("HTTP Request: GET …")
    logging.getLogger("httpx").warning("odd")

    assert [line["event"] for line in parsed(stream)] == ["odd"]


def test_a_second_call_replaces_the_first(configure: Configure) -> None:
    first = configure(log_json=True)
    second = configure(log_json=True)

    structlog.stdlib.get_logger("ours").info("once")

    assert first.getvalue() == ""
    assert len(parsed(second)) == 1


def test_lines_for_people_are_not_json(configure: Configure) -> None:
    stream = configure()

    structlog.stdlib.get_logger("ours").info("counted", rows=5)

    assert "counted" in stream.getvalue()
    assert "rows=5" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_odd_values_are_written_as_text(configure: Configure) -> None:
    stream = configure(log_json=True)

    structlog.stdlib.get_logger("ours").info("odd", value=object, keys={1: {2, 3}})

    assert parsed(stream)[0]["value"] == "<class 'object'>"
