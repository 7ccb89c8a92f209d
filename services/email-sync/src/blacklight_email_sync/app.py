"""The worker's web app: ``uvicorn --factory blacklight_email_sync.app:create_app``."""

from __future__ import annotations

from blacklight_shared.workflows import create_worker_app
from fastapi import FastAPI

from blacklight_email_sync.deps import open_deps
from blacklight_email_sync.functions import WORKFLOWS
from blacklight_email_sync.settings import EmailSyncSettings

APP_ID = "blacklight-email-sync"


def create_app() -> FastAPI:
    """The app that serves every workflow of this service, with settings from the environment."""
    return create_worker_app(
        app_id=APP_ID,
        settings=EmailSyncSettings(),
        workflows=WORKFLOWS,
        open_deps=open_deps,
    )
