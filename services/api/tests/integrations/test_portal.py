"""Connecting a mailbox from the portal."""

from __future__ import annotations

import html
import re

import pytest

from services.api.tests.integrations.conftest import Browser as MailBrowser
from services.api.tests.portal.conftest import PASSWORD, Browser


@pytest.fixture
async def person(browser: MailBrowser) -> Browser:
    """A recruiter who is signed in, at the browser that also goes to the provider."""
    email = f"recruiter-{browser.tenant.tenant_id}@example.com"
    made = await browser.tenant.make(
        "/api/v1/users", email=email, full_name="Sam Rivera", role="recruiter", password=PASSWORD
    )
    signed_in = Browser(browser.gateway, email, made["id"])
    assert (await signed_in.sign_in()).status_code == 303
    return signed_in


async def consent_page(person: Browser) -> str:
    """Where the link of our page leads."""
    shown = await person.send("/integrations/connect/gmail")
    assert shown.status_code == 200
    found = re.search(r'href="([^"]+)" rel="noreferrer"', shown.text)
    assert found is not None
    return html.unescape(found[1])


async def test_a_person_connects_their_own_mailbox(
    person: Browser, browser: MailBrowser, address: str
) -> None:
    back = await browser.answer(await consent_page(person), address)

    ended = await person.http.get(back, follow_redirects=True)

    assert ended.url.path == "/integrations"
    assert ended.url.query == b""
    assert "is connected and being read" in ended.text
    assert address in ended.text


async def test_a_person_who_says_no_reads_what_that_means(
    person: Browser, browser: MailBrowser, address: str
) -> None:
    back = await browser.answer(await consent_page(person), address, decision="deny")

    ended = await person.http.get(back, follow_redirects=True)

    assert 'class="notice failed"' in ended.text
    assert address not in ended.text
