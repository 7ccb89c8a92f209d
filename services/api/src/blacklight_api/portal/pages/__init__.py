"""The pages, one module per place of the portal."""

from __future__ import annotations

from fastapi import APIRouter

from blacklight_api.portal.pages import (
    account,
    audit,
    candidates,
    dashboard,
    imports,
    integrations,
    invitations,
    jobs,
    mails,
    matches,
    microsoft,
    onboarding,
    passwords,
    privacy,
    registering,
    registrations,
    roles,
    runs,
    settings,
    sign_in,
)

PAGE_ROUTERS: tuple[APIRouter, ...] = (
    sign_in.public_router,
    sign_in.router,
    microsoft.router,
    passwords.router,
    account.router,
    dashboard.router,
    *candidates.ROUTERS,
    privacy.router,
    matches.router,
    *imports.ROUTERS,
    *jobs.ROUTERS,
    invitations.router,
    onboarding.router,
    integrations.router,
    roles.router,
    registering.router,
    registrations.router,
    mails.router,
    runs.router,
    audit.router,
    *settings.ROUTERS,
)
"""In the order in which addresses are looked up."""
