import asyncio

from blacklight_shared.database import Database
from blacklight_shared.models import GlobalRole, OutboxEvent, RoleAlias, RoleStatus
from blacklight_shared.roles import (
    RoleRef,
    ensure_roles,
    find_roles,
    learn_aliases,
    resolve_titles,
)
from sqlalchemy import func, select, update


async def role_count(db: Database) -> int:
    async with db.global_session() as session:
        return await session.scalar(select(func.count()).select_from(GlobalRole)) or 0


class TestResolveTitles:
    async def test_resolves_exactly_or_by_alias(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Data Scientist", "Welder"])
            await learn_aliases(session, {"TIG Welder": roles["Welder"]})

            found = await resolve_titles(
                session, ["Sr. Data Scientist - Remote", "TIG Welders", "Astronaut", ""]
            )

        assert found == {
            "Sr. Data Scientist - Remote": roles["Data Scientist"],
            "TIG Welders": roles["Welder"],
        }

    async def test_exact_name_goes_before_alias(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Fitter"])
            await learn_aliases(session, {"Fitter": roles["Welder"]})

            assert await resolve_titles(session, ["Fitter"]) == {"Fitter": roles["Fitter"]}

    async def test_nothing_to_resolve(self, db: Database) -> None:
        async with db.global_session() as session:
            assert await resolve_titles(session, []) == {}
            assert await resolve_titles(session, ["--"]) == {}


class TestFindRoles:
    async def test_rejected_role_is_known_as_such(self, db: Database) -> None:
        async with db.global_session() as session:
            role_id = (await ensure_roles(session, ["Ninja"]))["Ninja"]
            await session.execute(update(GlobalRole).values(status=RoleStatus.REJECTED))

            assert await find_roles(session, ["Ninja"]) == {
                "Ninja": RoleRef(role_id, RoleStatus.REJECTED)
            }


class TestEnsureRoles:
    async def test_makes_roles_pending_review(self, db: Database) -> None:
        async with db.global_session() as session:
            await ensure_roles(session, ["Senior SQL Administrator (Remote)"])
            role = (await session.scalars(select(GlobalRole))).one()

        assert (role.name, role.normalized_name) == ("SQL Administrator", "sql administrator")
        assert role.status == RoleStatus.PENDING_REVIEW

    async def test_spellings_of_one_role_make_one(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Sr. Welders", "WELDER II"])

        assert len(set(roles.values())) == 1
        assert await role_count(db) == 1

    async def test_twice_is_once(self, db: Database) -> None:
        async with db.global_session() as session:
            first = await ensure_roles(session, ["Welder"])
        async with db.global_session() as session:
            assert await ensure_roles(session, ["Welder"]) == first

    async def test_two_workers_at_once_end_with_one_role(self, db: Database) -> None:
        titles = ["Welder", "Astronaut", "Baker", "Zookeeper"]

        async def ensure(order: list[str]) -> dict[str, int]:
            async with db.global_session() as session:
                return await ensure_roles(session, order)

        results = await asyncio.gather(
            *(ensure(titles if turn % 2 else titles[::-1]) for turn in range(6))
        )

        assert all(result == results[0] for result in results)
        assert await role_count(db) == len(titles)


class TestLearnAliases:
    async def test_known_name_keeps_its_role(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Fitter"])
            assert await learn_aliases(session, {"Torch Artist": roles["Welder"]}) == 1
            assert await learn_aliases(session, {"Torch Artist": roles["Fitter"]}) == 0

            assert await resolve_titles(session, ["Torch Artist"]) == {
                "Torch Artist": roles["Welder"]
            }

    async def test_two_spellings_of_one_name_are_learned_once(self, db: Database) -> None:
        async with db.global_session() as session:
            role_id = (await ensure_roles(session, ["Welder"]))["Welder"]
            assert (
                await learn_aliases(session, {"Torch Worker": role_id, "TORCH WORKERS": role_id})
                == 1
            )
            aliases = (await session.scalars(select(RoleAlias.normalized_alias))).all()

        assert aliases == ["torch worker"]


class TestNewRoles:
    async def test_are_announced_once_to_those_who_suggest(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Fitter"])
            await ensure_roles(session, ["Welder", "Fitter"])
        async with db.global_session() as session:
            event = (await session.scalars(select(OutboxEvent))).one()
        assert event.name == "role/created"
        assert event.data == {"role_ids": sorted(roles.values())}
