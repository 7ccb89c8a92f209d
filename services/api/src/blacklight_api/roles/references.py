"""Roles as clients name them, by id or by name."""

from __future__ import annotations

from collections.abc import Sequence

from blacklight_shared.models import GlobalRole, RoleStatus
from blacklight_shared.roles import RoleRef, canonical_role_id, ensure_roles, find_roles
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.problems import Unprocessable
from blacklight_api.schemas import MAX_ROW_ID


async def resolve_role_references(
    session: AsyncSession, references: Sequence[int | str], *, field: str
) -> list[int]:
    """The ids that ids and names stand for, in order and each once.

    A name is looked up exactly, then as an alias; one that is not known becomes a new role,
    pending review. Roles that were merged answer as what they were merged into.

    Args:
        session: Any session; roles belong to nobody.
        references: Ids and names.
        field: The field that held them, for the error.

    Raises:
        Unprocessable: An id does not exist, a name holds no letter or digit, or the role was
            rejected; the error names the element.
    """
    by_id = await _roles_by_id(
        session, [ref for ref in references if isinstance(ref, int) and ref <= MAX_ROW_ID]
    )
    names = [ref for ref in references if isinstance(ref, str)]
    await ensure_roles(session, names)
    by_name = await find_roles(session, names)
    found: list[int] = []
    for position, reference in enumerate(references):
        role = by_id.get(reference) if isinstance(reference, int) else by_name.get(reference)
        found.append(_usable(role, f"{field}.{position}"))
    return list(dict.fromkeys(found))


async def resolve_role_id(session: AsyncSession, role_id: int, *, field: str) -> int:
    """The id that an id stands for: its own, or that of the role it was merged into.

    Args:
        session: Any session; roles belong to nobody.
        role_id: The id.
        field: The field that held it, for the error.

    Raises:
        Unprocessable: There is no such role, or it was rejected.
    """
    return _usable((await _roles_by_id(session, [role_id])).get(role_id), field)


async def _roles_by_id(session: AsyncSession, role_ids: Sequence[int]) -> dict[int, RoleRef]:
    if not role_ids:
        return {}
    named = select(GlobalRole.id, canonical_role_id().label("canonical_id")).where(
        GlobalRole.id.in_(role_ids)
    )
    wanted = named.subquery()
    rows = await session.execute(
        select(wanted.c.id, GlobalRole.id.label("canonical_id"), GlobalRole.status).join(
            GlobalRole, GlobalRole.id == wanted.c.canonical_id
        )
    )
    return {row.id: RoleRef(row.canonical_id, RoleStatus(row.status)) for row in rows}


def _usable(role: RoleRef | None, field: str) -> int:
    if role is None:
        raise Unprocessable(field, "Give the id of a role, or a name with letters or digits.")
    if role.status is RoleStatus.REJECTED:
        raise Unprocessable(field, "This role was rejected; name another one.")
    return role.id
