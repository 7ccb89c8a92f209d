"""Sessions: which person a browser's cookie stands for.

The cookie holds a random token; the database its hash. A session ends after ``IDLE_LIMIT`` without
a request, and ``LIFETIME`` after it began.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from blacklight_shared.crypto import generate_token, hash_token
from blacklight_shared.database import Database
from blacklight_shared.models import (
    PortalRole,
    PortalSession,
    PortalUser,
    PortalUserStatus,
    Tenant,
    TenantStatus,
)
from cachetools import TTLCache
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.auth.portal_roles import SCOPES_OF_ROLE
from blacklight_api.auth.principal import Actor, ActorType, Principal

LIFETIME = timedelta(days=7)
IDLE_LIMIT = timedelta(hours=12)
CACHE_TTL = timedelta(seconds=5)
"""A session that ended is refused by every replica after this time at the latest."""
MAX_CACHED_SESSIONS = 10_000
LAST_SEEN_RESOLUTION = timedelta(minutes=1)
MAX_USER_AGENT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who looks at a page.

    Attributes:
        session_id: Of the browser's session.
        csrf_token: What the forms of this session have to bring back.
        time_zone: IANA name; theirs, else the tenant's.
        locale: BCP 47, of the tenant.
    """

    session_id: int
    user_id: int
    tenant_id: int
    full_name: str
    email: str
    role: PortalRole
    tenant_name: str
    time_zone: str
    locale: str
    csrf_token: str

    @property
    def principal(self) -> Principal:
        """The person as the services know them."""
        return Principal(
            tenant_id=self.tenant_id,
            scopes=SCOPES_OF_ROLE[self.role],
            actor=Actor(ActorType.USER, str(self.user_id)),
        )


class Sessions:
    """Finds the person of a cookie; a good one is remembered for ``CACHE_TTL``.

    Args:
        database: Where the sessions are; the system role finds them, because the tenant is not yet
            known.
        clock: Seconds; monotonic.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._viewers: TTLCache[bytes, Viewer] = TTLCache(
            MAX_CACHED_SESSIONS, ttl=CACHE_TTL.total_seconds(), timer=clock
        )

    async def start(self, session: AsyncSession, user: PortalUser, user_agent: str) -> str:
        """Begin a session; what has run out of the person's goes.

        Args:
            session: Of the person's tenant.
            user: Who has signed in.
            user_agent: What the browser calls itself.

        Returns:
            The token for the cookie.
        """
        await session.execute(
            delete(PortalSession).where(PortalSession.user_id == user.id, session_has_ended())
        )
        token = generate_token()
        session.add(
            PortalSession(
                tenant_id=user.tenant_id,
                user_id=user.id,
                token_hash=hash_token(token),
                user_agent=user_agent[:MAX_USER_AGENT_LENGTH],
                expires_at=datetime.now(UTC) + LIFETIME,
            )
        )
        user.last_login_at = datetime.now(UTC)
        return token

    async def find(self, token: str) -> Viewer | None:
        """The person whose cookie this is; None when it is no good (any more)."""
        token_hash = hash_token(token)
        if (known := self._viewers.get(token_hash)) is not None:
            return known
        async with self._database.system_session() as session:
            tenant_id = await session.scalar(
                select(PortalSession.tenant_id).where(PortalSession.token_hash == token_hash)
            )
        if tenant_id is None:
            return None
        async with self._database.tenant_session(tenant_id) as session:
            viewer = await _viewer(session, token_hash)
        if viewer is not None:
            viewer = replace(viewer, csrf_token=csrf_token(token))
            self._viewers[token_hash] = viewer
        return viewer

    async def end(self, token: str) -> None:
        """Sign the browser out; a token that is no good changes nothing."""
        viewer = await self.find(token)
        self._viewers.pop(hash_token(token), None)
        if viewer is None:
            return
        async with self._database.tenant_session(viewer.tenant_id) as session:
            await session.execute(
                delete(PortalSession).where(PortalSession.id == viewer.session_id)
            )

    async def end_all(
        self, session: AsyncSession, user_id: int, *, except_session_id: int | None = None
    ) -> None:
        """Sign a person out everywhere, or everywhere else.

        Args:
            session: Of the person's tenant.
            user_id: Who.
            except_session_id: The session that stays.
        """
        ended = delete(PortalSession).where(PortalSession.user_id == user_id)
        if except_session_id is not None:
            ended = ended.where(PortalSession.id != except_session_id)
        await session.execute(ended)
        self.forget(user_id)

    def forget(self, user_id: int) -> None:
        """Make this replica look a person up again, because something of theirs has changed."""
        for token_hash, viewer in list(self._viewers.items()):
            if viewer.user_id == user_id:
                self._viewers.pop(token_hash, None)


def csrf_token(token: str) -> str:
    """What the forms of a session bring back: derived from its token, which no other site knows."""
    digest = hmac.new(token.encode(), b"blacklight csrf", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def _viewer(session: AsyncSession, token_hash: bytes) -> Viewer | None:
    row = (
        await session.execute(
            select(PortalSession, PortalUser, Tenant)
            .join(PortalUser, PortalUser.id == PortalSession.user_id)
            .join(Tenant, Tenant.id == PortalSession.tenant_id)
            .where(
                PortalSession.token_hash == token_hash,
                ~session_has_ended(),
                PortalUser.status == PortalUserStatus.ACTIVE,
                Tenant.status == TenantStatus.ACTIVE,
            )
        )
    ).one_or_none()
    if row is None:
        return None
    await session.execute(
        update(PortalSession)
        .where(
            PortalSession.id == row.PortalSession.id,
            PortalSession.last_seen_at < func.now() - LAST_SEEN_RESOLUTION,
        )
        .values(last_seen_at=func.now())
    )
    return Viewer(
        session_id=row.PortalSession.id,
        user_id=row.PortalUser.id,
        tenant_id=row.Tenant.id,
        full_name=row.PortalUser.full_name,
        email=row.PortalUser.email,
        role=PortalRole(row.PortalUser.role),
        tenant_name=row.Tenant.name,
        time_zone=row.PortalUser.time_zone or row.Tenant.time_zone,
        locale=row.Tenant.locale,
        csrf_token="",
    )


def session_has_ended() -> ColumnElement[bool]:
    """Condition: a session is no good any more."""
    return or_(
        PortalSession.expires_at <= func.now(),
        PortalSession.last_seen_at <= func.now() - IDLE_LIMIT,
    )
