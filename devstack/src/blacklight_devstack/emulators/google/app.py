"""One Google on one loopback port: sign-in, tokens and Gmail."""

from __future__ import annotations

from fastapi import FastAPI

from blacklight_devstack.emulators.google.mail import gmail_router
from blacklight_devstack.emulators.google.oauth import google_oauth_router
from blacklight_devstack.emulators.mail_provider import MailProvider


def create_app(provider: MailProvider) -> FastAPI:
    """Serve a provider by Google's paths."""
    return provider.app(
        "Google (emulated)",
        google_oauth_router(provider.consents, provider.faults),
        gmail_router(provider.accounts, provider.faults),
    )
