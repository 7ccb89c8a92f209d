"""How tests and the demo reach into an emulated mail provider: mails, lost logs, faults, calls."""

from __future__ import annotations

import ssl
from datetime import datetime
from http import HTTPStatus

import httpx
from fastapi import APIRouter, Request

from blacklight_devstack.emulators.accounts import Accounts
from blacklight_devstack.emulators.faults import FaultOrder, Faults


def control_router(accounts: Accounts, faults: Faults) -> APIRouter:
    """The paths below ``/control`` that ``MailboxControl`` uses."""
    router = APIRouter(prefix="/control")

    @router.post("/mailboxes/{address}/mails", status_code=HTTPStatus.NO_CONTENT)
    async def deliver(address: str, request: Request, received_at: datetime | None = None) -> None:
        accounts.deliver(address, await request.body(), received_at)

    @router.delete("/mailboxes/{address}/changes", status_code=HTTPStatus.NO_CONTENT)
    def forget_changes(address: str) -> None:
        accounts.mailbox(address).forget_changes()

    @router.delete("/mailboxes/{address}/tokens", status_code=HTTPStatus.NO_CONTENT)
    def withdraw_tokens(address: str) -> None:
        accounts.withdraw_tokens(address)

    @router.post("/faults", status_code=HTTPStatus.NO_CONTENT)
    def order_fault(order: FaultOrder) -> None:
        faults.orders.append(order)

    @router.delete("/faults", status_code=HTTPStatus.NO_CONTENT)
    def clear() -> None:
        faults.clear()

    @router.get("/calls")
    def calls() -> dict[str, int]:
        return dict(faults.calls)

    return router


class MailboxControl:
    """Talks to the control paths of a running emulator.

    Args:
        url: The emulator's base URL.
        ca_file: The authority that signed its certificate, where it has one.
    """

    def __init__(self, url: str, ca_file: str | None = None) -> None:
        self._http = httpx.Client(
            base_url=url, timeout=10, trust_env=False, verify=_verification(ca_file)
        )

    def deliver(self, address: str, raw: bytes, received_at: datetime | None = None) -> None:
        """Let a mail arrive, now unless it is said when."""
        parameters = {} if received_at is None else {"received_at": received_at.isoformat()}
        path = f"/control/mailboxes/{address}/mails"
        self._http.post(path, content=raw, params=parameters).raise_for_status()

    def forget_changes(self, address: str) -> None:
        """Make every cursor of a mailbox useless."""
        self._http.delete(f"/control/mailboxes/{address}/changes").raise_for_status()

    def withdraw_tokens(self, address: str) -> None:
        """Let no access token of a mailbox be good any more."""
        self._http.delete(f"/control/mailboxes/{address}/tokens").raise_for_status()

    def order(self, order: FaultOrder) -> None:
        """Make calls go wrong."""
        self._http.post("/control/faults", json=order.model_dump(mode="json")).raise_for_status()

    def clear_faults(self) -> None:
        """Let everything go well again, and forget the calls."""
        self._http.delete("/control/faults").raise_for_status()

    def calls(self) -> dict[str, int]:
        """How often each operation was called."""
        counted: dict[str, int] = self._http.get("/control/calls").raise_for_status().json()
        return counted

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


def _verification(ca_file: str | None) -> ssl.SSLContext | bool:
    return True if ca_file is None else ssl.create_default_context(cafile=ca_file)
