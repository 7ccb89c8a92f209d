"""API keys: made with scopes, shown once, revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, field_validator

from blacklight_api.api_keys import service
from blacklight_api.api_keys.schemas import ApiKeyCreate
from blacklight_api.auth.scopes import SCOPE_DESCRIPTIONS, Scope
from blacklight_api.auth.sessions import Viewer
from blacklight_api.gateway import TheGateway
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router, viewer_of
from blacklight_api.problems import Problem
from blacklight_api.schemas import Line, PathId
from blacklight_api.work import TenantWork, caller, tenant_work

PATH = "/settings/api-keys"

router = portal_router(PATH)

Admin = Annotated[TenantWork, tenant_work(Scope.KEYS_ADMIN)]
TheViewer = Annotated[Viewer, Depends(viewer_of)]

LIFETIMES = [("0", "Never"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year")]


class NewKey(BaseModel):
    """A key to make."""

    name: Line
    scopes: Annotated[set[Scope], Field(validate_default=True)] = set()
    valid_days: Annotated[int, Field(ge=0, le=3_650)] = 0
    """0: for good."""

    @field_validator("scopes")
    @classmethod
    def _some(cls, scopes: set[Scope]) -> set[Scope]:
        if not scopes:
            raise ValueError("choose at least one")
        return scopes


@router.get("")
async def show_api_keys(request: Request, work: Admin, requested: RequestedPage) -> Response:
    """The list."""
    found = await service.page(work, requested)
    return page(
        request,
        "settings/api_keys.html",
        keys=found.items,
        next_cursor=found.next_cursor,
        now=datetime.now(UTC),
    )


@router.get("/new", dependencies=[caller(Scope.KEYS_ADMIN)])
async def show_new_api_key(request: Request, viewer: TheViewer) -> Response:
    """The form for a new key."""
    return _form(request, viewer, Form())


@router.post("/new")
async def add_api_key(request: Request, work: Admin, viewer: TheViewer) -> Response:
    """Make a key, and show it: this answer is the only one that holds it."""
    form = await Form.sent(request, lists={"scopes"})
    try:
        wanted = form.read(NewKey)
        expires_at = datetime.now(UTC) + timedelta(days=wanted.valid_days)
        key, token = await service.create(
            work,
            ApiKeyCreate(
                name=wanted.name,
                scopes=wanted.scopes,
                expires_at=expires_at if wanted.valid_days else None,
            ),
        )
    except Problem as problem:
        raise RefusedError(_form(request, viewer, form.refused(problem))) from None
    response = page(request, "settings/made_api_key.html", key=key, token=token.text)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/{key_id}/revoke")
async def revoke_api_key(
    request: Request, key_id: PathId, work: Admin, gateway: TheGateway
) -> Response:
    """End a key for good."""
    key = await service.revoke(work, key_id)
    gateway.authenticator.forget(key.public_id)
    return see_other(request, PATH, Notice(f"The key “{key.name}” opens nothing any more."))


def _form(request: Request, viewer: Viewer, form: Form) -> Response:
    usable = [scope for scope in Scope if scope in viewer.principal.scopes]
    return page(
        request,
        "settings/new_api_key.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.detail else HTTPStatus.OK,
        form=form,
        rights=[(scope.value, SCOPE_DESCRIPTIONS[scope]) for scope in usable],
        lifetimes=LIFETIMES,
    )
