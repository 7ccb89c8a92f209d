from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from blacklight_api.candidates.transitions import ALLOWED_TRANSITIONS, INITIAL_STATUSES
from blacklight_shared.database import Database
from blacklight_shared.models import MATCHABLE_STATUSES, CandidateStatus, RoleStatus

from services.api.tests.conftest import Tenant
from services.api.tests.factories import add_candidate, add_role

CANDIDATES = "/api/v1/candidates"
PROFILE: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Marsh",
    "email": "  Ada.Marsh@Example.com ",
    "phone": "+1 512 555 0100",
    "location": "Austin, TX",
    "titles": ["Data Scientist"],
    "skills": ["Python", "SQL"],
    "years_experience": 6.5,
    "education": [{"institution": "UT Austin", "degree": "MSc", "end_year": 2018}],
    "salary_expected": 130000,
    "salary_currency": "USD",
    "salary_period": "year",
    "work_modes": ["remote"],
    "willing_to_relocate": True,
}


async def audit_of(tenant: Tenant, candidate_id: int) -> list[dict[str, Any]]:
    page = await tenant.get("/api/v1/audit-log", entity_type="candidate", entity_id=candidate_id)
    items: list[dict[str, Any]] = page["items"]
    return list(reversed(items))


class TestCreate:
    async def test_keeps_what_was_given(self, tenant: Tenant) -> None:
        made = await tenant.make(CANDIDATES, **PROFILE)
        found = await tenant.get(f"{CANDIDATES}/{made['id']}")
        assert found == made
        assert found["email"] == "ada.marsh@example.com"
        assert found["status"] == "new"
        assert found["years_experience"] == 6.5
        assert found["salary_expected"] == 130000
        assert found["education"][0]["degree"] == "MSc"
        assert set(found["edited_fields"]) == PROFILE.keys()

    async def test_an_address_is_taken_once(self, tenant: Tenant) -> None:
        await tenant.make(CANDIDATES, email="ada@example.com")
        response = await tenant.http.post(CANDIDATES, json={"email": "ADA@example.com"})
        assert response.status_code == 409
        assert response.json()["errors"][0]["field"] == "email"
        assert "ada@" not in response.text.lower()

    async def test_an_address_is_free_again_after_deletion(self, tenant: Tenant) -> None:
        made = await tenant.make(CANDIDATES, email="ada@example.com")
        await tenant.http.delete(f"{CANDIDATES}/{made['id']}")
        await tenant.make(CANDIDATES, email="ada@example.com")

    async def test_another_tenant_may_know_the_same_person(
        self, tenant: Tenant, other_tenant: Tenant
    ) -> None:
        await tenant.make(CANDIDATES, email="ada@example.com")
        await other_tenant.make(CANDIDATES, email="ada@example.com")

    async def test_an_approved_one_is_matched(self, tenant: Tenant) -> None:
        made = await tenant.make(CANDIDATES, first_name="Ada", status="approved")
        expected = {
            "candidate_id": made["id"],
            "tenant_id": tenant.tenant_id,
            "trigger": "onboarding_approval",
        }
        assert await tenant.events() == [("job-match/generate-candidate", expected)]

    @pytest.mark.parametrize("status", sorted(set(CandidateStatus) - INITIAL_STATUSES))
    async def test_cannot_begin_in_the_middle(self, tenant: Tenant, status: str) -> None:
        body = {"first_name": "Ada", "status": status}
        response = await tenant.http.post(CANDIDATES, json=body)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "status"
        assert await tenant.events() == []


