from __future__ import annotations

import pytest
from blacklight_shared.database import Database
from blacklight_shared.models import (
    AliasSource,
    GlobalRole,
    RoleAlias,
    RoleStatus,
    RoleSuggestion,
    ScrapeStatus,
    ScrapeTarget,
)
from blacklight_shared.roles import (
    RoleMergeError,
    ensure_roles,
    learn_aliases,
    merge_roles,
    resolve_titles,
)
from sqlalchemy import select, update


class TestMergeRoles:
    async def test_names_and_aliases_follow(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Torch Worker", "Metal Joiner Worker"])
            await learn_aliases(session, {"Torcher": roles["Torch Worker"]})
            await merge_roles(
                session, source_id=roles["Torch Worker"], target_id=roles["Metal Joiner Worker"]
            )
            stays = await merge_roles(
                session, source_id=roles["Metal Joiner Worker"], target_id=roles["Welder"]
            )

            found = await resolve_titles(session, [*roles, "Torcher"])

        assert stays == roles["Welder"]
        assert set(found.values()) == {roles["Welder"]}

    async def test_into_a_merged_role_goes_to_where_that_went(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Torch Worker", "Spark Worker"])
            await merge_roles(session, source_id=roles["Torch Worker"], target_id=roles["Welder"])
            stays = await merge_roles(
                session, source_id=roles["Spark Worker"], target_id=roles["Torch Worker"]
            )

        assert stays == roles["Welder"]

    async def test_refuses_what_cannot_be(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Torch Worker"])
            welder, torch = roles["Welder"], roles["Torch Worker"]
            with pytest.raises(RoleMergeError, match="into itself"):
                await merge_roles(session, source_id=welder, target_id=welder)
            with pytest.raises(RoleMergeError, match="does not exist"):
                await merge_roles(session, source_id=welder, target_id=torch + 1000)
            await merge_roles(session, source_id=torch, target_id=welder)
            with pytest.raises(RoleMergeError, match="into itself"):
                await merge_roles(session, source_id=welder, target_id=torch)
            with pytest.raises(RoleMergeError, match="merged before"):
                await merge_roles(session, source_id=torch, target_id=welder)

    async def test_refuses_a_role_that_was_rejected(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Ninja"])
            await session.execute(
                update(GlobalRole)
                .where(GlobalRole.id == roles["Ninja"])
                .values(status=RoleStatus.REJECTED)
            )
            with pytest.raises(RoleMergeError, match="was rejected"):
                await merge_roles(session, source_id=roles["Welder"], target_id=roles["Ninja"])

    async def test_names_become_aliases_of_the_role_that_stays(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Torch Worker"])
            await learn_aliases(session, {"Torcher": roles["Torch Worker"]})
            await merge_roles(
                session,
                source_id=roles["Torch Worker"],
                target_id=roles["Welder"],
                said_by=AliasSource.PERSON,
            )
            rows = await session.execute(
                select(RoleAlias.alias, RoleAlias.role_id, RoleAlias.source).order_by(
                    RoleAlias.alias
                )
            )
        assert [tuple(row) for row in rows] == [
            ("Torch Worker", roles["Welder"], AliasSource.PERSON),
            ("Torcher", roles["Welder"], AliasSource.LEARNED),
        ]

    async def test_the_scrapers_queue_follows(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Torch Worker"])
            welder, torch = roles["Welder"], roles["Torch Worker"]
            session.add_all(
                ScrapeTarget(role_id=role_id, location=place, priority=priority)
                for role_id, place, priority in (
                    (welder, "Leeds", 1),
                    (torch, "Leeds", 5),
                    (torch, "York", 2),
                )
            )
            await session.flush()
            await merge_roles(session, source_id=torch, target_id=welder)
            rows = await session.execute(
                select(ScrapeTarget.role_id, ScrapeTarget.location, ScrapeTarget.priority)
                .where(ScrapeTarget.status == ScrapeStatus.PENDING)
                .order_by(ScrapeTarget.role_id, ScrapeTarget.location)
            )
        assert {tuple(row) for row in rows} == {
            (welder, "Leeds", 5),
            (welder, "York", 2),
            (torch, "Leeds", 5),
        }

    async def test_suggestions_of_and_for_it_go(self, db: Database) -> None:
        async with db.global_session() as session:
            roles = await ensure_roles(session, ["Welder", "Torch Worker", "Spark Worker"])
            welder, torch, spark = roles.values()
            session.add_all(
                RoleSuggestion(role_id=role, suggested_role_id=other, similarity=0.7)
                for role, other in ((torch, welder), (spark, torch), (spark, welder))
            )
            await session.flush()
            await merge_roles(session, source_id=torch, target_id=welder)
            left = await session.execute(
                select(RoleSuggestion.role_id, RoleSuggestion.suggested_role_id)
            )
        assert [tuple(row) for row in left] == [(spark, welder)]
