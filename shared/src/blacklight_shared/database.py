"""Database access: one engine per role, one transaction per unit of work, one tenant per session.

Two roles exist. ``blacklight_app`` is bound by row-level security and sees the tenant that the
session names, plus global rows. ``blacklight_system`` may read ids across tenants and move the
outbox; its column grants allow nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)

from blacklight_shared.settings import Settings

TENANT_SETTING = "blacklight.tenant_id"

CONNECT_TIMEOUT = timedelta(seconds=10)
STATEMENT_TIMEOUT = timedelta(minutes=5)
POOL_TIMEOUT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Database:
    """The engines of both roles.

    Sessions open a transaction and commit it when the block ends, or roll it back when it
    raises; code called with a session never commits.
    """

    app_engine: AsyncEngine
    system_engine: AsyncEngine

    @classmethod
    def from_settings(cls, settings: Settings) -> Database:
        """Engines for the two URLs in ``settings``; nothing connects yet."""
        return cls(
            app_engine=_engine(
                settings.database_url.get_secret_value(), settings.database_pool_size
            ),
            system_engine=_engine(
                settings.system_database_url.get_secret_value(), settings.database_pool_size
            ),
        )

    @asynccontextmanager
    async def tenant_session(self, tenant_id: int) -> AsyncIterator[AsyncSession]:
        """One transaction that sees one tenant and global rows.

        Args:
            tenant_id: The tenant; set for this transaction only, so a pooled connection can
                never carry it over.
        """
        async with self._session(self.app_engine) as session:
            await set_tenant(session, tenant_id)
            yield session

    @asynccontextmanager
    async def global_session(self) -> AsyncIterator[AsyncSession]:
        """One transaction without a tenant: global rows only, tenant tables are empty."""
        async with self._session(self.app_engine) as session:
            yield session

    def session_for(self, tenant_id: int | None) -> AbstractAsyncContextManager[AsyncSession]:
        """``tenant_session``, or ``global_session`` where what is done belongs to no tenant."""
        return self.global_session() if tenant_id is None else self.tenant_session(tenant_id)

    @asynccontextmanager
    async def system_session(self) -> AsyncIterator[AsyncSession]:
        """One transaction of the system role, for finding ids across tenants."""
        async with self._session(self.system_engine) as session:
            yield session

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close all pooled connections."""
        await self.app_engine.dispose()
        await self.system_engine.dispose()


async def set_tenant(session: AsyncSession, tenant_id: int) -> None:
    """Name the tenant of the transaction in hand."""
    await session.execute(
        text("SELECT set_config(:name, :value, true)"),
        {"name": TENANT_SETTING, "value": str(tenant_id)},
    )


def _engine(url: str, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=POOL_TIMEOUT.total_seconds(),
        pool_pre_ping=True,
        # Error messages end up in logs; values may be personal data.
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "connect_timeout": int(CONNECT_TIMEOUT.total_seconds()),
            "options": f"-c statement_timeout={int(STATEMENT_TIMEOUT.total_seconds() * 1000)}",
        },
    )
