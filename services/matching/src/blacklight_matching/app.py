"""The matching worker's web app: ``uvicorn --factory blacklight_matching.app:create_app``."""

from __future__ import annotations

from blacklight_shared.workflows import create_worker_app
from fastapi import FastAPI

from blacklight_matching.deps import open_deps
from blacklight_matching.functions import WORKFLOWS
from blacklight_matching.settings import MatchingSettings

APP_ID = "blacklight-matching"


def create_app() -> FastAPI:
    """The app that serves every workflow of this service, with settings from the environment."""
    return create_worker_app(
        app_id=APP_ID,
        settings=MatchingSettings(),
        workflows=WORKFLOWS,
        open_deps=open_deps,
    )
