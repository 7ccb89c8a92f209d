"""Apps: asking their SDKs to register, and taking the registration."""

import asyncio
import logging

from pydantic import ValidationError

from blacklight_devstack.engine.clock import Clock
from blacklight_devstack.engine.options import EngineOptions
from blacklight_devstack.engine.registration import FunctionConfig, SyncRequest
from blacklight_devstack.engine.registry import Function, Registry
from blacklight_devstack.engine.store import apps
from blacklight_devstack.engine.store.database import Database
from blacklight_devstack.engine.timers import Timers
from blacklight_devstack.engine.workers import Workers

_log = logging.getLogger(__name__)

_AWAY_POLL_S = 0.25


class Syncer:
    """Keeps the registry equal to what the apps serve."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        registry: Registry,
        workers: Workers,
        timers: Timers,
        options: EngineOptions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._registry = registry
        self._workers = workers
        self._timers = timers
        self._options = options

    def load(self) -> None:
        """Read the functions that were synced before the engine stopped."""
        known = []
        for app_id, config, archived in apps.list_functions(self._database):
            try:
                function = Function(app_id, FunctionConfig.model_validate_json(config))
            except ValidationError as error:
                _log.warning("a stored function of %s cannot be read: %s", app_id, error)
                continue
            known.append((function, archived))
        self._registry.replace_all(known)

    def register(self, request: SyncRequest) -> bool:
        """Take an app's registration; True when it differs from the last one."""
        self._workers.add(request.app_id, request.url)
        checksum = request.checksum()
        known = {app.id: app.checksum for app in apps.list_apps(self._database)}
        if known.get(request.app_id) == checksum:
            return False
        app = apps.App(request.app_id, request.url, request.sdk, checksum, self._clock.now_ms())
        configs = {
            function.id: function.model_dump_json(by_alias=True).encode()
            for function in request.functions
        }
        with self._database.transaction() as work:
            apps.save_app(work, app, configs)
        self.load()
        with self._database.transaction() as work:
            self._timers.plan_crons(work)
        _log.info("synced %s: %d functions at %s", app.id, len(configs), app.url)
        return True

    async def poll(self) -> None:
        """Ask every configured SDK to register, again and again, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for url in self._options.sdk_urls:
                group.create_task(self._poll(url))

    async def _poll(self, url: str) -> None:
        while True:
            reached = await self._workers.ask_to_sync(url)
            pause_s = self._options.poll_interval.total_seconds()
            await asyncio.sleep(pause_s if reached else min(pause_s, _AWAY_POLL_S))
