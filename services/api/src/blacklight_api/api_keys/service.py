"""What can be done with API keys."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from blacklight_shared.crypto import ApiKeyToken
from blacklight_shared.models import ApiKey

from blacklight_api.api_keys import queries
from blacklight_api.api_keys.schemas import ApiKeyCreate, ApiKeyShown
from blacklight_api.audit.service import record
from blacklight_api.auth.scopes import PLATFORM_SCOPES, TENANT_SCOPES, Scope
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import Forbidden, NotFound, Unprocessable
from blacklight_api.work import Work

ADMIN_KEY_NAME = "Admin key"
"""The first key of a tenant, with all scopes."""
PLATFORM_KEY_NAME = "Platform key"
"""The first key of the platform, with all scopes."""


async def create(work: Work, wanted: ApiKeyCreate) -> tuple[ApiKey, ApiKeyToken]:
    """Make a key for the caller's tenant, or for the platform.

    Returns:
        The row, and the key itself, which cannot be had again.

    Raises:
        Forbidden: A scope is one that the caller does not have.
        Unprocessable: A scope cannot be used by such a key.
    """
    usable = PLATFORM_SCOPES if work.tenant_id is None else TENANT_SCOPES
    if unusable := wanted.scopes - usable:
        raise Unprocessable("scopes", f"This kind of key cannot have: {_names(unusable)}.")
    if missing := wanted.scopes - work.principal.scopes:
        raise Forbidden(f"A key can only give what it has; it lacks: {_names(missing)}.")
    return await add(work, wanted.name, wanted.scopes, expires_at=wanted.expires_at)


async def add(
    work: Work, name: str, scopes: Collection[Scope], *, expires_at: datetime | None = None
) -> tuple[ApiKey, ApiKeyToken]:
    """Add a key without asking what the caller may give."""
    token = ApiKeyToken.generate()
    key = ApiKey(
        tenant_id=work.tenant_id,
        name=name,
        public_id=token.public_id,
        secret_hash=token.secret_hash,
        scopes=sorted(scopes),
        expires_at=expires_at,
    )
    work.session.add(key)
    await work.session.flush()
    await work.session.refresh(key)
    await record(work, "api_key.created", key.id, details={"scopes": sorted(scopes)})
    return key, token


async def find(work: Work, key_id: int) -> ApiKey:
    """The key.

    Raises:
        NotFound: There is none, or it is someone else's.
    """
    key = await queries.find_key(work.session, key_id)
    if key is None:
        raise NotFound("API key")
    return key


async def page(work: Work, requested: PageRequest) -> Page[ApiKeyShown]:
    """One page of keys, the newest first."""
    rows = await queries.list_keys(
        work.session, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=ApiKeyShown.model_validate, key=lambda row: IdKey(id=row.id))


async def revoke(work: Work, key_id: int) -> ApiKey:
    """Revoke a key for good; once is enough, twice does no harm.

    Raises:
        NotFound: As ``find``.
    """
    key = await find(work, key_id)
    if key.revoked_at is None:
        await _end(work, key)
    return key


async def replace(work: Work, name: str, scopes: Collection[Scope]) -> tuple[ApiKey, ApiKeyToken]:
    """Revoke the keys of a name, and add one in their place."""
    for key in await queries.usable_keys_named(work.session, name):
        await _end(work, key)
    return await add(work, name, scopes)


async def _end(work: Work, key: ApiKey) -> None:
    key.revoked_at = datetime.now(UTC)
    await record(work, "api_key.revoked", key.id)


def _names(scopes: Collection[Scope]) -> str:
    return ", ".join(sorted(scopes))
