"""Tests that a workflow ends in the same way wherever its worker is killed.

The engine calls a worker once for each step of a run, so the boundaries between steps are the
calls. A worker under test loses a call before it has done anything, or after all its work is done
and before the engine has heard of it; whatever else it was doing at that moment is cut off too.
Then it starts again, with new dependencies, and the engine repeats the call.

    async def play(deaths: Deaths) -> object:
        with databases() as urls, served_app(deaths.of(worker_app(urls))):
            ...  # make rows, send an event, wait for the end of its run
            return rows

    await check_every_boundary(play)
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from blacklight_shared.workflows.serve import SERVE_PATH
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IS_LONG = os.environ.get("BLACKLIGHT_CHAOS") == "long"


class Moment(StrEnum):
    """When a worker is killed."""

    BEFORE_THE_WORK = "before the work"
    BEFORE_THE_ANSWER = "before the answer"


@dataclass(frozen=True, slots=True)
class Fate:
    """Which calls a worker does not survive.

    Attributes:
        boundary: Number of the call, from 1; None for every call.
        moments: The moment of each death in such a call: the second is that of its repetition.
    """

    boundary: int | None
    moments: tuple[Moment, ...]

    def moment(self, boundary: int, times_seen: int) -> Moment | None:
        """When the worker dies in a call, if it does.

        Args:
            boundary: Number of the call.
            times_seen: How often the engine has made it before.
        """
        is_meant = self.boundary in (None, boundary)
        return self.moments[times_seen] if is_meant and times_seen < len(self.moments) else None


SPARED = Fate(boundary=None, moments=())
DIES_EVERYWHERE = Fate(boundary=None, moments=tuple(Moment))

Play = Callable[["Deaths"], Awaitable[object]]


async def check_every_boundary(play: Play, *, at_least: int = 2, one_by_one: bool = IS_LONG) -> int:
    """Play a story without deaths, then with one at every boundary, and compare the ends.

    Args:
        play: Runs the story in a world of its own and returns how it ended: what two runs must
            agree on, so neither times nor ids that the engine makes.
        at_least: Fewer boundaries than these mean that the story did not take place.
        one_by_one: Also play once for each boundary and moment, which finds out where two deaths
            would mend each other. Otherwise the worker dies at all of them in one play.

    Returns:
        How many boundaries the story has without deaths.

    Raises:
        AssertionError: A death changed the end; the message says which.
    """
    spared = Deaths(SPARED)
    expected = await play(spared)
    if spared.boundaries < at_least:
        raise AssertionError(f"the engine made {spared.boundaries} calls, not {at_least} or more")
    everywhere = Deaths(DIES_EVERYWHERE)
    _compare(expected, await play(everywhere), DIES_EVERYWHERE)
    if everywhere.count < at_least * len(Moment):
        raise AssertionError(f"the worker died {everywhere.count} times only")
    if one_by_one:
        await _check_one_by_one(play, expected)
    return spared.boundaries


class Deaths:
    """The deaths of one worker, and what the engine asked of it.

    Args:
        fate: When it dies.
    """

    def __init__(self, fate: Fate) -> None:
        self.fate = fate
        self.count = 0
        self._boundary_of: dict[bytes, int] = {}
        self._times_seen: Counter[int] = Counter()

    @property
    def boundaries(self) -> int:
        """How many different calls the engine has made."""
        return len(self._boundary_of)

    def of(self, app: FastAPI) -> ASGIApp:
        """The worker, as an app to serve.

        Args:
            app: The worker's app. Its lifespan runs again after each death, which costs less than
                an app of its own and leaves as little behind.
        """
        return _MortalWorker(app, self)

    def next_moment(self, call: bytes) -> Moment | None:
        """Note a call of the engine.

        Args:
            call: The body of its request, which a repeated call has in common with the first.

        Returns:
            When the worker dies in it, if it does.
        """
        digest = hashlib.sha256(call).digest()
        boundary = self._boundary_of.setdefault(digest, len(self._boundary_of) + 1)
        moment = self.fate.moment(boundary, self._times_seen[boundary])
        self._times_seen[boundary] += 1
        return moment


async def _check_one_by_one(play: Play, expected: object) -> None:
    for boundary in itertools.count(1):
        for moment in Moment:
            deaths = Deaths(Fate(boundary, (moment,)))
            found = await play(deaths)
            if deaths.count == 0:
                return
            _compare(expected, found, deaths.fate)


def _compare(expected: object, found: object, fate: Fate) -> None:
    if found != expected:
        where = "everywhere" if fate.boundary is None else f"in call {fate.boundary}"
        when = " and ".join(fate.moments)
        raise AssertionError(
            f"killed {where}, {when}:\n  ended as {found!r}\n  instead of {expected!r}"
        )


class _MortalWorker:
    """Passes requests on to the present life of a worker, and ends it when its time has come."""

    def __init__(self, app: FastAPI, deaths: Deaths) -> None:
        self._app = app
        self._deaths = deaths
        self._life: _Life | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._run(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _run(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._alive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._end(self._life)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        is_call = scope["method"] == "POST" and scope["path"] == SERVE_PATH
        moment = self._deaths.next_moment(body) if is_call else None
        life = await self._alive()
        if moment is Moment.BEFORE_THE_WORK:
            await self._die(life, send)
            return
        answer = await life.answer(scope, body)
        if moment is Moment.BEFORE_THE_ANSWER:
            # Also if a call beside it has ended this life already: that was its death as well.
            await self._die(life, send)
        elif answer is None:
            await _break_off(send)
        else:
            for message in answer:
                await send(message)

    async def _alive(self) -> _Life:
        async with self._lock:
            if self._life is None:
                self._life = await _Life.begin(self._app)
            return self._life

    async def _die(self, life: _Life, send: Send) -> None:
        self._deaths.count += 1
        await self._end(life)
        await _break_off(send)

    async def _end(self, life: _Life | None) -> None:
        async with self._lock:
            if life is not None and self._life is life:
                self._life = None
                await life.end()


class _Life:
    """A worker between a start and a death."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._work: set[asyncio.Task[None]] = set()
        self._started = asyncio.Event()
        self._ending = asyncio.Event()
        # A task of its own, since what is opened in one task is to be closed in the same.
        self._lifespan = asyncio.create_task(self._live())

    @classmethod
    async def begin(cls, app: FastAPI) -> _Life:
        """Start an app with its dependencies."""
        life = cls(app)
        started = asyncio.create_task(life._started.wait())
        await asyncio.wait((started, life._lifespan), return_when=asyncio.FIRST_COMPLETED)
        if life._lifespan.done():
            started.cancel()
            life._lifespan.result()
        return life

    async def answer(self, scope: Scope, body: bytes) -> list[Message] | None:
        """Let the app answer a request; None when it died meanwhile."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        # The app's own scope: routing writes into it.
        work = asyncio.create_task(self._respond({**scope}, body, keep))
        self._work.add(work)
        await asyncio.wait((work,))
        self._work.discard(work)
        if work.cancelled():
            return None
        work.result()
        return messages

    async def end(self) -> None:
        """Cut off what is under way, and close the connections."""
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        self._ending.set()
        await self._lifespan

    async def _live(self) -> None:
        async with self._app.router.lifespan_context(self._app):
            self._started.set()
            await self._ending.wait()

    async def _respond(self, scope: MutableMapping[str, Any], body: bytes, send: Send) -> None:
        requests = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Message:
            return next(requests, None) or await asyncio.get_running_loop().create_future()

        await self._app(scope, receive, send)


async def _break_off(send: Send) -> None:
    """Close the connection in the middle of an answer, as a process does that is killed."""
    length = [(b"content-length", b"1")]
    await send({"type": "http.response.start", "status": 200, "headers": length})
