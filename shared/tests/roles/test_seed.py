import asyncio
import subprocess
import sys

from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database
from blacklight_shared.models import GlobalRole, RoleStatus
from blacklight_shared.roles import (
    SeedResult,
    builtin_roles,
    ensure_roles,
    normalise_title,
    resolve_titles,
    seed_roles,
)
from sqlalchemy import select, update

FIELDS = {
    "software",
    "data",
    "engineering",
    "healthcare",
    "finance",
    "trades",
    "sales",
    "human_resources",
    "logistics",
    "hospitality",
    "education",
    "administration",
}


class TestBuiltinRoles:
    def test_are_many_in_every_field(self) -> None:
        assert len(builtin_roles()) >= 350
        assert {role.field for role in builtin_roles()} >= FIELDS

    def test_every_name_means_one_role(self) -> None:
        owners: dict[str, str] = {}
        for role in builtin_roles():
            for name in (role.name, *role.aliases):
                assert owners.setdefault(normalise_title(name), name) == name

    def test_no_name_is_empty(self) -> None:
        names = [name for role in builtin_roles() for name in (role.name, *role.aliases)]
        assert [name for name in names if not normalise_title(name)] == []


class TestSeedRoles:
    async def test_twice_is_once(self, db: Database) -> None:
        async with db.global_session() as session:
            first = await seed_roles(session)
        async with db.global_session() as session:
            second = await seed_roles(session)

        assert first.roles_added == len(builtin_roles())
        assert first.aliases_added == sum(len(role.aliases) for role in builtin_roles())
        assert second == SeedResult(roles_added=0, aliases_added=0)

    async def test_names_and_aliases_resolve(self, db: Database) -> None:
        async with db.global_session() as session:
            await seed_roles(session)
            found = await resolve_titles(session, ["RN", "Registered Nurse", "Senior Nurse"])

        assert len(found) == 3
        assert len(set(found.values())) == 1

    async def test_keeps_what_people_decided(self, db: Database) -> None:
        async with db.global_session() as session:
            role_ids = await ensure_roles(session, ["Welder", "Plumber"])
            await session.execute(
                update(GlobalRole)
                .where(GlobalRole.id == role_ids["Welder"])
                .values(status=RoleStatus.REJECTED)
            )
            await seed_roles(session)
            rows = await session.execute(
                select(GlobalRole.id, GlobalRole.status).where(GlobalRole.id.in_(role_ids.values()))
            )

        assert {row.id: row.status for row in rows} == {
            role_ids["Welder"]: RoleStatus.REJECTED,
            role_ids["Plumber"]: RoleStatus.APPROVED,
        }

    async def test_two_at_once_do_not_disturb_each_other(self, db: Database) -> None:
        async def seed() -> SeedResult:
            async with db.global_session() as session:
                return await seed_roles(session)

        results = await asyncio.gather(seed(), seed())

        assert sorted(result.roles_added for result in results) == [0, len(builtin_roles())]

    def test_command(self, database: DatabaseUrls) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "blacklight_shared.roles", "seed"],
            env=database.environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert f"{len(builtin_roles())} roles" in done.stdout
