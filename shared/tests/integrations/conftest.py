"""Both providers, emulated over real HTTP(S), and a way to say yes to them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from blacklight_devstack.emulators.consent_page import consent_answer
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes, emulated_mailboxes
from blacklight_shared.integrations import (
    Grant,
    MailboxProvider,
    MailboxSettings,
    mailbox_providers,
)
from blacklight_shared.models import MailboxProviderName
from pydantic import SecretStr

NOWHERE = SecretStr("postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
REDIRECT_URI = "http://127.0.0.1:8000/api/v1/integrations/callback"


@dataclass(frozen=True)
class ProviderUnderTest:
    """One provider: our side, the emulated far side, and the scope that reads mail there."""

    ours: MailboxProvider
    theirs: MailProvider
    scope: str
    ca_file: str

    async def answer(self, url: str, address: str, **options: object) -> dict[str, str]:
        """What the browser brings back from the consent page."""
        form = consent_answer(url, address, **options)  # type: ignore[arg-type]  # as it takes
        return await self._browse(url, form)

    async def connect(self, address: str) -> Grant:
        """A person says yes."""
        asked = await self.ours.begin(state="state-1", redirect_uri=REDIRECT_URI)
        answer = await self.answer(asked.url, address)
        return await self.ours.finish(asked.flow, answer, redirect_uri=REDIRECT_URI)

    async def _browse(self, url: str, form: dict[str, str | list[str]]) -> dict[str, str]:
        trust = ssl.create_default_context(cafile=self.ca_file)
        async with httpx.AsyncClient(verify=trust) as browser:
            page = await browser.get(url)
            assert page.status_code == 200, page.text
            response = await browser.post(url, data=form)
        assert response.status_code == 303, response.text
        return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedMailboxes]:
    with emulated_mailboxes(tmp_path_factory.mktemp("certificates")) as both:
        yield both


@pytest.fixture(scope="session")
def mailbox_settings(emulated: EmulatedMailboxes) -> MailboxSettings:
    return MailboxSettings.model_validate(
        {"database_url": NOWHERE, "system_database_url": NOWHERE, **emulated.settings}
    )


@pytest.fixture(params=list(MailboxProviderName))
def provider(
    request: pytest.FixtureRequest, emulated: EmulatedMailboxes, mailbox_settings: MailboxSettings
) -> Iterator[ProviderUnderTest]:
    """Each provider in turn."""
    name = MailboxProviderName(request.param)
    theirs, scope = {
        MailboxProviderName.GMAIL: (
            emulated.google,
            "https://www.googleapis.com/auth/gmail.readonly",
        ),
        MailboxProviderName.OUTLOOK: (emulated.microsoft, "Mail.Read"),
    }[name]
    yield ProviderUnderTest(
        mailbox_providers(mailbox_settings)[name],
        theirs,
        scope,
        emulated.settings["provider_ca_file"],
    )
    theirs.faults.clear()
