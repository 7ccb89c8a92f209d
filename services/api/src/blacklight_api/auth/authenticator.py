"""From an API key to the caller it stands for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from blacklight_shared.crypto import ApiKeyToken
from blacklight_shared.database import Database
from blacklight_shared.models import ApiKey, Tenant, TenantStatus
from cachetools import TTLCache
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from blacklight_api.auth.principal import Actor, ActorType, Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.problems import Forbidden, Unauthorized

CACHE_TTL = timedelta(seconds=5)
"""A revoked key is refused by every replica after this time at the latest."""
MAX_CACHED_KEYS = 10_000
LAST_USED_RESOLUTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _StoredKey:
    id: int
    tenant_id: int | None
    secret_hash: bytes
    scopes: frozenset[Scope]
    expires_at: datetime | None
    tenant_status: str | None


class Authenticator:
    """Verifies API keys; good ones are remembered for ``CACHE_TTL``.

    Args:
        database: Where the keys are; the system role finds them, because the tenant is not yet
            known.
        clock: Seconds; monotonic.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._keys: TTLCache[str, _StoredKey] = TTLCache(
            MAX_CACHED_KEYS, ttl=CACHE_TTL.total_seconds(), timer=clock
        )

    async def authenticate(self, token: str) -> Principal:
        """The caller that ``token`` stands for.

        Raises:
            Unauthorized: The key is malformed, unknown, expired or revoked; which, is not told.
            Forbidden: The key's tenant is suspended.
        """
        presented = ApiKeyToken.parse(token)
        stored = await self._stored_key(presented.public_id) if presented else None
        if presented is None or stored is None or not presented.matches(stored.secret_hash):
            raise Unauthorized("The API key is not valid.")
        if stored.expires_at is not None and stored.expires_at <= datetime.now(UTC):
            raise Unauthorized("The API key is not valid.")
        if stored.tenant_status == TenantStatus.SUSPENDED:
            raise Forbidden("The tenant is suspended.")
        return Principal(
            tenant_id=stored.tenant_id,
            scopes=stored.scopes,
            actor=Actor(ActorType.API_KEY, str(stored.id)),
            api_key_id=stored.id,
        )

    def forget(self, public_id: str) -> None:
        """Make this replica look a key up again, because it has just been changed."""
        self._keys.pop(public_id, None)

    async def _stored_key(self, public_id: str) -> _StoredKey | None:
        if (known := self._keys.get(public_id)) is not None:
            return known
        async with self._database.system_session() as session:
            stored = await _find(session, public_id)
            if stored is not None:
                await _touch(session, stored.id)
                self._keys[public_id] = stored
            return stored


def bearer_token(request: Request) -> str:
    """The token of the ``Authorization`` header.

    Raises:
        Unauthorized: There is none.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("Send an API key: Authorization: Bearer bl_…")
    return token.strip()


async def _find(session: AsyncSession, public_id: str) -> _StoredKey | None:
    row = (
        await session.execute(
            select(
                ApiKey.id,
                ApiKey.tenant_id,
                ApiKey.secret_hash,
                ApiKey.scopes,
                ApiKey.expires_at,
                Tenant.status,
            )
            .outerjoin(Tenant, Tenant.id == ApiKey.tenant_id)
            .where(ApiKey.public_id == public_id, ApiKey.revoked_at.is_(None))
        )
    ).one_or_none()
    if row is None:
        return None
    # A scope of a newer release is unknown here during a rolling update; it grants nothing.
    known_scopes = frozenset(Scope(scope) for scope in row.scopes if scope in set(Scope))
    return _StoredKey(
        row.id, row.tenant_id, row.secret_hash, known_scopes, row.expires_at, row.status
    )


async def _touch(session: AsyncSession, key_id: int) -> None:
    stale = func.now() - LAST_USED_RESOLUTION
    await session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < stale))
        .values(last_used_at=func.now())
    )
