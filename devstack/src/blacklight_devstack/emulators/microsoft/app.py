"""One Microsoft on a loopback port: sign-in, tokens and the mail of Graph."""

from __future__ import annotations

from fastapi import FastAPI

from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.microsoft.mail import graph_mail_router
from blacklight_devstack.emulators.microsoft.oauth import microsoft_oauth_router


def create_app(provider: MailProvider) -> FastAPI:
    """Serve a provider by Microsoft's paths."""
    return provider.app(
        "Microsoft (emulated)",
        graph_mail_router(provider.accounts, provider.faults),
        microsoft_oauth_router(provider.consents, provider.faults),
    )
