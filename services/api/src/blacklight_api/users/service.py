"""What can be done with portal users."""

from __future__ import annotations

import asyncio

from blacklight_shared.models import PortalRole, PortalUser, PortalUserStatus
from blacklight_shared.passwords import hash_password
from pydantic import SecretStr

from blacklight_api.accounts.links import PasswordLinks
from blacklight_api.audit.service import record
from blacklight_api.auth.sessions import Sessions
from blacklight_api.conflicts import conflict_on
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import Conflict, NotFound
from blacklight_api.users import queries
from blacklight_api.users.queries import UserFilter
from blacklight_api.users.schemas import UserCreate, UserPatch, UserShown
from blacklight_api.work import TenantWork

UNIQUE_EMAIL = "uq_portal_users_tenant_id_email"
ENDS_SESSIONS = frozenset({"password_hash", "role", "status"})


async def create(
    work: TenantWork, wanted: UserCreate, links: PasswordLinks | None = None
) -> PortalUser:
    """Let a person in.

    Args:
        work: Who lets them in, and where.
        wanted: The person; without a password they are mailed a link to choose one.
        links: Makes the link; None: they ask for one themselves.

    Raises:
        Conflict: Another person of the tenant has the address.
    """
    user = PortalUser(
        tenant_id=work.tenant_id,
        email=wanted.email,
        full_name=wanted.full_name,
        role=wanted.role,
        password_hash=await _hashed(wanted.password),
    )
    work.session.add(user)
    with conflict_on(UNIQUE_EMAIL, field="email", message="Another person has this address."):
        await work.session.flush()
    await work.session.refresh(user)
    await record(work, "user.created", user.id, details={"role": wanted.role})
    if wanted.password is None and links is not None:
        await links.send(work, user)
    return user


async def find(work: TenantWork, user_id: int) -> PortalUser:
    """The person.

    Raises:
        NotFound: There is none, or they are another tenant's.
    """
    user = await queries.find_user(work.session, user_id)
    if user is None:
        raise NotFound("user")
    return user


async def page(work: TenantWork, wanted: UserFilter, requested: PageRequest) -> Page[UserShown]:
    """One page of people, the newest first."""
    rows = await queries.list_users(
        work.session, wanted, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=shown, key=lambda row: IdKey(id=row.id))


async def change(
    work: TenantWork, sessions: Sessions, user_id: int, patch: UserPatch
) -> PortalUser:
    """Change a person; a new password or role, or being locked out, ends their sessions.

    Raises:
        NotFound: As ``find``.
        Conflict: It would leave the tenant without an admin who can sign in.
    """
    admins = await queries.lock_active_admins(work.session)
    user = await find(work, user_id)
    given = patch.model_dump(exclude_unset=True, exclude={"password"})
    if "password" in patch.model_fields_set:
        given["password_hash"] = await _hashed(patch.password)
    changed = {name for name, value in given.items() if getattr(user, name) != value}
    for name in changed:
        setattr(user, name, given[name])
    if admins == {user.id} and not _is_active_admin(user):
        raise Conflict("The tenant would be left without an admin.")
    await work.session.flush()
    await work.session.refresh(user)
    if changed:
        await record(work, "user.updated", user.id, fields=changed)
    if changed & ENDS_SESSIONS:
        await sessions.end_all(work.session, user.id)
    return user


async def send_password_link(work: TenantWork, links: PasswordLinks, user_id: int) -> PortalUser:
    """Mail a person a link by which they choose a password.

    Raises:
        NotFound: As ``find``.
        Conflict: They may not sign in.
    """
    user = await find(work, user_id)
    if user.status != PortalUserStatus.ACTIVE:
        raise Conflict("The person is disabled; let them in again first.")
    await links.send(work, user)
    await record(work, "user.password_link_sent", user.id)
    return user


async def forget_microsoft_account(
    work: TenantWork, sessions: Sessions, user_id: int
) -> PortalUser:
    """Let a person come with another Microsoft account, and end their sessions.

    Raises:
        NotFound: As ``find``.
    """
    user = await find(work, user_id)
    if user.microsoft_object_id is not None:
        user.microsoft_object_id = user.microsoft_directory_id = None
        await work.session.flush()
        await work.session.refresh(user)
        await record(work, "user.microsoft_account_forgotten", user.id)
        await sessions.end_all(work.session, user.id)
    return user


def shown(user: PortalUser) -> UserShown:
    """The person as clients see them."""
    return UserShown(
        id=user.id,
        email=user.email,
        full_name=user.full_name,
        role=PortalRole(user.role),
        status=PortalUserStatus(user.status),
        has_password=user.password_hash is not None,
        has_microsoft_account=user.microsoft_object_id is not None,
        wants_daily_stats=user.wants_daily_stats,
        time_zone=user.time_zone,
        last_login_at=user.last_login_at,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


def _is_active_admin(user: PortalUser) -> bool:
    return user.role == PortalRole.ADMIN and user.status == PortalUserStatus.ACTIVE


async def _hashed(password: SecretStr | None) -> str | None:
    if password is None:
        return None
    return await asyncio.to_thread(hash_password, password.get_secret_value())