class TestPreferredRoles:
    async def test_are_given_by_id_by_name_and_by_alias(
        self, tenant: Tenant, database: Database
    ) -> None:
        async with database.global_session() as session:
            target = await add_role(session, "Wind Farm Planner")
            merged = await add_role(
                session, "Wind Park Planner", status=RoleStatus.MERGED, merged_into_id=target.id
            )
            other = await add_role(session, "Turbine Fitter")
        made = await tenant.make(
            CANDIDATES,
            first_name="Ada",
            preferred_roles=[other.id, "wind farm planner", merged.id, "Unheard Role"],
        )
        names = [role["name"] for role in made["preferred_roles"]]
        assert names == ["Turbine Fitter", "Wind Farm Planner", "Unheard Role"]
        new = await tenant.get(f"/api/v1/roles/{made['preferred_roles'][2]['id']}")
        assert new["status"] == "pending_review"

    @pytest.mark.parametrize("role", [2**62, "!!!"])
    async def test_an_impossible_one_is_422(self, tenant: Tenant, role: int | str) -> None:
        body = {"first_name": "Ada", "preferred_roles": ["Welder", role]}
        response = await tenant.http.post(CANDIDATES, json=body)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "preferred_roles.1"

    async def test_a_rejected_one_is_422(self, tenant: Tenant, database: Database) -> None:
        async with database.global_session() as session:
            role = await add_role(session, status=RoleStatus.REJECTED)
        body = {"first_name": "Ada", "preferred_roles": [role.id]}
        assert (await tenant.http.post(CANDIDATES, json=body)).status_code == 422

    async def test_changing_them_matters_and_repeating_does_not(self, tenant: Tenant) -> None:
        made = await tenant.make(
            CANDIDATES, first_name="Ada", status="approved", preferred_roles=["Welder"]
        )
        path = f"{CANDIDATES}/{made['id']}"
        changed = await tenant.http.patch(path, json={"preferred_roles": ["Welder", "Fitter"]})
        assert len(changed.json()["preferred_roles"]) == 2
        again = await tenant.http.patch(path, json={"preferred_roles": ["Welder", "Fitter"]})
        assert again.json() == changed.json()
        events = [data for name, data in await tenant.events() if name != "role/created"]
        triggers = [data["trigger"] for data in events]
        assert triggers == ["onboarding_approval", "profile_update"]


class TestChange:
    async def test_leaves_the_rest_alone(self, tenant: Tenant) -> None:
        made = await tenant.make(CANDIDATES, **PROFILE)
        response = await tenant.http.patch(
            f"{CANDIDATES}/{made['id']}", json={"phone": None, "headline": "Hello"}
        )
        changed = response.json()
        assert (changed["phone"], changed["headline"]) == (None, "Hello")
        untouched = made.keys() - {"phone", "headline", "edited_fields", "updated_at"}
        assert {name: changed[name] for name in untouched} == {
            name: made[name] for name in untouched
        }
        assert "headline" in changed["edited_fields"]

    async def test_of_nothing_is_not_recorded(self, tenant: Tenant) -> None:
        made = await tenant.make(CANDIDATES, **PROFILE, status="approved")
        same = {"skills": PROFILE["skills"], "years_experience": 6.5, "salary_expected": 130000.0}
        await tenant.http.patch(f"{CANDIDATES}/{made['id']}", json=same)
        await tenant.http.patch(f"{CANDIDATES}/{made['id']}", json={})
        assert [entry["action"] for entry in await audit_of(tenant, made["id"])] == [
            "candidate.created"
        ]
        assert len(await tenant.events()) == 1

    @pytest.mark.parametrize(
        ("patch", "is_matched_again"),
        [
            ({"skills": ["Rust"]}, True),
            ({"location": "Oslo"}, True),
            ({"work_modes": []}, True),
            ({"phone": "1", "first_name": "Eve"}, False),
        ],
    )
    async def test_is_matched_again_when_it_matters(
        self, tenant: Tenant, patch: dict[str, Any], is_matched_again: bool
    ) -> None:
        made = await tenant.make(CANDIDATES, **PROFILE, status="approved")
        await tenant.http.patch(f"{CANDIDATES}/{made['id']}", json=patch)
        triggers = [data["trigger"] for _, data in await tenant.events()]
        assert ("profile_update" in triggers) is is_matched_again

    async def test_of_one_who_is_not_matched_asks_for_nothing(self, tenant: Tenant) -> None:
        made = await tenant.make(CANDIDATES, **PROFILE)
        await tenant.http.patch(f"{CANDIDATES}/{made['id']}", json={"skills": ["Rust"]})
        assert await tenant.events() == []

    async def test_to_a_taken_address_changes_nothing(self, tenant: Tenant) -> None:
        await tenant.make(CANDIDATES, email="ada@example.com")
        made = await tenant.make(CANDIDATES, email="eve@example.com", status="approved")
        body = {"email": "ada@example.com", "preferred_roles": ["Welder"], "skills": ["Rust"]}
        response = await tenant.http.patch(f"{CANDIDATES}/{made['id']}", json=body)
        assert response.status_code == 409
        assert await tenant.get(f"{CANDIDATES}/{made['id']}") == made
        assert len(await tenant.events()) == 1

    async def test_is_audited_without_values(self, tenant: Tenant) -> None:
        made = await tenant.make(CANDIDATES, **PROFILE)
        patch = {"phone": "555-secret", "status": "approved"}
        await tenant.http.patch(f"{CANDIDATES}/{made['id']}", json=patch)
        entries = await audit_of(tenant, made["id"])
        assert [(entry["action"], entry["changes"]) for entry in entries] == [
            ("candidate.created", {"status": "new"}),
            ("candidate.approved", {"from": "new", "to": "approved"}),
            ("candidate.updated", {"fields": ["phone"]}),
        ]
        assert all(entry["actor_id"] == str(tenant.api_key_id) for entry in entries)
        assert all(entry["request_id"] for entry in entries)


