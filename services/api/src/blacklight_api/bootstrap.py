"""The first run: a tenant, its admin and the first keys, made once however often asked for."""

from __future__ import annotations

from collections.abc import Collection

import structlog
from blacklight_shared.database import Database
from blacklight_shared.models import PortalUser
from pydantic import BaseModel
from sqlalchemy import text

from blacklight_api.accounts.links import PasswordLinks
from blacklight_api.api_keys import queries as api_key_queries
from blacklight_api.api_keys import service as api_keys
from blacklight_api.auth.principal import Actor, ActorType, Principal
from blacklight_api.auth.scopes import PLATFORM_SCOPES, TENANT_SCOPES, Scope
from blacklight_api.settings import ApiSettings
from blacklight_api.tenants import queries as tenant_queries
from blacklight_api.tenants import service as tenants
from blacklight_api.tenants.schemas import TenantCreate
from blacklight_api.users import queries as user_queries
from blacklight_api.work import TenantWork, Work

BOOTSTRAP_LOCK_KEY = 7_140_232
"""Advisory lock: replicas that start together make one tenant, not two."""

OPERATOR = Principal(
    tenant_id=None, scopes=frozenset(Scope), actor=Actor(ActorType.OPERATOR, "bootstrap")
)

log = structlog.stdlib.get_logger(__name__)


class BootstrapResult(BaseModel):
    """What is there now; keys only when they were made just now."""

    tenant_id: int
    tenant_slug: str
    admin_user_id: int
    api_key: str | None = None
    platform_api_key: str | None = None


class KeyWishes(BaseModel):
    """Which keys to make: missing ones, or with ``rotate`` new ones in any case."""

    tenant: bool = True
    platform: bool = False
    rotate: bool = False


async def bootstrap(
    database: Database,
    wanted: TenantCreate,
    keys: KeyWishes,
    links: PasswordLinks | None = None,
) -> BootstrapResult:
    """Make what is missing, in one transaction.

    Args:
        database: Migrated.
        wanted: The tenant, known by its slug, and its admin, known by their address; one that
            exists is left as it is.
        keys: Which keys to make.
        links: Mails a new admin a link to choose a password; None: they ask for one themselves.
    """
    async with database.global_session() as session:
        await session.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": BOOTSTRAP_LOCK_KEY}
        )
        platform = Work(session, OPERATOR, None, None)
        platform_key = await _platform_key(platform, keys)
        inside, admin = await _tenant_and_admin(platform, wanted, links)
        return BootstrapResult(
            tenant_id=inside.tenant_id,
            tenant_slug=wanted.slug,
            admin_user_id=admin.id,
            api_key=await _tenant_key(inside, keys),
            platform_api_key=platform_key,
        )


async def bootstrap_from_settings(database: Database, settings: ApiSettings) -> None:
    """Make the tenant and admin that the settings name, if they name any.

    Keys are only made by the command line, which can show them.
    """
    if settings.bootstrap_tenant is None:
        return
    wanted = TenantCreate.model_validate(
        {
            "name": settings.bootstrap_tenant,
            "slug": settings.bootstrap_slug,
            "admin_email": settings.bootstrap_admin_email,
        }
    )
    links = PasswordLinks.from_settings(settings)
    result = await bootstrap(database, wanted, KeyWishes(tenant=False), links)
    log.info("bootstrapped", tenant_id=result.tenant_id, tenant_slug=result.tenant_slug)


async def _platform_key(work: Work, keys: KeyWishes) -> str | None:
    if not keys.platform:
        return None
    return await _key(work, api_keys.PLATFORM_KEY_NAME, PLATFORM_SCOPES, rotate=keys.rotate)


async def _tenant_key(work: Work, keys: KeyWishes) -> str | None:
    if not keys.tenant:
        return None
    return await _key(work, api_keys.ADMIN_KEY_NAME, TENANT_SCOPES, rotate=keys.rotate)


async def _key(work: Work, name: str, scopes: Collection[Scope], *, rotate: bool) -> str | None:
    if not rotate and await api_key_queries.usable_keys_named(work.session, name):
        return None
    _, token = await api_keys.replace(work, name, scopes)
    return token.text


async def _tenant_and_admin(
    platform: Work, wanted: TenantCreate, links: PasswordLinks | None
) -> tuple[TenantWork, PortalUser]:
    tenant = await tenant_queries.find_tenant_by_slug(platform.session, wanted.slug)
    if tenant is None:
        made = await tenants.create(platform, wanted, links)
        return made.work, made.admin
    inside = await tenants.enter(platform, tenant.id)
    admin = await user_queries.find_user_by_email(inside.session, wanted.admin_email)
    return inside, admin or await tenants.add_admin(inside, wanted.admin_email, links)
