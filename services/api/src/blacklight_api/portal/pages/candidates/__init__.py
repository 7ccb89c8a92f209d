"""Candidates: the list, and a page for each with profile, documents, matches and timeline."""

from __future__ import annotations

from fastapi import APIRouter

from blacklight_api.portal.pages.candidates import (
    creating,
    documents,
    listing,
    matches,
    profile,
    timeline,
)

ROUTERS: tuple[APIRouter, ...] = (
    listing.router,
    creating.router,
    profile.router,
    documents.router,
    matches.router,
    timeline.router,
)
"""In the order in which addresses are looked up."""
