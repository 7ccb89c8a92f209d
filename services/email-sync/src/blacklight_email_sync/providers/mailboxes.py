"""Opens mailboxes of every provider, over connections that they share."""

from __future__ import annotations

import ssl

import httpx
from blacklight_shared.integrations import MailboxSettings
from blacklight_shared.models import MailboxProviderName
from blacklight_shared.workflows import Service

from blacklight_email_sync.providers.gmail import GmailMailbox, gmail_refusal
from blacklight_email_sync.providers.http import GetToken, Patience, ProviderHttp
from blacklight_email_sync.providers.mailbox import Mailbox
from blacklight_email_sync.providers.outlook import OutlookMailbox, graph_refusal


class Mailboxes:
    """The way to every inbox.

    Args:
        settings: Where the providers are.
        patience: Between the tries of a call.
    """

    def __init__(self, settings: MailboxSettings, patience: Patience) -> None:
        self._patience = patience
        self._graph_url = settings.graph_url
        self._gmail = _client(settings.gmail_url, settings)
        self._graph = _client(settings.graph_url, settings)

    def open(self, provider: MailboxProviderName, get_token: GetToken) -> Mailbox:
        """One inbox; nothing is asked yet.

        Args:
            provider: Who keeps it.
            get_token: Lets us in.
        """
        match provider:
            case MailboxProviderName.GMAIL:
                return GmailMailbox(
                    ProviderHttp(
                        self._gmail, Service.GMAIL, get_token, self._patience, gmail_refusal
                    )
                )
            case MailboxProviderName.OUTLOOK:
                return OutlookMailbox(
                    ProviderHttp(
                        self._graph,
                        Service.MICROSOFT_GRAPH,
                        get_token,
                        self._patience,
                        graph_refusal,
                    ),
                    self._graph_url,
                )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._gmail.aclose()
        await self._graph.aclose()


def _client(url: str, settings: MailboxSettings) -> httpx.AsyncClient:
    trusted = settings.provider_ca_file
    return httpx.AsyncClient(
        base_url=url,
        timeout=settings.provider_timeout.total_seconds(),
        verify=True if trusted is None else ssl.create_default_context(cafile=str(trusted)),
    )
