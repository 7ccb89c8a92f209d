"""What can be done about work in the background."""

from __future__ import annotations

import uuid

from blacklight_shared.outbox import revive_dead

from blacklight_api.audit.service import record_each
from blacklight_api.problems import NotFound
from blacklight_api.runs import queries
from blacklight_api.work import TenantWork


async def send_again(work: TenantWork, event_id: uuid.UUID | None = None) -> int:
    """Have events sent that the engine did not take; under their ids, so that none runs twice.

    Args:
        work: Who asks for it, and where.
        event_id: The only event that is meant; None: all of the tenant's.

    Returns:
        How many are on their way now; an event that was sent already is none.

    Raises:
        NotFound: The tenant has no such event.
    """
    revived = await revive_dead(work.session, event_id)
    if not revived and event_id and not await queries.has_event(work.session, event_id):
        raise NotFound("event")
    by_name: dict[str, list[str]] = {}
    for revived_id, name in revived:
        by_name.setdefault(name, []).append(str(revived_id))
    for name, ids in by_name.items():
        await record_each(work, "event.sent_again", ids, {"name": name})
    return len(revived)
