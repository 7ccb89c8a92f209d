from __future__ import annotations

from typing import Any

import pytest
from blacklight_shared.models import SMTP_PASSWORD_PURPOSE, TenantMailSettings
from fastapi import FastAPI
from sqlalchemy import select

from services.api.tests.conftest import Tenant

PATH = "/api/v1/tenant/mail"
SMTP = {
    "host": "SMTP.example.com",
    "username": "mailer",
    "password": "a secret",
    "from_address": "talent@example.com",
}


async def test_defaults(tenant: Tenant) -> None:
    shown = await tenant.get(PATH)
    assert shown["invitation_valid_days"] == 7
    assert shown["reminder_hours"] == [72, 24]
    assert shown["smtp"] is None


class TestReplace:
    async def test_what_is_left_out_takes_the_default(self, tenant: Tenant) -> None:
        await put(tenant, sender_name="Northwind Talent", reminder_hours=[24, 48, 24])
        assert (await tenant.get(PATH))["reminder_hours"] == [48, 24]
        await put(tenant, logo_url="https://cdn.example.com/logo.png")
        shown = await tenant.get(PATH)
        assert shown["sender_name"] is None
        assert shown["logo_url"] == "https://cdn.example.com/logo.png"

    async def test_the_password_is_kept_encrypted_and_never_shown(
        self, app: FastAPI, tenant: Tenant
    ) -> None:
        response = await put(tenant, smtp=SMTP)
        assert response["smtp"]["has_password"]
        assert "a secret" not in str(response)
        stored = await row(tenant)
        assert stored.smtp_password_sealed is not None
        assert b"a secret" not in stored.smtp_password_sealed
        box = app.state.gateway.secret_box
        assert (
            box.decrypt(
                stored.smtp_password_sealed,
                purpose=SMTP_PASSWORD_PURPOSE,
                tenant_id=tenant.tenant_id,
            )
            == "a secret"
        )
        audit = await tenant.get("/api/v1/audit-log", action="tenant.mail_changed")
        assert "a secret" not in str(audit)

    async def test_it_stays_with_its_host_and_username_only(self, tenant: Tenant) -> None:
        await put(tenant, smtp=SMTP)
        without = {name: value for name, value in SMTP.items() if name != "password"}
        assert (await put(tenant, smtp=without))["smtp"]["has_password"]
        moved = await tenant.http.put(PATH, json={"smtp": {**without, "host": "evil.example"}})
        assert moved.status_code == 422
        assert moved.json()["errors"][0]["field"] == "smtp.password"

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"smtp": {**SMTP, "security": "none"}}, "smtp.security"),
            ({"smtp": {**SMTP, "host": "a b"}}, "smtp.host"),
            ({"smtp": {**SMTP, "port": 0}}, "smtp.port"),
            ({"logo_url": "http://example.com/logo.png"}, "logo_url"),
            ({"logo_url": "javascript:alert(1)"}, "logo_url"),
            ({"accent_color": "red;background:url(x)"}, "accent_color"),
            ({"sender_name": "A\r\nBcc: b@example.com"}, "sender_name"),
            ({"reminder_hours": [1]}, "reminder_hours.0"),
            ({"invitation_valid_days": 0}, "invitation_valid_days"),
        ],
    )
    async def test_what_is_not_allowed_is_named(
        self, tenant: Tenant, wanted: dict[str, Any], field: str
    ) -> None:
        response = await tenant.http.put(PATH, json=wanted)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == field
        assert (await tenant.get(PATH))["smtp"] is None


async def test_a_test_mail_can_be_followed(tenant: Tenant) -> None:
    asked = await tenant.http.post(f"{PATH}/test", json={"to_email": "ops@example.com"})
    assert asked.status_code == 202
    mail = await tenant.get(f"/api/v1/mails/{asked.json()['id']}")
    assert (mail["status"], mail["template"]) == ("queued", "mail_server_test")
    [(name, data)] = await tenant.events()
    assert (name, data["mail_id"]) == ("email/test", mail["id"])


async def put(tenant: Tenant, **wanted: Any) -> dict[str, Any]:
    response = await tenant.http.put(PATH, json=wanted)
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def row(tenant: Tenant) -> TenantMailSettings:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        return (await session.scalars(select(TenantMailSettings))).one()
