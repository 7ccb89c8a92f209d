"""Every kind of mail by the event that asks for it."""

from __future__ import annotations

from typing import Any

from blacklight_shared.events import Event
from blacklight_shared.workflows import NonRetriableError, parse_event

from blacklight_notifications.kinds.decisions import APPROVAL, HR_NOTIFICATION, REJECTION
from blacklight_notifications.kinds.invitations import INVITATION, REMINDER
from blacklight_notifications.kinds.kind import Kind
from blacklight_notifications.kinds.office import (
    DAILY_STATS,
    INTEGRATION_ALERT,
    MAIL_SERVER_TEST,
)
from blacklight_notifications.kinds.passwords import PASSWORD_RESET

KINDS: dict[str, Kind[Any]] = {
    kind.event.name: kind
    for kind in (
        APPROVAL,
        DAILY_STATS,
        HR_NOTIFICATION,
        INTEGRATION_ALERT,
        INVITATION,
        MAIL_SERVER_TEST,
        PASSWORD_RESET,
        REJECTION,
        REMINDER,
    )
}


def kind_of(event: Event) -> Kind[Any]:
    """The kind of mail that an event asks for."""
    return KINDS[event.name]


def stored_event(name: str, data: dict[str, Any]) -> Event:
    """The event that an entry of the mail log keeps.

    Raises:
        NonRetriableError: An event of that name asks for no mail, or the data has another shape.
    """
    if name not in KINDS:
        raise NonRetriableError(f"event {name!r} asks for no mail")
    event: Event = parse_event(KINDS[name].event, data)
    return event
