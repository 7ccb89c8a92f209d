"""What can be done with roles."""

from __future__ import annotations

from blacklight_shared.models import GlobalRole
from blacklight_shared.roles import ensure_roles, resolve_titles

from blacklight_api.audit.service import record
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import NotFound, Unprocessable
from blacklight_api.roles import queries
from blacklight_api.roles.queries import RoleFilter
from blacklight_api.roles.schemas import RoleAliasShown, RoleProposal, RoleShown
from blacklight_api.work import Work


async def propose(work: Work, wanted: RoleProposal) -> tuple[GlobalRole, bool]:
    """The role that a name means; a new one, pending review, when none is known.

    Returns:
        The role, and whether it is new.

    Raises:
        Unprocessable: The name holds no letter or digit.
    """
    known = await resolve_titles(work.session, [wanted.name])
    ids = known or await ensure_roles(work.session, [wanted.name])
    if wanted.name not in ids:
        raise Unprocessable("name", "Give a name with letters or digits.")
    role = await find(work, ids[wanted.name])
    if not known:
        await record(work, "role.proposed", role.id, details={"name": role.name})
    return role, not known


async def find(work: Work, role_id: int, *, lock: bool = False) -> GlobalRole:
    """The role.

    Raises:
        NotFound: There is none.
    """
    role = await queries.find_role(work.session, role_id, lock=lock)
    if role is None:
        raise NotFound("role")
    return role


async def page(work: Work, wanted: RoleFilter, requested: PageRequest) -> Page[RoleShown]:
    """One page of roles, the newest first."""
    rows = await queries.list_roles(
        work.session, wanted, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=RoleShown.model_validate, key=lambda row: IdKey(id=row.id))


async def alias_page(work: Work, role_id: int, requested: PageRequest) -> Page[RoleAliasShown]:
    """One page of a role's other names, the newest first.

    Raises:
        NotFound: There is no such role.
    """
    await find(work, role_id)
    rows = await queries.list_aliases(
        work.session, role_id, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(
        rows, item=RoleAliasShown.model_validate, key=lambda row: IdKey(id=row.id)
    )
