"""Writing the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blacklight_shared.models import AuditEntry

from blacklight_api.work import Work


async def record(
    work: Work,
    action: str,
    entity_id: int | str,
    *,
    fields: Iterable[str] = (),
    details: Mapping[str, Any] | None = None,
) -> None:
    """Enter what the caller did, in the transaction that does it.

    Args:
        work: Who does it, and where.
        action: ``entity.verb``, such as ``"candidate.created"``.
        entity_id: Which object.
        fields: Names of the changed fields; their values may be personal data and stay out.
        details: Values that are not personal data, such as a status.
    """
    changes: dict[str, Any] = dict(details or {})
    if changed := sorted(fields):
        changes["fields"] = changed
    await record_each(work, action, [entity_id], changes)


async def record_each(
    work: Work, action: str, entity_ids: Iterable[int | str], details: Mapping[str, Any]
) -> None:
    """Enter that the caller did the same to several objects; see ``record``."""
    work.session.add_all(
        [
            AuditEntry(
                tenant_id=work.tenant_id,
                actor_type=work.principal.actor.type,
                actor_id=work.principal.actor.id,
                action=action,
                entity_type=action.partition(".")[0],
                entity_id=str(entity_id),
                changes=dict(details),
                request_id=work.request_id,
            )
            for entity_id in entity_ids
        ]
    )
    await work.session.flush()
