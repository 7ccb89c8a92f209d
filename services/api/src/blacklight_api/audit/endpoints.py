"""HTTP endpoint of the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from blacklight_api.audit import queries
from blacklight_api.audit.queries import AuditFilter
from blacklight_api.audit.schemas import AuditEntryShown
from blacklight_api.auth.scopes import Scope
from blacklight_api.pagination import IdKey, Page, RequestedPage
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import Line
from blacklight_api.work import Work, shared_work

router = gateway_router("/audit-log", "audit log")


@router.get("")
async def list_audit_entries(
    work: Annotated[Work, shared_work(Scope.AUDIT_READ)],
    requested: RequestedPage,
    entity_type: Annotated[Line | None, Query(examples=["candidate"])] = None,
    entity_id: Annotated[Line | None, Query()] = None,
    action: Annotated[Line | None, Query(examples=["candidate.approved"])] = None,
    actor_id: Annotated[Line | None, Query()] = None,
) -> Page[AuditEntryShown]:
    """List what was done, the newest first."""
    wanted = AuditFilter(entity_type, entity_id, action, actor_id)
    rows = await queries.list_entries(
        work.session, wanted, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(
        rows, item=AuditEntryShown.model_validate, key=lambda row: IdKey(id=row.id)
    )
