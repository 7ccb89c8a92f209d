from __future__ import annotations

import httpx
import pytest
from blacklight_api.limits import RateLimiter
from fastapi import FastAPI
from sqlalchemy import text

from services.api.tests.conftest import ClientFor, Tenant
from services.api.tests.invited import INVITATIONS, ONBOARDING, invite, token_of


async def test_the_page_shows_what_is_asked_by_whom(
    app: FastAPI, tenant: Tenant, client_for: ClientFor
) -> None:
    await tenant.http.put("/api/v1/tenant/mail", json={"sender_name": "Northwind Talent"})
    invited = await invite(app, tenant, client_for)
    for _ in range(2):
        shown = (await invited.http.get(ONBOARDING)).json()
        assert shown["firm"] == "Northwind Talent"
        assert shown["status"] == "opened"
    assert (await invited.seen_by_hr())["opened_at"] is not None


async def test_progress_is_kept(app: FastAPI, tenant: Tenant, client_for: ClientFor) -> None:
    invited = await invite(app, tenant, client_for)
    await invited.save(first_name="Ada", skills=["Python"], salary_expected="120000.50")
    saved = await invited.save(skills=["SQL"], preferred_roles=["Data Scientist"])
    assert saved["status"] == "in_progress"
    assert saved["profile"]["first_name"] == "Ada"
    assert saved["profile"]["skills"] == ["SQL"]
    assert saved["profile"]["salary_expected"] == 120000.50
    assert (await invited.save(first_name=None))["profile"]["first_name"] is None


@pytest.mark.parametrize("field", ["status", "email", "candidate_id", "tenant_id"])
async def test_candidates_cannot_set_what_is_not_theirs(
    app: FastAPI, tenant: Tenant, client_for: ClientFor, field: str
) -> None:
    invited = await invite(app, tenant, client_for)
    response = await invited.http.patch(ONBOARDING, json={field: "approved"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


class TestDocuments:
    async def test_the_same_file_is_kept_once(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        first, second = await invited.upload(), await invited.upload(name="again.txt")
        assert first.json()["id"] == second.json()["id"]
        [document] = (await invited.seen_by_hr())["documents"]
        path = f"{INVITATIONS}/{invited.invitation_id}/documents/{document['id']}/content"
        content = await tenant.http.get(path)
        assert content.text.startswith("Ada Marsh")
        assert content.headers["Content-Disposition"].startswith("attachment")

    async def test_are_told_by_their_bytes(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        assert (await invited.upload(b"MZ\x90\x00\x03", "cv.pdf")).status_code == 415

    async def test_can_be_deleted_and_are_limited(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        ids = [(await invited.upload(f"File {n}.".encode())).json()["id"] for n in range(10)]
        assert (await invited.upload(b"One more.")).status_code == 409
        path = f"{ONBOARDING}/documents/{ids[0]}"
        assert (await invited.http.delete(path)).status_code == 204
        assert (await invited.http.delete(path)).status_code == 404
        assert (await invited.upload(b"One more.")).status_code == 201


class TestSubmit:
    async def test_tells_hr(self, app: FastAPI, tenant: Tenant, client_for: ClientFor) -> None:
        invited = await invite(app, tenant, client_for)
        await invited.submit()
        name, data = (await tenant.events())[-1]
        assert name == "email/hr-notification"
        assert data["candidate_name"] == "Ada Marsh"
        assert data["review_url"].endswith(f"/invitations/{invited.invitation_id}")
        assert (await invited.seen_by_hr())["submitted_at"] is not None

    @pytest.mark.parametrize(
        ("profile", "field"),
        [
            ({"last_name": "Marsh", "skills": ["SQL"]}, "first_name"),
            ({"first_name": "Ada", "skills": ["SQL"]}, "last_name"),
            ({"first_name": "Ada", "last_name": "Marsh"}, "documents"),
        ],
    )
    async def test_names_what_is_missing(
        self,
        app: FastAPI,
        tenant: Tenant,
        client_for: ClientFor,
        profile: dict[str, object],
        field: str,
    ) -> None:
        invited = await invite(app, tenant, client_for)
        await invited.save(**profile)
        response = await invited.http.post(f"{ONBOARDING}/submit")
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == field
        assert (await invited.seen_by_hr())["status"] == "in_progress"


class TestTokens:
    async def test_bad_ones_get_one_answer(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        used = await invite(app, tenant, client_for)
        await used.submit()
        cancelled = await invite(app, tenant, client_for)
        await tenant.http.post(f"{INVITATIONS}/{cancelled.invitation_id}/cancel")
        expired = await invite(app, tenant, client_for)
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await session.execute(
                text("UPDATE candidate_invitations SET expires_at = now() WHERE id = :id"),
                {"id": expired.invitation_id},
            )
        clients = [used.http, cancelled.http, expired.http]
        clients += [await client_for(token) for token in ("garbage", "x" * 43, tenant.key)]
        answers = {
            await answer(client, method, path) for client in clients for method, path in ASKED
        }
        assert answers == {(404, "There is no such invitation.")}

    async def test_an_api_key_is_none_and_a_token_is_no_api_key(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        assert (await invited.http.get(INVITATIONS)).status_code == 401

    async def test_none_is_asked_for_one(self, anonymous: httpx.AsyncClient) -> None:
        response = await anonymous.get(ONBOARDING)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"

    async def test_the_link_dies_with_the_submission_in_the_database_too(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        token = await token_of(app, tenant, invited.invitation_id)
        await invited.submit()
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            row = (await session.execute(text("SELECT * FROM candidate_invitations"))).one()
        assert row.token_sealed is None
        assert token not in str(tuple(row))


async def test_a_suspended_firm_invites_nobody(
    app: FastAPI, tenant: Tenant, platform: Tenant, client_for: ClientFor
) -> None:
    invited = await invite(app, tenant, client_for)
    await platform.http.patch(f"/api/v1/tenants/{tenant.tenant_id}", json={"status": "suspended"})
    assert (await invited.http.get(ONBOARDING)).status_code == 403


async def test_guessing_is_slowed_down_by_address(app: FastAPI, client_for: ClientFor) -> None:
    object.__setattr__(app.state.gateway, "public_rate_limiter", RateLimiter(3, lambda: 0.0))
    statuses = [
        (await (await client_for(f"guess-{n}")).get(ONBOARDING)).status_code for n in range(5)
    ]
    assert statuses == [404, 404, 404, 429, 429]


ASKED = [("GET", ""), ("PATCH", ""), ("POST", "/documents"), ("POST", "/submit")]


async def answer(client: httpx.AsyncClient, method: str, path: str) -> tuple[int, str]:
    """Status and words of an answer."""
    content = {"PATCH": {"json": {}}, "POST": {"files": {"file": ("cv.txt", b"A CV.")}}}
    response = await client.request(method, ONBOARDING + path, **content.get(method, {}))  # type: ignore[arg-type]  # httpx types each argument
    return response.status_code, response.json()["detail"]
