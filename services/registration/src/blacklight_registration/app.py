"""The worker's web app: ``uvicorn --factory blacklight_registration.app:create_app``."""

from __future__ import annotations

from blacklight_shared.workflows import create_worker_app
from fastapi import FastAPI

from blacklight_registration.deps import open_deps
from blacklight_registration.functions import WORKFLOWS
from blacklight_registration.settings import RegistrationSettings

APP_ID = "blacklight-registration"


def create_app() -> FastAPI:
    """The app that serves every workflow of this service, with settings from the environment."""
    return create_worker_app(
        app_id=APP_ID,
        settings=RegistrationSettings(),
        workflows=WORKFLOWS,
        open_deps=open_deps,
    )
