"""How people come to a password: by a link in a mail, or by the password before."""

from __future__ import annotations

import asyncio

from blacklight_shared.crypto import hash_token
from blacklight_shared.database import Database
from blacklight_shared.models import PasswordReset, PortalUser, PortalUserStatus
from blacklight_shared.passwords import hash_password
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.accounts import queries
from blacklight_api.accounts.links import RESET_LIFETIME, PasswordLinks
from blacklight_api.accounts.schemas import PasswordChange
from blacklight_api.audit.service import record
from blacklight_api.auth.principal import Actor, ActorType, Principal
from blacklight_api.auth.sessions import Sessions, Viewer
from blacklight_api.auth.sign_in import (
    Account,
    TooManyTriesError,
    WrongCredentialsError,
    confirm_password,
    find_accounts,
    forget_tries,
)
from blacklight_api.problems import Unprocessable
from blacklight_api.users.queries import find_user
from blacklight_api.work import TenantWork

MAX_LINKS = 3
"""A person may be sent this many in ``RESET_LIFETIME``; more would only fill their inbox."""


async def send_links(
    database: Database, links: PasswordLinks, email: str, request_id: str | None
) -> None:
    """Mail a link to everyone who may sign in with an address; nobody learns whether there is one.

    Args:
        database: Where the people are.
        links: Makes the links.
        email: Normalised.
        request_id: For the audit log.
    """
    for account in await find_accounts(database, email):
        async with database.tenant_session(account.tenant_id) as session:
            user = await find_user(session, account.user_id)
            sent = await queries.count_links_since(session, account.user_id, RESET_LIFETIME)
            if user is None or sent >= MAX_LINKS:
                continue
            work = _work_of(session, user, request_id)
            await links.send(work, user)
            await record(work, "user.password_link_sent", user.id)


async def is_good_link(database: Database, token: str) -> bool:
    """Whether a link opens the page where a password is chosen."""
    tenant_id = await _tenant_of(database, token)
    if tenant_id is None:
        return False
    async with database.tenant_session(tenant_id) as session:
        return await _open_link(session, token) is not None


async def choose_password(
    database: Database, sessions: Sessions, token: str, password: SecretStr, request_id: str | None
) -> tuple[int, int] | None:
    """Set the password of the person who has a link, and end their sessions.

    Args:
        database: Where the people are.
        sessions: Those at the portal.
        token: Of the link.
        password: What they chose.
        request_id: For the audit log.

    Returns:
        Ids of the tenant and the person; None when the link is no good (any more).
    """
    tenant_id = await _tenant_of(database, token)
    if tenant_id is None:
        return None
    password_hash = await asyncio.to_thread(hash_password, password.get_secret_value())
    async with database.tenant_session(tenant_id) as session:
        found = await _open_link(session, token)
        if found is None:
            return None
        _link, user = found
        await _replace_password(_work_of(session, user, request_id), user, password_hash)
        await sessions.end_all(session, user.id)
        email = user.email
    await forget_tries(database, email)
    return tenant_id, user.id


async def change_password(
    work: TenantWork, database: Database, sessions: Sessions, viewer: Viewer, wanted: PasswordChange
) -> None:
    """Replace a person's own password, and end their other sessions.

    Raises:
        Unprocessable: The password before is wrong, or was given wrong too often.
    """
    account = Account(viewer.user_id, viewer.tenant_id, viewer.tenant_name, "")
    current = wanted.current_password.get_secret_value()
    try:
        await confirm_password(database, account, viewer.email, current)
    except WrongCredentialsError:
        raise Unprocessable("current_password", "This is not your password.") from None
    except TooManyTriesError as error:
        raise Unprocessable(
            "current_password", f"Too many tries. Wait {error.wait_minutes} min."
        ) from None
    new = wanted.new_password.get_secret_value()
    password_hash = await asyncio.to_thread(hash_password, new)
    user = await find_user(work.session, viewer.user_id)
    if user is not None:
        await _replace_password(work, user, password_hash)
        await sessions.end_all(work.session, user.id, except_session_id=viewer.session_id)


async def _replace_password(work: TenantWork, user: PortalUser, password_hash: str) -> None:
    user.password_hash = password_hash
    await queries.close_links(work.session, user.id)
    await record(work, "user.updated", user.id, fields=["password_hash"])


async def _tenant_of(database: Database, token: str) -> int | None:
    async with database.system_session() as session:
        return await queries.tenant_of_link(session, hash_token(token))


async def _open_link(session: AsyncSession, token: str) -> tuple[PasswordReset, PortalUser] | None:
    link = await queries.lock_open_link(session, hash_token(token))
    user = await find_user(session, link.user_id) if link else None
    if link is None or user is None or user.status != PortalUserStatus.ACTIVE:
        return None
    return link, user


def _work_of(session: AsyncSession, user: PortalUser, request_id: str | None) -> TenantWork:
    actor = Actor(ActorType.USER, str(user.id))
    principal = Principal(user.tenant_id, frozenset(), actor)
    return TenantWork(session, principal, request_id, user.tenant_id)
