"""What the engine can be told on its command line."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from blacklight_devstack.ports import LOOPBACK


@dataclass(frozen=True, kw_only=True)
class EngineOptions:
    """Settings of one engine process.

    Args:
        db: The SQLite file; created when missing.
        port: TCP port.
        host: The address it listens on.
        names: Under which it is called, besides those of loopback.
        sdk_urls: Serve URLs that are synced at the start and then by polling.
        poll_interval: Time between two syncs of an app.
        retry_interval: Fixed time between two attempts; None means the documented backoff.
        tick: How soon work that is held back is looked at again.
        longest_pause: How long a worker that cannot be reached is left alone at most.
        signing_key: Turns on production mode: signed calls, authenticated syncs and reads.
        event_key: When set, events are only taken under this key.
    """

    db: Path
    port: int = 8288
    host: str = LOOPBACK
    names: tuple[str, ...] = ()
    sdk_urls: tuple[str, ...] = ()
    poll_interval: timedelta = timedelta(seconds=5)
    retry_interval: timedelta | None = None
    tick: timedelta = timedelta(milliseconds=150)
    longest_pause: timedelta = timedelta(seconds=2)
    signing_key: str | None = None
    event_key: str | None = None

    @property
    def server_kind(self) -> str:
        """The protocol's name for the mode: ``cloud`` when calls are signed, else ``dev``."""
        return "cloud" if self.signing_key else "dev"
