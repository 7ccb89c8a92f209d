"""Settings of the firm, one module per tab; for admins."""

from __future__ import annotations

from fastapi import APIRouter

from blacklight_api.portal.pages.settings import api_keys, firm, mail, matching, people

ROUTERS: tuple[APIRouter, ...] = (
    firm.router,
    matching.router,
    mail.router,
    people.router,
    api_keys.router,
)
