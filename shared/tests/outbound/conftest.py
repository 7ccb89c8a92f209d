"""What tests of the guard see of it: the connections that this process really opens."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_watches: list[list[tuple[str, int]]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    # https://docs.python.org/3/library/audit_events.html; a hook cannot be removed again.
    if event != "socket.connect" or not _watches:
        return
    address = arguments[1]
    if isinstance(address, tuple):
        for watch in _watches:
            watch.append((str(address[0]), int(address[1])))


sys.addaudithook(_hear)


@contextmanager
def _watching() -> Iterator[list[tuple[str, int]]]:
    opened: list[tuple[str, int]] = []
    _watches.append(opened)
    try:
        yield opened
    finally:
        _watches.remove(opened)


@pytest.fixture
def connections() -> Iterator[list[tuple[str, int]]]:
    """Address and port of every connection that this process tries to open, in order."""
    with _watching() as opened:
        yield opened
