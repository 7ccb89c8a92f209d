"""The roles that every installation starts with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.models import AliasSource, GlobalRole, RoleStatus
from blacklight_shared.roles.registry import learn_aliases, resolve_titles
from blacklight_shared.roles.titles import normalise_title

SEED_FILE = "seed_roles.toml"


@dataclass(frozen=True, slots=True)
class SeedRole:
    """A role of the seed file.

    Attributes:
        name: As people write it.
        aliases: Other names, as people write them.
        field: Broad field of work.
    """

    name: str
    aliases: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What seeding changed; all zeros when everything was there."""

    roles_added: int
    aliases_added: int


@cache
def builtin_roles() -> tuple[SeedRole, ...]:
    """The roles of the seed file, read once per process."""
    return tuple(_read_seed_file())


async def seed_roles(session: AsyncSession) -> SeedResult:
    """Bring the built-in roles and their aliases into the database; safe to repeat.

    What people decided stays: a role that was rejected or merged is left as it is, and an alias
    that belongs to another role stays there. A role that is still pending review becomes approved.

    Args:
        session: Any session; roles belong to nobody.
    """
    rows = sorted(
        (
            {
                "name": role.name,
                "normalized_name": normalise_title(role.name),
                "status": RoleStatus.APPROVED,
            }
            for role in builtin_roles()
        ),
        key=lambda row: row["normalized_name"],
    )
    statement = insert(GlobalRole).values(rows)
    changed = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=["normalized_name"],
            set_={"name": statement.excluded.name, "status": statement.excluded.status},
            where=GlobalRole.status == RoleStatus.PENDING_REVIEW,
        ).returning(GlobalRole.id)
    )
    roles_added = len(changed.all())
    return SeedResult(roles_added=roles_added, aliases_added=await _seed_aliases(session))


async def _seed_aliases(session: AsyncSession) -> int:
    role_ids = await resolve_titles(session, [role.name for role in builtin_roles()])
    return await learn_aliases(
        session,
        {alias: role_ids[role.name] for role in builtin_roles() for alias in role.aliases},
        source=AliasSource.SEED,
    )


def _read_seed_file() -> Iterator[SeedRole]:
    content = (files(__package__) / SEED_FILE).read_text("utf-8")
    for field, roles in tomllib.loads(content).items():
        for name, aliases in roles.items():
            yield SeedRole(name=name, aliases=tuple(aliases), field=field)
