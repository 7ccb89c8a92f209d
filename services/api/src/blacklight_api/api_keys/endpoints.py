"""HTTP endpoints of API keys."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from blacklight_api.api_keys import service
from blacklight_api.api_keys.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyShown
from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import Gateway, gateway_of
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId
from blacklight_api.work import Work, shared_work

router = gateway_router("/api-keys", "API keys")

Admin = Annotated[Work, shared_work(Scope.KEYS_ADMIN)]


@router.post("", status_code=201)
async def create_api_key(wanted: ApiKeyCreate, work: Admin) -> ApiKeyCreated:
    """Make a key with scopes that the calling key has itself. The key is shown only here."""
    row, token = await service.create(work, wanted)
    shown = ApiKeyShown.model_validate(row)
    return ApiKeyCreated(**shown.model_dump(), key=token.text)


@router.get("")
async def list_api_keys(work: Admin, requested: RequestedPage) -> Page[ApiKeyShown]:
    """List keys, the newest first, revoked ones too."""
    return await service.page(work, requested)


@router.get("/{key_id}")
async def get_api_key(key_id: PathId, work: Admin) -> ApiKeyShown:
    """Get one key, without its secret."""
    return ApiKeyShown.model_validate(await service.find(work, key_id))


@router.delete("/{key_id}", status_code=204)
async def revoke_api_key(
    key_id: PathId, work: Admin, gateway: Annotated[Gateway, Depends(gateway_of)]
) -> None:
    """Revoke a key; every replica of the gateway refuses it within seconds."""
    key = await service.revoke(work, key_id)
    gateway.authenticator.forget(key.public_id)
