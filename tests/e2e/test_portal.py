"""The whole story as people play it: in a real browser, with the mails that they get."""

from __future__ import annotations

import csv
import io
import os
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from blacklight_devstack.stack import Stack
from playwright.async_api import Browser, FilePayload, Page, ViewportSize, expect

from services.api.tests.portal.browser.conftest import SIZES, check_page, chromium

from .conftest import PATIENCE, Firm, until
from .inbox import opened_inbox
from .mailbox import Mailbox
from .test_inbox import RESUME, requirement
from .world import market

__all__ = ["chromium"]

WORLD = market(postings=30, resumes=1)
PASSWORD = "seven quiet herons over water"
TIMEOUT_MS = PATIENCE.total_seconds() * 1_000
IS_LONG = os.environ.get("BLACKLIGHT_BROWSER") == "long"

_LINK = re.compile(r"http\S+\?token=\S+")

Open = Callable[[str], Awaitable[Page]]


def sizes(default: str) -> pytest.MarkDecorator:
    """Both sizes in the long form, else one: each story takes another."""
    names = [name for name in SIZES if IS_LONG or name == default]
    return pytest.mark.parametrize("size", [SIZES[name] for name in names], ids=names)


@pytest_asyncio.fixture(loop_scope="session")
async def someone(chromium: Browser) -> AsyncIterator[Callable[[ViewportSize], Awaitable[Open]]]:
    """A new person at a browser of their own; gives what opens pages for them."""
    async with AsyncExitStack() as contexts:

        async def sit_down(size: ViewportSize) -> Open:
            context = await chromium.new_context(viewport=size, reduced_motion="reduce")
            contexts.push_async_callback(context.close)
            context.set_default_timeout(TIMEOUT_MS)

            async def open_page(url: str) -> Page:
                page = await context.new_page()
                await page.goto(url)
                return page

            return open_page

        yield sit_down


SitDown = Callable[[ViewportSize], Awaitable[Open]]


@sizes("desktop")
async def test_from_a_file_of_postings_to_a_shortlist(
    stack: Stack, firm: Firm, someone: SitDown, size: ViewportSize
) -> None:
    mailbox = Mailbox(stack)
    page, recruiter = await signed_in(stack, firm, await someone(size))

    await page.goto(f"{stack.gateway_url}/jobs/import")
    await page.get_by_label("Drop a file of postings here").set_input_files(postings_file())
    await page.get_by_label("Name of the source").fill("careers-site")
    await page.get_by_role("button", name="Import").click()
    await shown(page, "Every row was taken")

    address = f"{uuid.uuid4().hex[:10]}@example.com"
    await page.goto(f"{stack.gateway_url}/invitations/new")
    await page.get_by_label("E-mail address").fill(address)
    await page.get_by_role("button", name="Send the invitation").click()
    await shown(page, f"{address} is invited")

    invitation = await mailbox.next(address, "invites you")
    await onboard(await (await someone(size))(link_in(invitation.text)))

    notice = await mailbox.next(recruiter, "has submitted a profile")
    [review] = re.findall(r"http\S+/invitations/\d+", notice.text)
    await page.goto(review)
    await page.get_by_role("button", name=re.compile("from the CV for skills")).click()
    await page.get_by_role("button", name="Back to what they entered for skills").wait_for()
    await check_page(page)
    await page.get_by_role("button", name="Approve").click()
    shortlist = page.get_by_role("button", name="Shortlist").first

    async def matched() -> bool:
        await page.get_by_role("link", name="Matches", exact=True).click()
        await page.wait_for_load_state()
        return await shortlist.is_visible()

    await until(matched)
    await shortlist.click()
    await page.get_by_role("button", name="Take back").wait_for()
    await check_page(page)
    await mailbox.next(address, "your profile is approved")

    [candidate] = await firm.every("/candidates")
    assert "Juggling" in candidate["skills"]
    assert len(candidate["skills"]) > 1
    matches = await firm.every(f"/candidates/{candidate['id']}/matches", status="shortlisted")
    assert len(matches) == 1


@sizes("phone")
async def test_from_a_mailbox_to_a_posting(
    stack: Stack, firm: Firm, someone: SitDown, size: ViewportSize
) -> None:
    await firm.bring_in(dict([RESUME]))
    page, _ = await signed_in(stack, firm, await someone(size))
    async with opened_inbox(stack, firm, "gmail") as inbox:
        await page.goto(f"{stack.gateway_url}/integrations")
        await page.get_by_role("button", name="Connect Gmail").click()
        await page.get_by_role("link", name="Continue to").click()
        await page.get_by_label("Account").fill(inbox.address)
        await page.get_by_role("button", name="Allow").click()
        await shown(page, "The mailbox is connected")
        await page.get_by_role("link", name=inbox.address).click()
        await page.wait_for_url(re.compile(r"/integrations/\d+$"))
        await inbox.synced(int(page.url.rsplit("/", 1)[1]), runs=1)

        await inbox.deliver("Requirement: Java Developer", requirement(city="Boston, MA"))
        await page.reload()
        await page.get_by_role("button", name="Read now").click()
        await page.get_by_role("link", name="Open the posting").click()
        await page.get_by_role("heading", name="Java Developer").first.wait_for()
        await check_page(page)


async def signed_in(stack: Stack, firm: Firm, open_page: Open) -> tuple[Page, str]:
    """The firm's admin, who chooses a password by the welcome mail; the page, and the address."""
    [admin] = await firm.every("/users")
    welcome = await Mailbox(stack).next(admin["email"], "choose your password")
    page = await open_page(link_in(welcome.text))
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Set the password").click()
    await shown(page, "you are signed in")
    return page, admin["email"]


async def onboard(page: Page) -> None:
    """Upload a CV, look what it filled in, add a word, and send it."""
    [(name, resume)] = WORLD.resumes.items()
    await page.get_by_label("Your CV").set_input_files(
        FilePayload(name=name, mimeType="text/plain", buffer=resume.encode())
    )
    await shown(page, "From your CV: name")
    await page.get_by_role("link", name="Continue").click()
    await expect(page.get_by_label("First name")).to_have_value("Robin")
    await page.get_by_role("button", name="Save and continue").click()
    skills = page.get_by_label("What you can do")
    assert await skills.input_value()
    await skills.fill("Juggling")
    await page.get_by_role("button", name="Save and continue").click()
    await page.get_by_role("button", name="Send my profile").click()
    await page.get_by_role("heading", name="Thank you").wait_for()


def postings_file() -> FilePayload:
    """The postings as a file that a person has from somewhere."""
    text = io.StringIO()
    rows = csv.DictWriter(text, fieldnames=list(WORLD.postings[0]))
    rows.writeheader()
    rows.writerows(WORLD.postings)
    return FilePayload(name="jobs.csv", mimeType="text/csv", buffer=text.getvalue().encode())


def link_in(text: str) -> str:
    """The link with a token that a mail carries."""
    [link] = set(_LINK.findall(text))
    return str(link)


async def shown(page: Page, text: str) -> None:
    """Wait until the page says something; nothing is asserted about time."""
    await page.get_by_text(text).first.wait_for()
