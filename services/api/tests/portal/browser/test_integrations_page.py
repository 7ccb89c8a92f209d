"""Following a mailbox, in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from blacklight_shared.models import (
    EmailMessageStatus,
    IntegrationStatus,
    MailboxProviderName,
    PortalRole,
    PortalUser,
    SyncRunStatus,
)
from playwright.async_api import ViewportSize, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.api.tests.integration_factories import (
    add_email_message,
    add_integration,
    add_sync_run,
)
from services.api.tests.portal.browser.conftest import SIZES, Site, Visit, check_page


@pytest_asyncio.fixture(loop_scope="session")
async def session(site: Site) -> AsyncIterator[AsyncSession]:
    engine = create_async_engine(site.urls.owner)
    async with AsyncSession(engine, expire_on_commit=False) as opened:
        yield opened
    await engine.dispose()


@pytest.mark.parametrize(
    ("size", "theme"), [(SIZES["desktop"], "light"), (SIZES["phone"], "dark")], ids=SIZES
)
async def test_a_mailbox_is_read_and_shows_what_was_found(
    visit: Visit, site: Site, session: AsyncSession, size: ViewportSize, theme: str
) -> None:
    user_id = await session.scalar(
        select(PortalUser.id).where(PortalUser.role == PortalRole.RECRUITER)
    )
    assert user_id is not None
    address = f"sam.{theme}@example.com"
    mailbox = await add_integration(session, site.tenant_id, user_id, address=address)
    await add_integration(
        session,
        site.tenant_id,
        user_id,
        address=f"old.{theme}@example.com",
        provider=MailboxProviderName.OUTLOOK,
        status=IntegrationStatus.DISABLED,
        last_error="Microsoft does not let us in any more. Connect the mailbox again.",
    )
    for subject, status, reason in _MAILS:
        await add_email_message(
            session,
            mailbox,
            subject=subject,
            sender="jobs@agency.example.com",
            status=status,
            reason=reason,
        )
    await session.commit()

    page = await visit("/integrations", PortalRole.RECRUITER, size, theme)
    await check_page(page)
    await page.get_by_role("link", name=address).click()
    await page.get_by_role("button", name="Read now").click()
    await expect(page.get_by_text("Waiting for the mailbox")).to_be_visible()
    await check_page(page)
    await add_sync_run(session, mailbox, status=SyncRunStatus.COMPLETED, messages_found=2)
    await session.commit()
    await expect(page.get_by_text("Waiting for the mailbox")).to_have_count(0)

    await page.get_by_role("link", name="History").click()
    await expect(page.get_by_text("Done")).to_be_visible()
    await check_page(page)
    await page.get_by_role("link", name="Settings").click()
    await check_page(page)


async def test_a_person_connects_their_mailbox(visit: Visit, site: Site) -> None:
    page = await visit("/integrations", PortalRole.HR, SIZES["phone"])
    await page.get_by_role("button", name="Connect Gmail").click()
    await check_page(page)
    await page.get_by_role("link", name="Continue to Gmail").click()
    await page.get_by_label("Account").fill("hr.mailbox@example.com")
    await page.get_by_role("button", name="Allow").click()
    await expect(page.get_by_role("status")).to_contain_text("is connected and being read")
    await expect(page.get_by_role("link", name="hr.mailbox@example.com")).to_be_visible()
    await check_page(page)


_MAILS = (
    ("Java developer in Graz wanted", EmailMessageStatus.JOB_CREATED, None),
    ("Your parcel is on its way", EmailMessageStatus.SKIPPED, "It speaks of no job."),
)
