"""The audit log: who did what to which object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.api_keys.queries import names_of_keys
from blacklight_api.audit import queries
from blacklight_api.audit.queries import AuditFilter
from blacklight_api.audit.schemas import AuditEntryShown
from blacklight_api.auth.principal import ActorType
from blacklight_api.auth.scopes import Scope
from blacklight_api.pagination import IdKey, RequestedPage
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import portal_router
from blacklight_api.schemas import SearchText
from blacklight_api.users.queries import names_of_users
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/audit")

Reader = Annotated[TenantWork, tenant_work(Scope.AUDIT_READ)]

OBJECT_PAGES = {
    "candidate": "/candidates/",
    "invitation": "/invitations/",
    "job": "/jobs/",
    "mail": "/mails/",
    "user": "/settings/people/",
}
"""Where the page of an object is."""
_DOERS = {
    ActorType.CANDIDATE: "The candidate",
    ActorType.WORKFLOW: "The system",
    ActorType.OPERATOR: "The operators",
}


@router.get("")
async def show_audit_log(
    request: Request,
    work: Reader,
    requested: RequestedPage,
    entity_type: SearchText | None = None,
    entity_id: SearchText | None = None,
    action: SearchText | None = None,
    actor_id: SearchText | None = None,
) -> Response:
    """The entries, with their filters."""
    wanted = AuditFilter(entity_type, entity_id, action, actor_id)
    rows = await queries.list_entries(
        work.session, wanted, after=requested.after(IdKey), limit=requested.limit + 1
    )
    found = requested.page(
        rows, item=AuditEntryShown.model_validate, key=lambda row: IdKey(id=row.id)
    )
    return page(
        request,
        "audit.html",
        entries=found.items,
        next_cursor=found.next_cursor,
        doers=await _doers(work, found.items),
        pages=OBJECT_PAGES,
        wanted=wanted,
    )


async def _doers(work: TenantWork, entries: Sequence[AuditEntryShown]) -> dict[int, str]:
    """Who did it, in words, by the id of the entry."""
    people = await names_of_users(work.session, _ids(entries, ActorType.USER))
    keys = await names_of_keys(work.session, _ids(entries, ActorType.API_KEY))
    return {entry.id: _doer(entry, people, keys) for entry in entries}


def _doer(entry: AuditEntryShown, people: dict[int, str], keys: dict[int, str]) -> str:
    number = _number(entry.actor_id)
    if entry.actor_type == ActorType.USER:
        return people.get(number, "Somebody who is gone")
    if entry.actor_type == ActorType.API_KEY:
        return f"Key “{keys.get(number, 'gone')}”"
    return next((words for kind, words in _DOERS.items() if kind == entry.actor_type), "Somebody")


def _ids(entries: Sequence[AuditEntryShown], actor_type: ActorType) -> set[int]:
    return {_number(entry.actor_id) for entry in entries if entry.actor_type == actor_type}


def _number(actor_id: str | None) -> int:
    """The id of a row; 0, which no row has, for a doer that is none."""
    return int(actor_id) if actor_id is not None and actor_id.isdecimal() else 0
