"""The services of the workspace, as the stack runs them: one table, one way to start each."""

import asyncio
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from blacklight_devstack.ports import LOOPBACK
from blacklight_devstack.processes import ProcessError, ProcessSpec

_REGISTRATION_ATTEMPTS = 60
_CALL_TIMEOUT_SECONDS = 10.0
_RETRY_SECONDS = 0.5


@dataclass(frozen=True)
class Service:
    """A service: its name in the stack, and the module that has its `create_app`."""

    name: str
    module: str

    @property
    def is_installed(self) -> bool:
        """Whether this workspace has the service."""
        package = self.module.split(".", 1)[0]
        return (
            importlib.util.find_spec(package) is not None
            and importlib.util.find_spec(self.module) is not None
        )

    def copies(self, count: int, port: int, environment: Mapping[str, str]) -> list[ProcessSpec]:
        """The processes `NAME`, `NAME-2`, … that share the work.

        Args:
            count: How many, one at least.
            port: The loopback port that all of them listen on.
            environment: What the service reads its settings from.

        Raises:
            ValueError: The count is not positive.
        """
        if count < 1:
            raise ValueError(f"{self.name}: {count} copies; at least 1 is needed")
        return [
            ProcessSpec(
                self.name if number == 1 else f"{self.name}-{number}",
                [
                    *(sys.executable, "-m", "blacklight_devstack.serve"),
                    *(f"{self.module}:create_app", "--port", str(port)),
                ],
                environment,
                health_url=f"http://{LOOPBACK}:{port}/readyz",
                port=port,
            )
            for number in range(1, count + 1)
        ]


GATEWAY = Service("gateway", "blacklight_api.app")
NOTIFICATIONS = Service("notifications", "blacklight_notifications.app")
EMAIL_SYNC = Service("email-sync", "blacklight_email_sync.app")
REGISTRATION = Service("registration", "blacklight_registration.app")
WORKERS = (Service("matching", "blacklight_matching.app"), NOTIFICATIONS, EMAIL_SYNC, REGISTRATION)


def serve_url(port: int) -> str:
    """Where the engine calls the worker on a port."""
    return f"http://{LOOPBACK}:{port}/api/inngest"


async def register(port: int) -> None:
    """Make the worker on a port tell the engine of its functions, now.

    An event that arrives before the engine knows the function starts no run, and the engine itself
    only looks from time to time.

    Raises:
        ProcessError: The engine does not take the registration, asked sixty times.
    """
    async with httpx.AsyncClient(trust_env=False, timeout=_CALL_TIMEOUT_SECONDS) as client:
        for _ in range(_REGISTRATION_ATTEMPTS):
            answer = await _ask_to_register(client, serve_url(port))
            if answer is None:
                return
            await asyncio.sleep(_RETRY_SECONDS)
    raise ProcessError(f"the engine does not register {serve_url(port)}: {answer}")


async def _ask_to_register(client: httpx.AsyncClient, url: str) -> str | None:
    """None if done, else what went wrong."""
    try:
        response = await client.put(url)
    except httpx.TransportError as error:
        return repr(error)
    return None if response.is_success else response.text
