"""Importing postings: upload a file, say what its columns hold, follow the import."""

from __future__ import annotations

from fastapi import APIRouter

from blacklight_api.portal.pages.imports import batches, files

ROUTERS: tuple[APIRouter, ...] = (files.router, batches.router)
"""In the order in which addresses are looked up."""
