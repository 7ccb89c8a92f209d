"""The firm's logo in the settings and on public pages."""

from __future__ import annotations

import httpx

from services.api.tests.conftest import Tenant
from services.api.tests.portal.conftest import Browser
from services.api.tests.tenants.test_logos import drawn


async def test_an_admin_uploads_and_removes_it(
    tenant: Tenant, admin: Browser, anonymous: httpx.AsyncClient
) -> None:
    form = await tenant.make("/api/v1/registration-forms", name="Website")
    page = f"/register/{form['public_key']}"
    assert "/logos/" not in (await anonymous.get(page)).text

    token = {"csrf_token": await admin.csrf()}
    sent = await admin.http.post(
        "/settings/logo", data=token, files={"file": ("logo.png", drawn(), "image/png")}
    )
    assert sent.headers["location"] == "/settings"
    assert 'alt="Your logo" width="640" height="160"' in await admin.open("/settings")
    assert '<img class="logo" src="/logos/' in (await anonymous.get(page)).text

    await admin.send("/settings/logo/remove")
    assert "/logos/" not in (await anonymous.get(page)).text


async def test_what_is_refused_is_told(admin: Browser) -> None:
    token = {"csrf_token": await admin.csrf()}
    for content, words in ((b"<svg/>", "A logo is a PNG"), (b"", "The picture is empty.")):
        refused = await admin.http.post(
            "/settings/logo", data=token, files={"file": ("x.svg", content)}
        )
        assert refused.status_code == 422
        assert words in refused.text


async def test_only_admins_change_it(recruiter: Browser) -> None:
    for path in ("/settings/logo", "/settings/logo/remove"):
        assert (await recruiter.send(path)).status_code == 403
