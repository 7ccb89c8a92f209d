"""Making one role part of another.

The merge itself is one row: whoever follows ``merged_into_id`` sees it at once, however many
postings and candidates have the role. What belongs to all tenants (aliases, the scrapers' queue)
moves in the same transaction; postings and candidates are moved and matched again by a worker, in
chunks, because they belong to tenants.
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger

from blacklight_shared.models import (
    AliasSource,
    GlobalRole,
    RoleAlias,
    RoleStatus,
    RoleSuggestion,
)
from blacklight_shared.roles.registry import canonical_role_id

_MERGE_LOCK_KEY = 7_140_232


class RoleMergeError(ValueError):
    """Two roles cannot be merged; the message says why."""


async def merge_roles(
    session: AsyncSession,
    *,
    source_id: int,
    target_id: int,
    said_by: AliasSource = AliasSource.LEARNED,
) -> int:
    """Make one role part of another; everything that names the first then means the second.

    The name of the role that goes becomes an alias of the one that stays.

    Args:
        session: Any session of the application; roles belong to nobody. The caller owes
            ``role/reviewed`` in the same transaction.
        source_id: The role that goes.
        target_id: The role that stays; if that was itself merged, what it was merged into.
        said_by: Who says that the first is another name of the second.

    Returns:
        The id of the role that stays.

    Raises:
        RoleMergeError: A role does not exist, both are one, the first was merged before, or the
            second was rejected.
    """
    # One merge at a time: two that meet could leave a chain of two steps.
    await session.execute(select(func.pg_advisory_xact_lock(_MERGE_LOCK_KEY)))
    canonical_id = await _checked_target(session, source_id, target_id)
    merged = await session.execute(
        update(GlobalRole)
        .where((GlobalRole.id == source_id) | (GlobalRole.merged_into_id == source_id))
        .values(status=RoleStatus.MERGED, merged_into_id=canonical_id)
        .returning(GlobalRole.id, GlobalRole.name, GlobalRole.normalized_name)
    )
    names = {row.id: row for row in merged}
    await _move_aliases(session, source_id, canonical_id)
    await session.execute(
        insert(RoleAlias)
        .values(
            role_id=canonical_id,
            alias=names[source_id].name,
            normalized_alias=names[source_id].normalized_name,
            source=said_by,
        )
        .on_conflict_do_nothing(index_elements=["normalized_alias"])
    )
    await session.execute(_MOVE_TARGETS, {"source_id": source_id, "target_id": canonical_id})
    await session.execute(_RAISE_PRIORITIES, {"source_id": source_id, "target_id": canonical_id})
    await forget_suggestions(session, source_id)
    return canonical_id


async def forget_suggestions(session: AsyncSession, role_id: int) -> None:
    """Drop what was suggested for a role, and the role where it was suggested."""
    await session.execute(
        delete(RoleSuggestion).where(
            or_(RoleSuggestion.role_id == role_id, RoleSuggestion.suggested_role_id == role_id)
        )
    )


async def _checked_target(session: AsyncSession, source_id: int, target_id: int) -> int:
    rows = await session.execute(
        select(GlobalRole.id, GlobalRole.status, canonical_role_id().label("canonical_id"))
        .where(GlobalRole.id.in_((source_id, target_id)))
        .order_by(GlobalRole.id)
        # Not the strongest lock: new postings and candidates may refer to the roles meanwhile.
        .with_for_update(key_share=True)
    )
    roles = {row.id: row for row in rows}
    if absent := {source_id, target_id} - roles.keys():
        raise RoleMergeError(f"role {min(absent)} does not exist")
    canonical_id: int = roles[target_id].canonical_id
    if roles[source_id].status == RoleStatus.MERGED:
        raise RoleMergeError(f"role {source_id} was merged before")
    if source_id == canonical_id:
        raise RoleMergeError(f"role {source_id} cannot be merged into itself")
    status = await session.scalar(select(GlobalRole.status).where(GlobalRole.id == canonical_id))
    if status == RoleStatus.REJECTED:
        raise RoleMergeError(f"role {canonical_id} was rejected")
    return canonical_id


async def _move_aliases(session: AsyncSession, source_id: int, target_id: int) -> None:
    await session.execute(
        update(RoleAlias).where(RoleAlias.role_id == source_id).values(role_id=target_id)
    )


_IDS = (bindparam("source_id", type_=BigInteger), bindparam("target_id", type_=BigInteger))

_MOVE_TARGETS = text(
    """
    UPDATE scrape_targets AS moved SET role_id = :target_id, updated_at = now()
    WHERE moved.role_id = :source_id AND NOT EXISTS (
      SELECT FROM scrape_targets AS present
      WHERE present.role_id = :target_id AND present.location = moved.location
    )
    """
).bindparams(*_IDS)

# A location that both were queued for: the one that stays takes the higher priority. The other row
# is kept for the sessions that refer to it; nobody claims targets of a merged role.
_RAISE_PRIORITIES = text(
    """
    UPDATE scrape_targets AS present
    SET priority = GREATEST(present.priority, doubled.priority), updated_at = now()
    FROM scrape_targets AS doubled
    WHERE present.role_id = :target_id AND doubled.role_id = :source_id
      AND doubled.location = present.location
    """
).bindparams(*_IDS)
