"""Whom of the portal's people a Microsoft account stands for; it never makes new ones."""

from __future__ import annotations

from blacklight_shared.database import Database
from blacklight_shared.models import PortalUser, PortalUserStatus, Tenant, TenantStatus
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.auth.microsoft import (
    MicrosoftPerson,
    MicrosoftProblem,
    MicrosoftSignInError,
)
from blacklight_api.auth.sign_in import MAX_ACCOUNTS_PER_ADDRESS, Account


async def find_microsoft_accounts(database: Database, person: MicrosoftPerson) -> list[Account]:
    """The people who may sign in with a Microsoft account, at most one in each tenant.

    In a tenant where somebody has signed in with it before, that is who it stands for. Elsewhere it
    stands for who has its proved address, unless they sign in with another Microsoft account.
    """
    has_account = and_(
        PortalUser.microsoft_object_id == person.object_id,
        PortalUser.microsoft_directory_id == person.directory_id,
    )
    has_address = and_(PortalUser.microsoft_object_id.is_(None), PortalUser.email == person.email)
    query = (
        select(PortalUser.id, Tenant.id, Tenant.name, Tenant.slug)
        .join(Tenant, Tenant.id == PortalUser.tenant_id)
        .where(
            or_(has_account, has_address),
            PortalUser.status == PortalUserStatus.ACTIVE,
            Tenant.status == TenantStatus.ACTIVE,
        )
        .order_by(PortalUser.microsoft_object_id.is_not(None), PortalUser.id)
        .limit(MAX_ACCOUNTS_PER_ADDRESS)
    )
    async with database.system_session() as session:
        found = [Account(*row) for row in await session.execute(query)]
    return list({account.tenant_id: account for account in found}.values())


async def admit_microsoft_account(
    session: AsyncSession, user_id: int, person: MicrosoftPerson
) -> bool:
    """Keep the account that somebody signs in with from now on; gives whether it is a new one.

    Args:
        session: Of the person's tenant.
        user_id: Who signs in.
        person: As Microsoft knows them.

    Raises:
        MicrosoftSignInError: They have come to another account, or are gone, meanwhile.
    """
    user = await session.scalar(
        select(PortalUser).where(PortalUser.id == user_id).with_for_update()
    )
    if user is None:
        raise MicrosoftSignInError(MicrosoftProblem.NOT_ADMITTED)
    is_new = user.microsoft_object_id is None
    if is_new:
        user.microsoft_object_id = person.object_id
        user.microsoft_directory_id = person.directory_id
        await session.flush()
    kept = (user.microsoft_object_id, user.microsoft_directory_id)
    if kept != (person.object_id, person.directory_id):
        raise MicrosoftSignInError(MicrosoftProblem.NOT_ADMITTED)
    return is_new
