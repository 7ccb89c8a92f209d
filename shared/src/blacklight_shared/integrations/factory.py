"""The providers that this installation is registered with."""

from __future__ import annotations

from collections.abc import Mapping

from blacklight_shared.integrations.google import Google
from blacklight_shared.integrations.http import SignInHttp
from blacklight_shared.integrations.microsoft import Microsoft
from blacklight_shared.integrations.providers import MailboxProvider
from blacklight_shared.integrations.settings import MailboxSettings
from blacklight_shared.models import MailboxProviderName


def mailbox_providers(
    settings: MailboxSettings,
) -> Mapping[MailboxProviderName, MailboxProvider]:
    """By name, those that the settings have a client id for; nothing connects yet."""
    providers: list[MailboxProvider] = []
    if settings.google_client_id and settings.google_client_secret:
        providers.append(
            Google(
                client_id=settings.google_client_id,
                client_secret=settings.google_client_secret,
                authorization_url=settings.google_authorization_url,
                oauth_url=settings.google_oauth_url,
                gmail_url=settings.gmail_url,
                http=_http("google", settings),
            )
        )
    if settings.microsoft_client_id and settings.microsoft_client_secret:
        providers.append(
            Microsoft(
                client_id=settings.microsoft_client_id,
                client_secret=settings.microsoft_client_secret,
                authority=settings.microsoft_authority,
                instance_discovery=settings.microsoft_instance_discovery,
                http=_http("microsoft", settings),
            )
        )
    return {provider.name: provider for provider in providers}


def _http(service: str, settings: MailboxSettings) -> SignInHttp:
    return SignInHttp(service, settings.provider_timeout, settings.provider_ca_file)
