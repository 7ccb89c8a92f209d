from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

import pytest
from blacklight_api.app import create_app
from blacklight_api.bootstrap import KeyWishes, bootstrap
from blacklight_api.settings import ApiSettings
from blacklight_api.tenants.schemas import TenantCreate
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database
from blacklight_shared.models import PortalUser, Tenant
from pydantic import ValidationError
from sqlalchemy import select

from services.api.tests.conftest import ClientFor

WANTED = TenantCreate(name="Acme", slug="acme", admin_email="admin@example.com")


class TestOnce:
    async def test_and_again_makes_nothing_new(
        self, database: Database, client_for: ClientFor
    ) -> None:
        first = await bootstrap(database, WANTED, KeyWishes(platform=True))
        again = await bootstrap(database, WANTED, KeyWishes(platform=True))
        assert first.api_key is not None
        assert first.platform_api_key is not None
        assert (again.api_key, again.platform_api_key) == (None, None)
        assert (again.tenant_id, again.admin_user_id) == (first.tenant_id, first.admin_user_id)
        client = await client_for(first.api_key)
        assert (await client.get("/api/v1/tenant")).json()["slug"] == "acme"

    async def test_rotation_ends_the_key_before(
        self, database: Database, client_for: ClientFor
    ) -> None:
        wanted = WANTED.model_copy(update={"slug": "rotated"})
        first = await bootstrap(database, wanted, KeyWishes())
        second = await bootstrap(database, wanted, KeyWishes(rotate=True))
        assert second.api_key is not None
        for key, status in ((first.api_key, 401), (second.api_key, 200)):
            client = await client_for(key)
            assert (await client.get("/api/v1/tenant")).status_code == status

    async def test_an_admin_is_added_to_a_tenant_that_exists(self, database: Database) -> None:
        wanted = WANTED.model_copy(update={"slug": "grown"})
        first = await bootstrap(database, wanted, KeyWishes())
        other = wanted.model_copy(update={"admin_email": "other@example.com"})
        second = await bootstrap(database, other, KeyWishes())
        assert second.tenant_id == first.tenant_id
        assert second.admin_user_id != first.admin_user_id

    async def test_replicas_at_the_same_time_make_one(self, database: Database) -> None:
        wanted = WANTED.model_copy(update={"slug": "raced"})
        results = await asyncio.gather(
            *(bootstrap(database, wanted, KeyWishes()) for _ in range(4))
        )
        assert len({result.tenant_id for result in results}) == 1
        assert [result.api_key is not None for result in results].count(True) == 1


class TestFromSettings:
    async def test_a_start_makes_tenant_and_admin(
        self, settings: ApiSettings, database: Database
    ) -> None:
        named = settings.model_copy(
            update={
                "bootstrap_tenant": "Started",
                "bootstrap_slug": "started",
                "bootstrap_admin_email": "Admin@Example.com",
            }
        )
        for _ in range(2):
            app = create_app(named)
            async with app.router.lifespan_context(app):
                pass
        async with database.global_session() as session:
            tenant_id = await session.scalar(select(Tenant.id).where(Tenant.slug == "started"))
        assert tenant_id is not None
        async with database.tenant_session(tenant_id) as session:
            emails = (await session.scalars(select(PortalUser.email))).all()
        assert emails == ["admin@example.com"]

    def test_half_of_it_is_refused(self, settings: ApiSettings) -> None:
        values = {**settings.model_dump(), "bootstrap_tenant": "Acme"}
        with pytest.raises(ValidationError, match="BLACKLIGHT_BOOTSTRAP_SLUG"):
            ApiSettings(**values)


class TestCommandLine:
    def run(self, urls: DatabaseUrls, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 -- a module of this workspace
            [sys.executable, "-m", "blacklight_api", "bootstrap", *arguments],
            env={**os.environ, **urls.environment()},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def test_prints_one_object(self, module_database: DatabaseUrls) -> None:
        arguments = ("--tenant", "CLI", "--slug", "cli", "--admin-email", "a@example.com")
        first = self.run(module_database, *arguments)
        assert first.returncode == 0, first.stderr
        made = json.loads(first.stdout)
        assert made["tenant_slug"] == "cli"
        assert made["api_key"].startswith("bl_")
        again = json.loads(self.run(module_database, *arguments).stdout)
        assert again == {name: made[name] for name in made if name != "api_key"}

    def test_names_the_argument_at_fault(self, module_database: DatabaseUrls) -> None:
        done = self.run(
            module_database, "--tenant", "X", "--slug", "No Slug", "--admin-email", "nobody"
        )
        assert done.returncode == 2
        assert "slug:" in done.stderr
        assert "admin_email:" in done.stderr
        assert done.stdout == ""
