"""``python -m blacklight_devstack.engine``: run the local engine."""

import argparse
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import uvicorn

from blacklight_devstack.engine.app import create_app
from blacklight_devstack.engine.engine import Engine
from blacklight_devstack.engine.options import EngineOptions
from blacklight_devstack.engine.signing import check_signing_key
from blacklight_devstack.engine.store.database import Database, DatabaseInUseError
from blacklight_devstack.ports import LOOPBACK


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    if os.environ.get("BLACKLIGHT_ENV") == "production":
        sys.stderr.write(
            "The local engine is a stand-in for development and does not start with "
            "BLACKLIGHT_ENV=production; use the Inngest server.\n"
        )
        return 2
    options = _options(_parser().parse_args(arguments))
    try:
        if options.signing_key is not None:
            check_signing_key(options.signing_key)
        Database(options.db).close()
    except (ValueError, DatabaseInUseError) as error:
        sys.stderr.write(f"The local engine cannot start: {error}.\n")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    sys.stdout.write(
        f"Local engine (a stand-in for the Inngest server, for development only): "
        f"http://{options.host}:{options.port}\n"
    )
    sys.stdout.flush()
    config = uvicorn.Config(
        create_app(options, on_fault=partial(signal.raise_signal, signal.SIGTERM)),
        host=options.host,
        port=options.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    with suppress(KeyboardInterrupt):
        _Server(config).run()
    return 0


class _Server(uvicorn.Server):
    """Lets calls under way end before it stops listening, since they may send events."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        engine: Engine = self.config.app.state.engine  # type: ignore[union-attr]  # a FastAPI
        await engine.drain()
        await super().shutdown(sockets)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m blacklight_devstack.engine", description=main.__doc__
    )
    parser.add_argument("--port", type=int, default=8288)
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (%(default)s)")
    parser.add_argument(
        "--name", action="append", default=[], help="of this host, for callers; may be repeated"
    )
    parser.add_argument("--db", type=Path, required=True, help="SQLite file, made when missing")
    parser.add_argument(
        "--sdk-url", action="append", default=[], help="serve URL of an app; may be repeated"
    )
    parser.add_argument("--poll-interval", type=float, default=5.0, help="seconds between syncs")
    parser.add_argument(
        "--retry-interval",
        type=float,
        help="fixed seconds between attempts (default: 15 s, 30 s, 1 min, … with jitter)",
    )
    parser.add_argument(
        "--tick", type=int, default=150, help="milliseconds between looks at work held back"
    )
    parser.add_argument(
        "--signed",
        action="store_true",
        help="for SDKs in production mode: sign calls with INNGEST_SIGNING_KEY, require it for "
        "syncs and reads, and take events only under INNGEST_EVENT_KEY",
    )
    return parser


def _options(parsed: argparse.Namespace) -> EngineOptions:
    retry_s = parsed.retry_interval
    return EngineOptions(
        db=parsed.db,
        port=parsed.port,
        host=parsed.host,
        names=tuple(parsed.name),
        sdk_urls=tuple(parsed.sdk_url),
        poll_interval=timedelta(seconds=parsed.poll_interval),
        retry_interval=None if retry_s is None else timedelta(seconds=retry_s),
        tick=timedelta(milliseconds=parsed.tick),
        signing_key=os.environ.get("INNGEST_SIGNING_KEY", "") if parsed.signed else None,
        event_key=os.environ.get("INNGEST_EVENT_KEY") if parsed.signed else None,
    )


if __name__ == "__main__":
    sys.exit(main())
