"""HTTP endpoints of tenants: all of them for the platform, its own for a tenant."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.matching import MatchingConfig
from fastapi import Body, File, UploadFile

from blacklight_api.accounts.links import PasswordLinks
from blacklight_api.api_keys import service as api_keys
from blacklight_api.auth.scopes import TENANT_SCOPES, Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.limits import limited
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId
from blacklight_api.tenants import logos, service
from blacklight_api.tenants.logos import LOGO_LIMITS
from blacklight_api.tenants.preview import preview
from blacklight_api.tenants.schemas import (
    LogoShown,
    MatchingPreview,
    MatchingSettings,
    TenantCreate,
    TenantCreated,
    TenantPatch,
    TenantPlatformPatch,
    TenantShown,
)
from blacklight_api.users import service as users
from blacklight_api.work import TenantWork, Work, platform_work, tenant_work

router = gateway_router("/tenants", "tenants (platform)")
own_router = gateway_router("/tenant", "tenant")

Platform = Annotated[Work, platform_work(Scope.TENANTS_ADMIN)]
Reader = Annotated[TenantWork, tenant_work(Scope.SETTINGS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]

MATCHING_EXAMPLE = {
    "weights": {
        "skills": 0.5,
        "experience": 0.25,
        "location": 0.1,
        "salary": 0.05,
        "semantic": 0.1,
    },
    "recommend_threshold": 75,
}


@router.post("", status_code=201, responses=problem_responses(409))
async def create_tenant(wanted: TenantCreate, work: Platform, gateway: TheGateway) -> TenantCreated:
    """Make a tenant with its first admin and its first key, which is shown only here."""
    made = await service.create(work, wanted, PasswordLinks.of(gateway))
    _, key = await api_keys.add(made.work, api_keys.ADMIN_KEY_NAME, TENANT_SCOPES)
    return TenantCreated(
        **TenantShown.model_validate(made.tenant).model_dump(),
        admin=users.shown(made.admin),
        api_key=key.text,
    )


@router.get("")
async def list_tenants(work: Platform, requested: RequestedPage) -> Page[TenantShown]:
    """List all tenants, the newest first."""
    return await service.page(work, requested)


@router.get("/{tenant_id}")
async def get_tenant(tenant_id: PathId, work: Platform) -> TenantShown:
    """Get one tenant."""
    return TenantShown.model_validate(await service.find(work, tenant_id))


@router.patch("/{tenant_id}")
async def change_tenant(
    tenant_id: PathId, patch: TenantPlatformPatch, work: Platform
) -> TenantShown:
    """Change a tenant; while `suspended`, its keys get 403."""
    return TenantShown.model_validate(await service.change(work, tenant_id, patch))


@own_router.get("")
async def get_own_tenant(work: Reader) -> TenantShown:
    """Get the tenant that the key belongs to."""
    return TenantShown.model_validate(await service.find(work, work.tenant_id))


@own_router.patch("")
async def change_own_tenant(patch: TenantPatch, work: Writer) -> TenantShown:
    """Change the tenant's name, time zone or locale."""
    return TenantShown.model_validate(await service.change(work, work.tenant_id, patch))


@own_router.put("/logo", responses=problem_responses(415))
@limited(LOGO_LIMITS)
async def replace_logo(
    work: Writer,
    file: Annotated[UploadFile, File(description="PNG, JPEG, WebP or GIF, at most 2 MiB.")],
) -> LogoShown:
    """Show another logo above mails and public pages; it is drawn anew, 800 by 160 pixels at most.

    Everyone can fetch it at its address, which is a new one for each upload.
    """
    return LogoShown.model_validate(await logos.set_logo(work, file))


@own_router.delete("/logo", status_code=204)
async def remove_logo(work: Writer) -> None:
    """Show the tenant's name instead of a logo."""
    await logos.remove_logo(work)


@own_router.get("/matching")
async def get_matching_settings(work: Reader) -> MatchingSettings:
    """Get weights, thresholds and grades."""
    return await service.matching_settings(work)


@own_router.put("/matching")
async def replace_matching_settings(
    config: Annotated[MatchingConfig, Body(examples=[MATCHING_EXAMPLE])], work: Writer
) -> MatchingSettings:
    """Replace weights, thresholds and grades; what is left out takes the default.

    All matches of the tenant are scored again by them, in the background.
    """
    return await service.change_matching(work, config)


@own_router.post("/matching/preview")
async def preview_matching_settings(
    config: Annotated[MatchingConfig, Body(examples=[MATCHING_EXAMPLE])], work: Reader
) -> MatchingPreview:
    """Tell what these settings would make of the matches that exist; changes nothing.

    What is below the threshold now is not stored, so what a lower threshold adds is not counted.
    """
    return await preview(work, config)