class TestTransitions:
    @pytest.mark.parametrize(("current", "wanted"), list(product(CandidateStatus, repeat=2)))
    async def test_follow_the_table(
        self, tenant: Tenant, database: Database, current: str, wanted: str
    ) -> None:
        async with database.tenant_session(tenant.tenant_id) as session:
            candidate = await add_candidate(session, tenant.tenant_id, status=current)
        response = await tenant.http.patch(f"{CANDIDATES}/{candidate.id}", json={"status": wanted})
        allowed = ALLOWED_TRANSITIONS[CandidateStatus(current)]
        is_allowed = wanted in allowed or wanted == current
        assert response.status_code == (200 if is_allowed else 409), response.text
        begins_or_ends = (wanted in MATCHABLE_STATUSES) != (current in MATCHABLE_STATUSES)
        is_matched = begins_or_ends or wanted == CandidateStatus.APPROVED
        assert bool(await tenant.events()) is (is_allowed and wanted != current and is_matched)

    def test_lead_everywhere(self) -> None:
        reached, frontier = set(INITIAL_STATUSES), set(INITIAL_STATUSES)
        while frontier:
            frontier = {to for status in frontier for to in ALLOWED_TRANSITIONS[status]} - reached
            reached |= frontier
        assert reached == set(CandidateStatus)


class TestDelete:
    async def test_is_for_good(self, tenant: Tenant) -> None:
        made = await tenant.make(CANDIDATES, **PROFILE)
        path = f"{CANDIDATES}/{made['id']}"
        assert (await tenant.http.delete(path)).status_code == 204
        for request in (
            tenant.http.get(path),
            tenant.http.delete(path),
            tenant.http.patch(path, json={"phone": "1"}),
            tenant.http.get(f"{path}/matches"),
            tenant.http.get(f"{path}/documents"),
        ):
            assert (await request).status_code == 404
        assert (await tenant.get(CANDIDATES))["items"] == []
        assert [name for name, _ in await tenant.events()] == ["candidate/deleted"]


class TestList:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, {"Ada", "Bo", "Cy"}),
            ({"status": ["new", "in_review"]}, {"Bo", "Cy"}),
            ({"email": "ADA@example.com"}, {"Ada"}),
            ({"search": "wel"}, {"Bo"}),
            ({"search": "bo weld"}, {"Bo"}),
            ({"search": "elder"}, set()),
            ({"search": "ada@exam"}, {"Ada"}),
            ({"search": "ada@example.com"}, {"Ada"}),
            ({"search": "o'neil \\"}, {"Cy"}),
            ({"search": "!!!"}, set()),
        ],
    )
    async def test_filters(self, tenant: Tenant, query: dict[str, Any], expected: set[str]) -> None:
        await tenant.make(CANDIDATES, first_name="Ada", email="ada@example.com", status="approved")
        await tenant.make(CANDIDATES, first_name="Bo", headline="Senior Welder")
        await tenant.make(CANDIDATES, first_name="Cy", last_name="O'Neil", status="in_review")
        found = await tenant.get(CANDIDATES, **query)
        assert {item["first_name"] for item in found["items"]} == expected

    async def test_by_role_follows_merges(self, tenant: Tenant, database: Database) -> None:
        async with database.global_session() as session:
            target = await add_role(session)
            merged = await add_role(session)
        made = await tenant.make(CANDIDATES, first_name="Ada", preferred_roles=[merged.id])
        await tenant.make(CANDIDATES, first_name="Bo")
        async with database.global_session() as session:
            merged = await session.merge(merged)
            merged.status, merged.merged_into_id = RoleStatus.MERGED, target.id
        found = await tenant.get(CANDIDATES, role_id=target.id)
        assert [item["id"] for item in found["items"]] == [made["id"]]
        assert found["items"][0]["preferred_roles"][0]["id"] == target.id
