"""The worker's web app: ``uvicorn --factory blacklight_notifications.app:create_app``."""

from __future__ import annotations

from blacklight_shared.workflows import create_worker_app
from fastapi import FastAPI

from blacklight_notifications.deps import open_deps
from blacklight_notifications.functions import WORKFLOWS
from blacklight_notifications.settings import NotificationSettings

APP_ID = "blacklight-notifications"


def create_app() -> FastAPI:
    """The app that serves every workflow of this service, with settings from the environment."""
    return create_worker_app(
        app_id=APP_ID,
        settings=NotificationSettings(),
        workflows=WORKFLOWS,
        open_deps=open_deps,
    )
