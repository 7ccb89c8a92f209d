from __future__ import annotations

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from services.api.tests.conftest import ClientFor, Tenant
from services.api.tests.invited import INVITATIONS, ONBOARDING, invite, token_of

CSV = {"Content-Type": "text/csv"}


class TestCreate:
    async def test_asks_for_a_mail_without_the_token(self, app: FastAPI, tenant: Tenant) -> None:
        made = await tenant.make(INVITATIONS, email=" Ada@Example.com ", first_name="Ada")
        assert (made["email"], made["status"]) == ("ada@example.com", "sent")
        [(name, data)] = await tenant.events()
        assert name == "email/invitation"
        assert data.keys() == {
            "invitation_id",
            "tenant_id",
            "to_email",
            "candidate_name",
            "onboarding_url",
            "expiry_date",
        }
        assert data["onboarding_url"].endswith("/onboarding")
        assert await token_of(app, tenant, made["id"]) not in str(data)

    async def test_an_address_has_one_undecided_invitation(self, tenant: Tenant) -> None:
        await tenant.make(INVITATIONS, email="ada@example.com")
        response = await tenant.http.post(INVITATIONS, json={"email": "ADA@example.com"})
        assert response.status_code == 409
        assert response.json()["errors"][0]["field"] == "email"

    async def test_tenants_invite_the_same_person(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        await tenant.make(INVITATIONS, email="ada@example.com")
        await other_tenant.make(INVITATIONS, email="ada@example.com")

    async def test_a_line_break_in_a_name_is_refused(self, tenant: Tenant) -> None:
        body = {"email": "ada@example.com", "first_name": "Ada\r\nBcc: all@example.com"}
        response = await tenant.http.post(INVITATIONS, json=body)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "first_name"

    async def test_the_tenant_says_how_long_the_link_is_good(self, tenant: Tenant) -> None:
        await tenant.http.put("/api/v1/tenant/mail", json={"invitation_valid_days": 30})
        made = await tenant.make(INVITATIONS, email="ada@example.com")
        assert made["expires_at"][:10] > made["created_at"][:10]
        [days] = await days_valid(tenant)
        assert days == 30


class TestCsv:
    async def test_reports_bad_rows_and_invites_the_rest_once(self, tenant: Tenant) -> None:
        content = (
            "\ufeffE-Mail,First Name,Last Name\n"
            "ada@example.com,Ada,Marsh\n"
            "not an address,Bo,Reyes\n"
            "\n"
            "ADA@example.com,Ada,Again\n"
            "bo@example.com,,\n"
        )
        sent = await tenant.http.post(f"{INVITATIONS}/csv", content=content, headers=CSV)
        assert sent.status_code == 200, sent.text
        body = sent.json()
        assert (body["invited"], body["already_invited"], body["failed"]) == (2, 1, 1)
        assert [(error["line"], error["field"]) for error in body["errors"]] == [(3, "email")]
        assert "not an address" not in sent.text

        again = await tenant.http.post(f"{INVITATIONS}/csv", content=content, headers=CSV)
        assert (again.json()["invited"], again.json()["already_invited"]) == (0, 3)
        assert len(await tenant.events()) == 2

    @pytest.mark.parametrize(
        "content",
        ["", "name\nAda\n", "email\n", 'email\n"unclosed', "email\n" + "a@b.co\n" * 2_001],
    )
    async def test_a_file_that_cannot_be_read_changes_nothing(
        self, tenant: Tenant, content: str
    ) -> None:
        response = await tenant.http.post(f"{INVITATIONS}/csv", content=content, headers=CSV)
        assert response.status_code == 422
        assert await tenant.events() == []

    async def test_other_media_types_are_refused(self, tenant: Tenant) -> None:
        response = await tenant.http.post(f"{INVITATIONS}/csv", json={})
        assert response.status_code == 415


class TestList:
    async def test_filters_and_pages(self, tenant: Tenant) -> None:
        ids = [
            (await tenant.make(INVITATIONS, email=f"p{n}@example.com", first_name="Ada"))["id"]
            for n in range(3)
        ]
        await tenant.http.post(f"{INVITATIONS}/{ids[0]}/cancel")
        first = await tenant.get(INVITATIONS, status="sent", limit=1)
        second = await tenant.get(INVITATIONS, status="sent", cursor=first["next_cursor"])
        assert [row["id"] for row in first["items"] + second["items"]] == [ids[2], ids[1]]
        found = await tenant.get(INVITATIONS, email="p1@example.com", search="ad")
        assert [row["id"] for row in found["items"]] == [ids[1]]

    async def test_a_link_that_has_run_out_counts_as_expired(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        await run_out(tenant, invited.invitation_id)
        assert (await invited.seen_by_hr())["status"] == "expired"
        expired = await tenant.get(INVITATIONS, status="expired")
        assert [row["id"] for row in expired["items"]] == [invited.invitation_id]


class TestResend:
    async def test_makes_a_new_link_and_kills_the_old_one(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        await invited.save(first_name="Ada")
        await tenant.http.post(f"{INVITATIONS}/{invited.invitation_id}/resend")
        assert (await invited.http.get(ONBOARDING)).status_code == 404
        fresh = await client_for(await token_of(app, tenant, invited.invitation_id))
        assert (await fresh.get(ONBOARDING)).json()["profile"]["first_name"] == "Ada"
        first, second = [data for _, data in await tenant.events()]
        assert first["expiry_date"] < second["expiry_date"]

    async def test_revives_an_expired_one(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        await run_out(tenant, invited.invitation_id)
        response = await tenant.http.post(f"{INVITATIONS}/{invited.invitation_id}/resend")
        assert response.json()["status"] == "sent"

    async def test_not_after_the_submission(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        await invited.submit()
        for action in ("resend", "cancel"):
            path = f"{INVITATIONS}/{invited.invitation_id}/{action}"
            assert (await tenant.http.post(path)).status_code == 409


async def test_cancel_kills_the_link_and_may_be_repeated(
    app: FastAPI, tenant: Tenant, client_for: ClientFor
) -> None:
    invited = await invite(app, tenant, client_for)
    for _ in range(2):
        response = await tenant.http.post(f"{INVITATIONS}/{invited.invitation_id}/cancel")
        assert response.json()["status"] == "cancelled"
    assert (await invited.http.get(ONBOARDING)).status_code == 404
    await tenant.make(INVITATIONS, email=invited.email)


async def test_every_change_is_audited(app: FastAPI, tenant: Tenant, client_for: ClientFor) -> None:
    invited = await invite(app, tenant, client_for)
    await invited.http.get(ONBOARDING)
    await invited.submit()
    await tenant.http.post(f"{INVITATIONS}/{invited.invitation_id}/reject", json={})
    entries = await tenant.get("/api/v1/audit-log", entity_type="invitation")
    changes = [
        (entry["action"], entry["actor_type"])
        for entry in reversed(entries["items"])
        if "to" in entry["changes"] or entry["action"] == "invitation.sent"
    ]
    assert changes == [
        ("invitation.sent", "api_key"),
        ("invitation.opened", "candidate"),
        ("invitation.in_progress", "candidate"),
        ("invitation.submitted", "candidate"),
        ("invitation.rejected", "api_key"),
    ]
    assert invited.email not in str(entries)


async def run_out(tenant: Tenant, invitation_id: int) -> None:
    """Let the time of a link pass."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        await session.execute(
            text(
                "UPDATE candidate_invitations SET expires_at = now() - interval '1 second'"
                " WHERE id = :id"
            ),
            {"id": invitation_id},
        )


async def days_valid(tenant: Tenant) -> list[int]:
    """For how many days the tenant's links are good from when they were made."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        rows = await session.execute(
            text(
                "SELECT round(extract(epoch FROM expires_at - created_at) / 86400)"
                " FROM candidate_invitations"
            )
        )
        return [int(days) for (days,) in rows]
