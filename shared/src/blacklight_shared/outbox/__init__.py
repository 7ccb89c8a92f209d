"""The outbox: events are written with the change they announce and relayed afterwards."""

from blacklight_shared.outbox.delivery import EventApi
from blacklight_shared.outbox.relay import OutboxRelay
from blacklight_shared.outbox.resending import resend_dead, resend_since, revive_dead
from blacklight_shared.outbox.writer import add_events

__all__ = ["EventApi", "OutboxRelay", "add_events", "resend_dead", "resend_since", "revive_dead"]
