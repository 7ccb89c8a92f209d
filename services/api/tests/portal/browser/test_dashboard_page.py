"""The dashboard, in a browser."""

from __future__ import annotations

import datetime as dt

import pytest
from blacklight_shared.models import DailyStats
from playwright.async_api import ViewportSize, expect
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from services.api.tests.portal.browser.conftest import SIZES, Site, Visit, check_page


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_the_month_is_drawn_and_what_waits_leads_on(
    visit: Visit, site: Site, size: ViewportSize
) -> None:
    _add_month(site)
    await site.make("/candidates", first_name="Ada", preferred_roles=["Lamp Lighter"])

    page = await visit("/", size=size)

    await expect(page.get_by_role("img", name="New candidates, by day")).to_be_visible()
    await check_page(page)
    await page.get_by_role("link", name="Decide").click()
    await expect(page).to_have_url(f"{site.url}/roles")


def _add_month(site: Site) -> None:
    engine = create_engine(site.urls.owner)
    with Session(engine) as session:
        session.execute(text("DELETE FROM daily_stats"))
        now = dt.datetime.now(dt.UTC)
        for ago in range(1, 31):
            session.add(
                DailyStats(
                    tenant_id=site.tenant_id,
                    day=(now - dt.timedelta(days=ago)).date(),
                    starts_at=now,
                    ends_at=now,
                    new_candidates=ago * 7 % 12,
                    invitations_sent=9,
                    invitations_opened=7,
                    invitations_submitted=5,
                    approvals=4,
                    rejections=1,
                    jobs_imported={"feed": 120 + ago, "linkedin": 40},
                    inbox_jobs=3,
                    matches_created=100,
                    matches_recommended=ago * 13 % 50,
                    mails_sent=20,
                    mails_failed=0,
                )
            )
        session.commit()
    engine.dispose()
