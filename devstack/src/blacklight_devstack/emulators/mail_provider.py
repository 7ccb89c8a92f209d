"""What an emulated mail provider keeps: accounts, consents and the faults that were ordered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fastapi import APIRouter, FastAPI

from blacklight_devstack.emulators.accounts import Accounts
from blacklight_devstack.emulators.consents import Consents, consents_router
from blacklight_devstack.emulators.control import control_router
from blacklight_devstack.emulators.faults import Faults


@dataclass(frozen=True, slots=True)
class MailProvider:
    """One provider; a test in the same process looks and reaches into it directly.

    Attributes:
        accounts: People, their mails and access tokens.
        consents: What they have allowed.
        faults: What goes wrong with the next calls.
    """

    accounts: Accounts
    consents: Consents
    faults: Faults

    @classmethod
    def empty(cls, consents_file: Path | None = None) -> Self:
        """A provider without any mail.

        Args:
            consents_file: Keeps consents, so that who was let in stays let in.
        """
        accounts = Accounts()
        return cls(accounts, Consents(accounts, consents_file), Faults())

    def app(self, title: str, *routers: APIRouter) -> FastAPI:
        """The provider as an ASGI app: its own routers, ``/control`` and ``/health``."""
        app = FastAPI(title=title, openapi_url=None)
        for router in (control_router(self.accounts, self.faults), consents_router(self.consents)):
            app.include_router(router)

        @app.get("/health")
        def health() -> dict[str, str]:
            return {"status": "ok"}

        for router in routers:
            app.include_router(router)
        return app
