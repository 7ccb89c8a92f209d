"""The pages, one module per place of the portal."""

from __future__ import annotations

from fastapi import APIRouter

from blacklight_api.portal.pages import (
    account,
    candidates,
    dashboard,
    imports,
    integrations,
    invitations,
    jobs,
    matches,
    onboarding,
    passwords,
    settings,
    sign_in,
)

PAGE_ROUTERS: tuple[APIRouter, ...] = (
    sign_in.public_router,
    sign_in.router,
    passwords.router,
    account.router,
    dashboard.router,
    *candidates.ROUTERS,
    matches.router,
    *imports.ROUTERS,
    *jobs.ROUTERS,
    invitations.router,
    onboarding.router,
    integrations.router,
    *settings.ROUTERS,
)
"""In the order in which addresses are looked up."""
