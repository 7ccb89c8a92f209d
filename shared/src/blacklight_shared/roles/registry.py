"""Roles in the database: names to ids, new roles, learned names.

A title is resolved by its normal form, exactly or as an alias; a role that was merged answers as
the one it was merged into. All of it works on sets, in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from blacklight_shared.events import MAX_ROLES_PER_EVENT, RolesCreated
from blacklight_shared.models import AliasSource, GlobalRole, RoleAlias, RoleStatus
from blacklight_shared.outbox import add_events
from blacklight_shared.roles.titles import display_name, normalise_title
from blacklight_shared.telemetry import current_trace


@dataclass(frozen=True, slots=True)
class RoleRef:
    """A role after merges were followed.

    Attributes:
        id: The role; never one that was merged away.
        status: Where it stands; a rejected role is known but matches nothing.
    """

    id: int
    status: RoleStatus


def canonical_role_id() -> ColumnElement[int]:
    """The role that a row of ``global_roles`` stands for: itself, or what it was merged into.

    Merging keeps ``merged_into_id`` one step long (see ``merges``), so no recursion is needed.
    """
    return func.coalesce(GlobalRole.merged_into_id, GlobalRole.id)


async def resolve_titles(session: AsyncSession, titles: Collection[str]) -> dict[str, int]:
    """Find the roles that titles name, in one query.

    Args:
        session: Any session; roles belong to nobody.
        titles: As people wrote them.

    Returns:
        Role ids by title; titles that name no role are left out.
    """
    return {title: role.id for title, role in (await find_roles(session, titles)).items()}


async def find_roles(session: AsyncSession, titles: Collection[str]) -> dict[str, RoleRef]:
    """As ``resolve_titles``, with the status of each role."""
    normal_forms = {title: normalise_title(title) for title in titles}
    wanted = sorted({form for form in normal_forms.values() if form})
    if not wanted:
        return {}
    rows = await session.execute(_FIND_ROLES, {"normal_forms": wanted})
    found = {
        row.normal_form: RoleRef(id=row.role_id, status=RoleStatus(row.status)) for row in rows
    }
    return {title: found[form] for title, form in normal_forms.items() if form in found}


# An exact name goes before an alias, whoever learned it.
_FIND_ROLES = text(
    """
    SELECT wanted.normal_form, canonical.id AS role_id, canonical.status
    FROM unnest(:normal_forms) AS wanted (normal_form)
    LEFT JOIN global_roles AS named ON named.normalized_name = wanted.normal_form
    LEFT JOIN role_aliases AS alias ON alias.normalized_alias = wanted.normal_form
    JOIN global_roles AS role ON role.id = COALESCE(named.id, alias.role_id)
    JOIN global_roles AS canonical ON canonical.id = COALESCE(role.merged_into_id, role.id)
    """
).bindparams(bindparam("normal_forms", type_=ARRAY(Text)))


async def ensure_roles(session: AsyncSession, titles: Collection[str]) -> dict[str, int]:
    """Find the roles that titles name, and make one, pending review, where there is none.

    New roles are announced with ``role/created``, in the same transaction. Safe against others who
    make the same roles at the same time: one of them wins, and all get its id.

    Args:
        session: Any session; roles belong to nobody.
        titles: As people wrote them.

    Returns:
        Role ids by title; only titles without any letter or digit are left out.
    """
    found = await resolve_titles(session, titles)
    missing = {normalise_title(title) for title in titles if title not in found} - {""}
    if not missing:
        return found
    rows = [
        {"name": display_name(normal_form), "normalized_name": normal_form}
        # Sorted, so that transactions which make the same roles lock them in the same order.
        for normal_form in sorted(missing)
    ]
    created = await session.scalars(
        insert(GlobalRole)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["normalized_name"])
        .returning(GlobalRole.id)
    )
    await _announce(session, sorted(created))
    return await resolve_titles(session, titles)


async def _announce(session: AsyncSession, role_ids: Sequence[int]) -> None:
    """Have reviewers told what the new roles resemble."""
    events = [
        RolesCreated(role_ids=list(role_ids[start : start + MAX_ROLES_PER_EVENT]))
        for start in range(0, len(role_ids), MAX_ROLES_PER_EVENT)
    ]
    tenant_id = await session.scalar(select(func.current_tenant_id()))
    await add_events(session, events, tenant_id=tenant_id, trace_context=current_trace())


async def learn_aliases(
    session: AsyncSession,
    role_ids: Mapping[str, int],
    *,
    source: AliasSource = AliasSource.LEARNED,
) -> int:
    """Remember names of roles; a name that is known already keeps its role.

    Args:
        session: Any session; roles belong to nobody.
        role_ids: Role ids by title, as people wrote it.
        source: Who says so.

    Returns:
        How many names were new.
    """
    by_normal_form = {
        normal_form: {
            "role_id": role_id,
            "alias": title,
            "normalized_alias": normal_form,
            "source": source,
        }
        for title, role_id in role_ids.items()
        if (normal_form := normalise_title(title))
    }
    if not by_normal_form:
        return 0
    learned = await session.scalars(
        insert(RoleAlias)
        .values([by_normal_form[normal_form] for normal_form in sorted(by_normal_form)])
        .on_conflict_do_nothing(index_elements=["normalized_alias"])
        .returning(RoleAlias.id)
    )
    return len(learned.all())
