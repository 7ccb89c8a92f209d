"""What a kind of mail is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from blacklight_shared.events import Event
from blacklight_shared.models import MailTemplate, PortalUser
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.deps import NotificationDeps

EventT_contra = TypeVar("EventT_contra", bound=Event, contravariant=True)
EventT = TypeVar("EventT", bound=Event)


class PointlessMailError(Exception):
    """The mail would say what is no longer true.

    Args:
        reason: Why, for the log; without personal data.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Compose(Protocol[EventT_contra]):
    """Finds out what a mail says."""

    async def __call__(
        self,
        session: AsyncSession,
        event: EventT_contra,
        reader: PortalUser | None,
        deps: NotificationDeps,
    ) -> object:
        """What the templates know as ``mail``.

        Args:
            session: A session of the tenant.
            event: What asked for the mail.
            reader: The portal user who gets it; None when it goes to ``to_email`` of the event.
            deps: What the worker has.

        Raises:
            PointlessMailError: It need not be sent any more.
        """


class BusinessKey(Protocol[EventT_contra]):
    """Tells mails of one kind to one recipient apart."""

    def __call__(self, event: EventT_contra, asked_on: date, /) -> str:
        """The key of the mail that the event asks for.

        Args:
            event: What asks.
            asked_on: The day (UTC) when it was sent; for what may happen again on another day.
        """


@dataclass(frozen=True, slots=True)
class Kind(Generic[EventT]):
    """A kind of mail.

    Attributes:
        template: Its templates, and its name in the log.
        event: What asks for it.
        business_key: What makes it one mail for each recipient.
        compose: Finds out what it says.
        can_unsubscribe: Whether its recipient may stop it by a click.
    """

    template: MailTemplate
    event: type[EventT]
    business_key: BusinessKey[EventT]
    compose: Compose[EventT]
    can_unsubscribe: bool = False
