"""The providers that this installation is registered with."""

from __future__ import annotations

from collections.abc import Mapping

from blacklight_shared.integrations.google import Google
from blacklight_shared.integrations.http import SignInHttp
from blacklight_shared.integrations.microsoft import Microsoft
from blacklight_shared.integrations.msal_app import SERVICE, MsalApp
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
    if (app := microsoft_app(settings, settings.microsoft_authority)) is not None:
        providers.append(Microsoft(app))
    return {provider.name: provider for provider in providers}


def microsoft_app(settings: MailboxSettings, authority: str) -> MsalApp | None:
    """The application that this installation is registered as; None where it is not.

    Args:
        settings: Hold the registration.
        authority: Who signs people in.
    """
    if not settings.microsoft_client_id or not settings.microsoft_client_secret:
        return None
    return MsalApp(
        client_id=settings.microsoft_client_id,
        client_secret=settings.microsoft_client_secret,
        authority=authority,
        instance_discovery=settings.microsoft_instance_discovery,
        http=_http(SERVICE, settings),
    )


def _http(service: str, settings: MailboxSettings) -> SignInHttp:
    return SignInHttp(service, settings.provider_timeout, settings.provider_ca_file)
