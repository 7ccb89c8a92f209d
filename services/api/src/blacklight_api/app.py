"""The ASGI app of the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from blacklight_shared.logging import configure_logging
from blacklight_shared.request_context import RequestContextMiddleware
from blacklight_shared.telemetry import configure_tracing
from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from blacklight_api import health
from blacklight_api.api_keys import endpoints as api_keys
from blacklight_api.audit import endpoints as audit
from blacklight_api.bootstrap import bootstrap_from_settings
from blacklight_api.candidates import endpoints as candidates
from blacklight_api.documents import endpoints as documents
from blacklight_api.embeddings import endpoints as embeddings
from blacklight_api.gateway import Gateway
from blacklight_api.imports import endpoints as imports
from blacklight_api.integrations import endpoints as integrations
from blacklight_api.invitations import endpoints as invitations
from blacklight_api.jobs import endpoints as jobs
from blacklight_api.mail_settings import endpoints as mail_settings
from blacklight_api.mails import endpoints as mails
from blacklight_api.matches import endpoints as matches
from blacklight_api.middleware import SafeResponses
from blacklight_api.onboarding import endpoints as onboarding
from blacklight_api.openapi import API_DESCRIPTION, install_openapi
from blacklight_api.portal import assets, logos
from blacklight_api.portal.pages import PAGE_ROUTERS
from blacklight_api.portal.routing import install_missing_page, install_refusals
from blacklight_api.privacy import endpoints as privacy
from blacklight_api.problems import install_problem_handlers
from blacklight_api.registrations import endpoints as registrations
from blacklight_api.registrations import public_endpoints as public_registrations
from blacklight_api.relay import relay_in_background
from blacklight_api.reviews import endpoints as reviews
from blacklight_api.roles import endpoints as roles
from blacklight_api.scraper import endpoints as scraper
from blacklight_api.settings import ApiSettings
from blacklight_api.skills import endpoints as skills
from blacklight_api.stats import endpoints as stats
from blacklight_api.tenants import endpoints as tenants
from blacklight_api.tracing import FASTAPI_TELEMETRY
from blacklight_api.unsubscribe import endpoints as unsubscribe
from blacklight_api.users import endpoints as users

SERVICE = "blacklight-api"
API_PREFIX = "/api/v1"

API_ROUTERS: tuple[APIRouter, ...] = (
    tenants.router,
    tenants.own_router,
    users.router,
    api_keys.router,
    roles.router,
    skills.router,
    candidates.router,
    documents.router,
    privacy.router,
    jobs.router,
    matches.router,
    imports.import_router,
    imports.router,
    embeddings.router,
    scraper.router,
    integrations.callback_router,
    integrations.router,
    invitations.router,
    reviews.router,
    onboarding.router,
    public_registrations.router,
    registrations.router,
    registrations.form_router,
    mail_settings.router,
    mails.router,
    mails.suppression_router,
    stats.router,
    audit.router,
)
"""One router per domain; each is mounted below ``API_PREFIX``."""


def create_app(settings: ApiSettings | None = None) -> FastAPI:
    """The gateway as an ASGI app.

    Args:
        settings: Read from the environment when None.

    Raises:
        pydantic.ValidationError: The environment lacks a setting or holds a wrong one.
    """
    gateway = Gateway.from_settings(settings or ApiSettings())
    app = FastAPI(
        title="Blacklight",
        description=API_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=FASTAPI_TELEMETRY,
        lifespan=_lifespan(gateway),
        middleware=[Middleware(RequestContextMiddleware), Middleware(SafeResponses)],
    )
    app.state.gateway = gateway
    install_problem_handlers(app)
    install_refusals(app)
    install_missing_page(app)
    install_openapi(app)
    app.include_router(health.router)
    app.include_router(unsubscribe.router)
    app.include_router(assets.router)
    app.include_router(logos.router)
    for page_router in PAGE_ROUTERS:
        app.include_router(page_router)
    for router in API_ROUTERS:
        app.include_router(router, prefix=API_PREFIX)
    return app


def _lifespan(gateway: Gateway) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        configure_logging(gateway.settings, service=SERVICE)
        stop_tracing = configure_tracing(SERVICE)
        try:
            await bootstrap_from_settings(gateway.database, gateway.settings)
            async with relay_in_background(gateway.settings, gateway.database):
                yield
        finally:
            await gateway.database.close()
            stop_tracing()

    return lifespan
