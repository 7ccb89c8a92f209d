"""Signing in with a password.

A mail address may belong to people of several tenants; the password tells which one is meant. Every
try is counted before the password is looked at, so that tries sent at the same time count as well.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from blacklight_shared.crypto import hash_token
from blacklight_shared.database import Database
from blacklight_shared.models import (
    PortalUser,
    PortalUserStatus,
    SignInFailures,
    Tenant,
    TenantStatus,
)
from blacklight_shared.passwords import hash_password, needs_rehash, verify_password
from sqlalchemy import case, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

FREE_TRIES = 5
"""Wrong passwords in a row before the next try has to wait."""
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 15 * 60
MAX_ACCOUNTS_PER_ADDRESS = 20
_FORGOTTEN_AFTER = text("interval '1 day'")
_LONG_AGO = datetime.fromtimestamp(0, UTC)


class WrongCredentialsError(Exception):
    """No one who may sign in has this address and password; which of the two, is not told."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in, and their tenant."""

    user_id: int
    tenant_id: int
    tenant_name: str
    tenant_slug: str


class TooManyTriesError(Exception):
    """The address has to wait.

    Attributes:
        wait_minutes: Rounded up.
    """

    def __init__(self, locked_until: datetime) -> None:
        super().__init__("too many tries")
        seconds = (locked_until - datetime.now(UTC)).total_seconds()
        self.wait_minutes = max(1, math.ceil(seconds / 60))


class ChooseTenantError(Exception):
    """The address and password are good for several tenants.

    Attributes:
        accounts: Which ones.
    """

    def __init__(self, accounts: Sequence[Account]) -> None:
        super().__init__("several tenants")
        self.accounts = accounts


async def check_password(
    database: Database, email: str, password: str, tenant_slug: str | None = None
) -> Account:
    """Find the person who has this address and password.

    Args:
        database: Where they are.
        email: Normalised.
        password: As typed.
        tenant_slug: Names the tenant when the address is known in several.

    Raises:
        TooManyTriesError: There were too many wrong ones; this try was not looked at.
        WrongCredentialsError: Nobody who may sign in has them.
        ChooseTenantError: Several people have them and ``tenant_slug`` names none.
    """
    address_hash = hash_token(email)
    await _count_try(database, address_hash)
    accounts = [
        account
        for account in await find_accounts(database, email)
        if tenant_slug in {None, account.tenant_slug}
    ]
    if not accounts:
        await asyncio.to_thread(verify_password, password, None)
    good = [account for account in accounts if await _has_password(database, account, password)]
    if not good:
        raise WrongCredentialsError
    await forget_tries(database, email)
    if len(good) > 1:
        raise ChooseTenantError(good)
    return good[0]


async def confirm_password(database: Database, account: Account, email: str, password: str) -> None:
    """Ask a person who is signed in for their password once more.

    Args:
        database: Where they are.
        account: Who they are.
        email: Their address, normalised.
        password: As typed.

    Raises:
        TooManyTriesError: There were too many wrong ones; this try was not looked at.
        WrongCredentialsError: It is not theirs.
    """
    await _count_try(database, hash_token(email))
    if not await _has_password(database, account, password):
        raise WrongCredentialsError
    await forget_tries(database, email)


async def find_accounts(database: Database, email: str) -> list[Account]:
    """The people who may sign in with an address, of any tenant."""
    query = (
        select(PortalUser.id, Tenant.id, Tenant.name, Tenant.slug)
        .join(Tenant, Tenant.id == PortalUser.tenant_id)
        .where(
            PortalUser.email == email,
            PortalUser.status == PortalUserStatus.ACTIVE,
            Tenant.status == TenantStatus.ACTIVE,
        )
        .order_by(PortalUser.id)
        .limit(MAX_ACCOUNTS_PER_ADDRESS)
    )
    async with database.system_session() as session:
        return [Account(*row) for row in await session.execute(query)]


async def forget_tries(database: Database, email: str) -> None:
    """Let an address try again at once: its person has shown who they are."""
    async with database.global_session() as session:
        await session.execute(
            delete(SignInFailures).where(
                or_(
                    SignInFailures.address_hash == hash_token(email),
                    SignInFailures.last_failed_at < func.now() - _FORGOTTEN_AFTER,
                )
            )
        )


async def _count_try(database: Database, address_hash: bytes) -> None:
    failures = case(
        (SignInFailures.last_failed_at < func.now() - _FORGOTTEN_AFTER, 1),
        else_=SignInFailures.failures + 1,
    )
    wait = func.least(
        LONGEST_WAIT_SECONDS,
        FIRST_WAIT_SECONDS * func.power(2, func.least(failures - FREE_TRIES, 10)),
    )
    counted = (
        insert(SignInFailures)
        .values(address_hash=address_hash, failures=1, locked_until=_LONG_AGO)
        .on_conflict_do_update(
            index_elements=[SignInFailures.address_hash],
            set_={
                "failures": failures,
                "last_failed_at": func.now(),
                "locked_until": case(
                    (failures >= FREE_TRIES, func.now() + wait * text("interval '1 second'")),
                    # Not the present: a try that began a moment earlier would have to wait for it.
                    else_=SignInFailures.locked_until,
                ),
            },
            where=SignInFailures.locked_until <= func.now(),
        )
        .returning(SignInFailures.failures)
    )
    async with database.global_session() as session:
        if await session.scalar(counted) is not None:
            return
        locked_until = await session.scalar(
            select(SignInFailures.locked_until).where(SignInFailures.address_hash == address_hash)
        )
    raise TooManyTriesError(locked_until or datetime.now(UTC))


async def _has_password(database: Database, account: Account, password: str) -> bool:
    async with database.tenant_session(account.tenant_id) as session:
        stored = await session.scalar(
            select(PortalUser.password_hash).where(PortalUser.id == account.user_id)
        )
    if not await asyncio.to_thread(verify_password, password, stored):
        return False
    if stored is not None and needs_rehash(stored):
        stronger = await asyncio.to_thread(hash_password, password)
        async with database.tenant_session(account.tenant_id) as session:
            await _replace_hash(session, account.user_id, stored, stronger)
    return True


async def _replace_hash(session: AsyncSession, user_id: int, old: str, new: str) -> None:
    user = await session.scalar(
        select(PortalUser)
        .where(PortalUser.id == user_id, PortalUser.password_hash == old)
        .with_for_update()
    )
    if user is not None:
        user.password_hash = new
