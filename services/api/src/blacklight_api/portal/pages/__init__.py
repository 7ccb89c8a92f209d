"""The pages, one module per place of the portal."""

from __future__ import annotations

from fastapi import APIRouter

from blacklight_api.portal.pages import candidates, dashboard, invitations, matches, sign_in

PAGE_ROUTERS: tuple[APIRouter, ...] = (
    sign_in.public_router,
    sign_in.router,
    dashboard.router,
    *candidates.ROUTERS,
    matches.router,
    invitations.router,
)
"""In the order in which addresses are looked up."""
