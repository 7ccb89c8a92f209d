from __future__ import annotations

import httpx
import pytest
from blacklight_shared.models import MailTemplate
from blacklight_shared.unsubscribing import Unsubscription
from fastapi import FastAPI

from services.api.tests.conftest import Tenant

SUPPRESSIONS = "/api/v1/mail-suppressions"


def link(
    app: FastAPI, tenant: Tenant, template: MailTemplate, email: str = "ada@example.com"
) -> str:
    wish = Unsubscription(tenant.tenant_id, template, email)
    return f"/unsubscribe/{wish.to_token(app.state.gateway.secret_box)}"


async def test_asking_changes_nothing_and_a_click_stops_the_mail(
    app: FastAPI, tenant: Tenant, anonymous: httpx.AsyncClient
) -> None:
    path = link(app, tenant, MailTemplate.INVITATION)
    assert "form" in (await anonymous.get(path)).text
    assert (await tenant.get(SUPPRESSIONS))["items"] == []
    for _ in range(2):
        done = await anonymous.post(path, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    [suppression] = (await tenant.get(SUPPRESSIONS))["items"]
    assert (suppression["email"], suppression["reason"]) == ("ada@example.com", "unsubscribed")


async def test_figures_stop_without_suppressing_other_mail(
    app: FastAPI, tenant: Tenant, anonymous: httpx.AsyncClient
) -> None:
    [user] = (await tenant.get("/api/v1/users"))["items"]
    path = f"/api/v1/users/{user['id']}"
    await tenant.http.patch(path, json={"wants_daily_stats": True})
    assert (await tenant.get(path))["wants_daily_stats"]
    await anonymous.post(link(app, tenant, MailTemplate.DAILY_STATS, user["email"]))
    assert not (await tenant.get(path))["wants_daily_stats"]
    assert (await tenant.get(SUPPRESSIONS))["items"] == []


@pytest.mark.parametrize("change", ["cut", "other tenant", "garbage"])
async def test_a_token_that_was_not_given_out(
    app: FastAPI,
    tenant: Tenant,
    other_tenant: Tenant,
    anonymous: httpx.AsyncClient,
    change: str,
) -> None:
    path = link(app, tenant, MailTemplate.INVITATION)
    sealed = path.partition(".")[2]
    changed = {
        "cut": path[:-2],
        "other tenant": f"/unsubscribe/{other_tenant.tenant_id}.{sealed}",
        "garbage": "/unsubscribe/garbage",
    }[change]
    assert (await anonymous.post(changed)).status_code == 404
    for place in (tenant, other_tenant):
        assert (await place.get(SUPPRESSIONS))["items"] == []
