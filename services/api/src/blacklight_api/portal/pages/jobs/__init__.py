"""Job postings: the list, a page for each with its candidates, and changing them."""

from __future__ import annotations

from fastapi import APIRouter

from blacklight_api.portal.pages.jobs import editing, listing, posting

ROUTERS: tuple[APIRouter, ...] = (listing.router, posting.router, editing.router)
"""In the order in which addresses are looked up."""
