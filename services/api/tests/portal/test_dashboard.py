"""The dashboard counts what is the tenant's own, and shows what a role can act on."""

from __future__ import annotations

from services.api.tests.conftest import Tenant
from services.api.tests.portal.conftest import Browser


async def test_a_new_firm_sees_what_comes(admin: Browser) -> None:
    page = await admin.open("/")
    assert "Everything is taken care of" in page
    assert "There are no matches yet" in page


async def test_today_counts_the_own_candidates_only(
    tenant: Tenant, other_tenant: Tenant, admin: Browser
) -> None:
    for owner, number in ((tenant, 2), (other_tenant, 3)):
        for position in range(number):
            await owner.make("/api/v1/candidates", first_name=f"Ada {position}")
    page = await admin.open("/")
    assert '<span class="figure">2</span><span class="quiet">new candidates</span>' in page


async def test_roles_to_approve_are_for_those_who_may(
    tenant: Tenant, admin: Browser, hr: Browser
) -> None:
    await tenant.make("/api/v1/candidates", first_name="Ada", preferred_roles=["Lamp Lighter"])
    assert "to approve" in await admin.open("/")
    assert "to approve" not in await hr.open("/")
