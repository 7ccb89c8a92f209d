"""What operators watch: a growing age means the engine is away, a dead event wants a person."""

from prometheus_client import Counter, Gauge

OUTBOX_SENT = Counter("blacklight_outbox_sent", "Events handed to the engine by this process")
OUTBOX_REFUSED = Counter("blacklight_outbox_refused", "Times the engine refused an event")
OUTBOX_PENDING = Gauge("blacklight_outbox_pending", "Events waiting to be sent")
OUTBOX_DEAD = Gauge("blacklight_outbox_dead", "Events set aside after too many refusals")
OUTBOX_OLDEST_SECONDS = Gauge(
    "blacklight_outbox_oldest_seconds", "Age of the oldest event waiting, in seconds"
)
