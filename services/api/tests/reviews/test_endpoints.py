from __future__ import annotations

from fastapi import FastAPI

from services.api.tests.conftest import ClientFor, Tenant
from services.api.tests.invited import INVITATIONS, Invited, invite

CANDIDATES = "/api/v1/candidates"


async def submitted(
    app: FastAPI, tenant: Tenant, client_for: ClientFor, email: str | None = None
) -> Invited:
    invited = await invite(app, tenant, client_for, email)
    await invited.submit()
    return invited


class TestApprove:
    async def test_makes_a_candidate_who_is_told_and_matched(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await submitted(app, tenant, client_for)
        path = f"{INVITATIONS}/{invited.invitation_id}/approve"
        approved = (await tenant.http.post(path)).json()
        assert approved["status"] == "approved"

        candidate = await tenant.get(f"{CANDIDATES}/{approved['candidate_id']}")
        assert candidate["status"] == "approved"
        assert (candidate["email"], candidate["last_name"]) == (invited.email, "Marsh")
        assert [role["name"] for role in candidate["preferred_roles"]] == ["Data Scientist"]
        documents = await tenant.get(f"{CANDIDATES}/{candidate['id']}/documents")
        assert [document["filename"] for document in documents["items"]] == ["cv.txt"]
        assert approved["documents"] == []

        later = (await tenant.events())[3:]
        events = [(name, data) for name, data in later if name != "role/created"]
        assert [name for name, _ in events] == [
            "job-match/generate-candidate",
            "candidate/resume.uploaded",
            "email/approval",
        ]
        assert events[0][1]["trigger"] == "onboarding_approval"
        assert events[2][1]["candidate_id"] == candidate["id"]

    async def test_a_second_time_changes_nothing(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await submitted(app, tenant, client_for)
        path = f"{INVITATIONS}/{invited.invitation_id}/approve"
        first = await tenant.http.post(path)
        events = await tenant.events()
        assert (await tenant.http.post(path)).json() == first.json()
        assert await tenant.events() == events

    async def test_joins_the_candidate_who_has_the_address(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        known = await tenant.make(CANDIDATES, email="ada@example.com", phone="555-0100")
        rejected = {"status": "rejected"}
        await tenant.http.patch(f"{CANDIDATES}/{known['id']}", json=rejected)
        invited = await submitted(app, tenant, client_for, "Ada@Example.com")
        approved = await tenant.http.post(f"{INVITATIONS}/{invited.invitation_id}/approve")
        assert approved.json()["candidate_id"] == known["id"]
        candidate = await tenant.get(f"{CANDIDATES}/{known['id']}")
        assert (candidate["status"], candidate["phone"]) == ("approved", "555-0100")
        assert candidate["first_name"] == "Ada"
        assert len((await tenant.get(CANDIDATES))["items"]) == 1

    async def test_joins_an_approved_candidate_and_matches_again(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        await tenant.make(CANDIDATES, email="ada@example.com", status="approved")
        invited = await submitted(app, tenant, client_for, "ada@example.com")
        await tenant.http.post(f"{INVITATIONS}/{invited.invitation_id}/approve")
        triggers = [
            data["trigger"]
            for name, data in await tenant.events()
            if name == "job-match/generate-candidate"
        ]
        assert triggers.count("onboarding_approval") == 2

    async def test_only_what_is_submitted(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await invite(app, tenant, client_for)
        for action in ("approve", "reject"):
            path = f"{INVITATIONS}/{invited.invitation_id}/{action}"
            assert (await tenant.http.post(path, json={})).status_code == 409
        assert (await invited.seen_by_hr())["status"] == "sent"


class TestReject:
    async def test_tells_the_candidate_why(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await submitted(app, tenant, client_for)
        path = f"{INVITATIONS}/{invited.invitation_id}/reject"
        for _ in range(2):
            rejected = (await tenant.http.post(path, json={"reason": "No role near you."})).json()
            assert rejected["status"] == "rejected"
        name, data = (await tenant.events())[-1]
        assert (name, data["reason"]) == ("email/rejection", "No role near you.")
        assert len(await tenant.events()) == 4
        assert (await tenant.get(CANDIDATES))["items"] == []

    async def test_is_not_approved_afterwards(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor
    ) -> None:
        invited = await submitted(app, tenant, client_for)
        path = f"{INVITATIONS}/{invited.invitation_id}"
        await tenant.http.post(f"{path}/reject", json={})
        assert (await tenant.http.post(f"{path}/approve")).status_code == 409
