"""What can be done with tenants."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.database import set_tenant
from blacklight_shared.events import MatchingSettingsChanged
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import PortalRole, PortalUser, Tenant

from blacklight_api.accounts.links import PasswordLinks
from blacklight_api.audit.service import record
from blacklight_api.conflicts import conflict_on
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import NotFound
from blacklight_api.tenants import queries
from blacklight_api.tenants.schemas import (
    MatchingSettings,
    TenantCreate,
    TenantPatch,
    TenantShown,
)
from blacklight_api.users import service as users
from blacklight_api.users.schemas import UserCreate
from blacklight_api.work import TenantWork, Work

UNIQUE_SLUG = "uq_tenants_slug"


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A tenant that was just made, its first admin, and the work continued inside it."""

    tenant: Tenant
    admin: PortalUser
    work: TenantWork


async def create(work: Work, wanted: TenantCreate, links: PasswordLinks | None = None) -> NewTenant:
    """Make a tenant with its first admin.

    Args:
        work: The platform's transaction; it becomes the new tenant's.
        wanted: The tenant.
        links: As ``add_admin``.

    Raises:
        Conflict: Another tenant has the slug.
    """
    tenant = Tenant(
        name=wanted.name, slug=wanted.slug, time_zone=wanted.time_zone, locale=wanted.locale
    )
    work.session.add(tenant)
    with conflict_on(UNIQUE_SLUG, field="slug", message="Another tenant has this slug."):
        await work.session.flush()
    await work.session.refresh(tenant)
    await record(work, "tenant.created", tenant.id)
    inside = await enter(work, tenant.id)
    return NewTenant(tenant, await add_admin(inside, wanted.admin_email, links), inside)


async def enter(work: Work, tenant_id: int) -> TenantWork:
    """The platform's transaction, continued on the data of one tenant."""
    await set_tenant(work.session, tenant_id)
    return TenantWork(work.session, work.principal, work.request_id, tenant_id)


async def add_admin(work: TenantWork, email: str, links: PasswordLinks | None = None) -> PortalUser:
    """Let the tenant's first admin in; they choose their name and password later.

    Args:
        work: Inside the tenant.
        email: Normalised.
        links: Mails them a link to choose a password; None: they ask for one themselves.
    """
    wanted = UserCreate(email=email, full_name=email.partition("@")[0], role=PortalRole.ADMIN)
    return await users.create(work, wanted, links)


async def find(work: Work, tenant_id: int, *, lock: bool = False) -> Tenant:
    """The tenant.

    Raises:
        NotFound: There is none that the caller may see.
    """
    tenant = await queries.find_tenant(work.session, tenant_id, lock=lock)
    if tenant is None:
        raise NotFound("tenant")
    return tenant


async def page(work: Work, requested: PageRequest) -> Page[TenantShown]:
    """One page of tenants, the newest first."""
    rows = await queries.list_tenants(
        work.session, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=TenantShown.model_validate, key=lambda row: IdKey(id=row.id))


async def change(work: Work, tenant_id: int, patch: TenantPatch) -> Tenant:
    """Change a tenant.

    Raises:
        NotFound: As ``find``.
    """
    tenant = await find(work, tenant_id, lock=True)
    given = patch.model_dump(exclude_unset=True)
    changed = {name: value for name, value in given.items() if getattr(tenant, name) != value}
    for name, value in changed.items():
        setattr(tenant, name, value)
    await work.session.flush()
    await work.session.refresh(tenant)
    if changed:
        await record(work, "tenant.updated", tenant.id, details=changed)
    return tenant


async def matching_settings(work: TenantWork) -> MatchingSettings:
    """How the caller's matches are scored."""
    tenant = await find(work, work.tenant_id)
    return _settings(tenant)


async def change_matching(work: TenantWork, config: MatchingConfig) -> MatchingSettings:
    """Replace how the caller's matches are scored; those that exist are scored again.

    Only what was given is stored, so that a later default reaches those who did not choose.
    """
    tenant = await find(work, work.tenant_id, lock=True)
    overrides = config.model_dump(mode="json", exclude_unset=True)
    if overrides != tenant.matching_config:
        tenant.matching_config = overrides
        await work.session.flush()
        await record(work, "tenant.matching_changed", tenant.id, details=overrides)
        await work.emit(MatchingSettingsChanged(tenant_id=tenant.id))
    return _settings(tenant)


def _settings(tenant: Tenant) -> MatchingSettings:
    return MatchingSettings(
        config=MatchingConfig.from_overrides(tenant.matching_config),
        overrides=tenant.matching_config,
    )
