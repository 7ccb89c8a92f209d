"""Which workflow engine one machine runs: the Inngest dev server, or the local stand-in for it."""

import math
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

_ON_PATH = ("inngest-cli", "inngest")
_FROM_NPM = ("npx", "--yes", "inngest-cli@latest")
_AUTO_PATIENCE = timedelta(seconds=15)
_ASKED_PATIENCE = timedelta(minutes=3)


class EngineSetting(StrEnum):
    """The values of the setting ``ENGINE``."""

    AUTO = "auto"
    INNGEST = "inngest"
    LOCAL = "local"


class EngineUnavailableError(RuntimeError):
    """The engine that was asked for cannot be had on this machine."""


@dataclass(frozen=True, kw_only=True)
class EngineLaunch:
    """What the engine is started with, whichever it is.

    Attributes:
        port: TCP port on 127.0.0.1.
        db: The SQLite file of the local engine; the dev server keeps its state in memory.
        sdk_urls: Serve URLs of the apps.
        poll_interval: Time between two syncs of an app.
        retry_interval: Fixed time between two attempts; None means the documented backoff.
    """

    port: int
    db: Path
    sdk_urls: Sequence[str] = ()
    poll_interval: timedelta = timedelta(seconds=5)
    retry_interval: timedelta | None = None


@dataclass(frozen=True)
class EngineCommand:
    """The engine to start.

    Attributes:
        kind: ``inngest`` or ``local``.
        argv: The program and its arguments.
        env: Added to the environment of the process.
        base_url: Where it answers; ``GET /health`` is 200 when it is ready.
        note: One line that says which engine it is and, if it is the second choice, why.
    """

    kind: EngineSetting
    argv: tuple[str, ...]
    base_url: str
    note: str
    env: dict[str, str] = field(default_factory=dict)


def choose_engine(
    setting: str, environment: Mapping[str, str], launch: EngineLaunch
) -> EngineCommand:
    """Decide on an engine.

    Args:
        setting: ``inngest`` (the Inngest dev server, from PATH or npm), ``local`` (the stand-in),
            or ``auto`` (the first of the two that works).
        environment: The environment that programs are looked up and tried in.
        launch: What to start it with.

    Raises:
        ValueError: The setting is none of the three.
        EngineUnavailableError: ``inngest`` was asked for and there is no working one.
    """
    try:
        wanted = EngineSetting(setting)
    except ValueError:
        allowed = ", ".join(EngineSetting)
        raise ValueError(f"ENGINE is {setting!r}; it may be {allowed}") from None
    if wanted is EngineSetting.LOCAL:
        return _local(launch, "Engine: the local stand-in, as ENGINE=local asks.")
    patience = _AUTO_PATIENCE if wanted is EngineSetting.AUTO else _ASKED_PATIENCE
    program = _find_inngest(environment, patience)
    if program is not None:
        return _inngest(launch, program)
    reason = "no working inngest-cli on PATH or from npm"
    if wanted is EngineSetting.INNGEST:
        raise EngineUnavailableError(f"ENGINE=inngest, but there is {reason}")
    return _local(launch, f"Engine: the local stand-in ({reason}).")


def _find_inngest(environment: Mapping[str, str], patience: timedelta) -> tuple[str, ...] | None:
    search_path = environment.get("PATH", "")
    for name in _ON_PATH:
        program = shutil.which(name, path=search_path)
        if program is not None and _works((program,), environment, patience):
            return (program,)
    npx = shutil.which(_FROM_NPM[0], path=search_path)
    if npx is None:
        return None
    from_npm = (npx, *_FROM_NPM[1:])
    return from_npm if _works(from_npm, environment, patience) else None


def _works(program: Sequence[str], environment: Mapping[str, str], patience: timedelta) -> bool:
    """Whether the program tells its version; npm may install a package without its binary."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program that the user has installed
            [*program, "version"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience.total_seconds(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and any(chr(byte).isdigit() for byte in answer.stdout)


def _inngest(launch: EngineLaunch, program: tuple[str, ...]) -> EngineCommand:
    argv = [*program, "dev", "--no-discovery", "--host", "127.0.0.1", "--port", str(launch.port)]
    argv += ["--poll-interval", str(_whole_seconds(launch.poll_interval))]
    if launch.retry_interval is not None:
        argv += ["--retry-interval", str(_whole_seconds(launch.retry_interval))]
    for url in launch.sdk_urls:
        argv += ["--sdk-url", url]
    return EngineCommand(
        kind=EngineSetting.INNGEST,
        argv=tuple(argv),
        base_url=_base_url(launch),
        note=f"Engine: the Inngest dev server ({' '.join(program)}).",
        env={"DO_NOT_TRACK": "1"},
    )


def _local(launch: EngineLaunch, note: str) -> EngineCommand:
    argv = [sys.executable, "-m", "blacklight_devstack.engine"]
    argv += ["--port", str(launch.port), "--db", str(launch.db)]
    argv += ["--poll-interval", str(launch.poll_interval.total_seconds())]
    if launch.retry_interval is not None:
        argv += ["--retry-interval", str(launch.retry_interval.total_seconds())]
    for url in launch.sdk_urls:
        argv += ["--sdk-url", url]
    return EngineCommand(
        kind=EngineSetting.LOCAL, argv=tuple(argv), base_url=_base_url(launch), note=note
    )


def _whole_seconds(interval: timedelta) -> int:
    """The dev server takes whole seconds, one at least."""
    return max(1, math.ceil(interval.total_seconds()))


def _base_url(launch: EngineLaunch) -> str:
    return f"http://127.0.0.1:{launch.port}"
