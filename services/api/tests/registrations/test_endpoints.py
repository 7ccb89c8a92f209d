from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import orjson
import pytest
from blacklight_api.auth.scopes import Scope
from blacklight_shared.database import Database
from blacklight_shared.models import Registration, RegistrationStatus, TenantStatus
from blacklight_shared.models import Tenant as TenantRow
from blacklight_shared.registrations import OpenPosition
from sqlalchemy import select, update

from services.api.tests.conftest import Tenant, WithScopes
from services.api.tests.registration_factories import SITE, add_dossier, add_registration

REGISTRATIONS = "/api/v1/registrations"
REGISTER = "/api/v1/register"
FORMS = "/api/v1/registration-forms"


@pytest.fixture
async def form_key(tenant: Tenant) -> str:
    made = await tenant.make(FORMS, name="Careers page")
    return str(made["public_key"])


def filled_in(form_key: str, /, **fields: Any) -> dict[str, Any]:
    return {
        "form_key": form_key,
        "first_name": "Ada",
        "last_name": "Marsh",
        "company_website": "northwind.example.com",
        **fields,
    }


async def registered(http: httpx.AsyncClient, body: dict[str, Any], **headers: str) -> str:
    response = await http.post(REGISTRATIONS, json=body, headers=headers)
    assert response.status_code == 202, response.text
    return str(response.json()["request_id"])


class TestRegister:
    @pytest.mark.parametrize("path", [REGISTRATIONS, REGISTER])
    async def test_adds_it_to_the_forms_tenant(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str, path: str
    ) -> None:
        response = await anonymous.post(
            path, json=filled_in(form_key, linkedin="linkedin.com/in/Ada-Marsh/")
        )

        assert response.status_code == 202
        accepted = response.json()
        assert accepted["status"] == "queued"
        shown = await tenant.get(f"{REGISTRATIONS}/{accepted['request_id']}")
        assert shown["company_website"] == "https://northwind.example.com/"
        assert shown["linkedin"] == "https://www.linkedin.com/in/ada-marsh"
        assert (shown["first_name"], shown["last_name"]) == ("Ada", "Marsh")
        assert shown["dossier"] is None

    async def test_asks_for_the_analysis_without_naming_anybody(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        body = filled_in(form_key, linkedin="linkedin.com/in/ada-marsh")
        request_id = await registered(anonymous, body)

        [(name, data)] = await tenant.events()
        assert name == "registration.received"
        assert data == {
            "request_id": request_id,
            "tenant_id": tenant.tenant_id,
            "analysis_number": 1,
            "site": "northwind.example.com",
            "registration_data": {"company_website": "https://northwind.example.com/"},
        }

    async def test_a_profile_alone_will_do(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        body = filled_in(form_key, company_website=" ", linkedin="linkedin.com/company/acme")
        request_id = await registered(anonymous, body)

        [(_, data)] = await tenant.events()
        assert data["site"] == request_id

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"company_website": None}, "company_website"),
            ({"company_website": "not a site"}, "company_website"),
            ({"company_website": "http://127.0.0.1/"}, "company_website"),
            ({"company_website": "http://localhost/"}, "company_website"),
            ({"company_website": "example.com:22"}, "company_website"),
            ({"company_website": "x" * 3_000}, "company_website"),
            ({"linkedin": "example.com/in/ada"}, "linkedin"),
            ({"first_name": " "}, "first_name"),
            ({"last_name": "A\nB"}, "last_name"),
            ({"form_key": "rf_unknown_to_everybody"}, "form_key"),
            ({"form_key": "sk_wrong"}, "form_key"),
            ({"phone": "123"}, "phone"),
        ],
    )
    async def test_what_is_wrong_is_named_and_changes_nothing(
        self,
        anonymous: httpx.AsyncClient,
        tenant: Tenant,
        form_key: str,
        fields: dict[str, Any],
        field: str,
    ) -> None:
        response = await anonymous.post(REGISTRATIONS, json=filled_in(form_key, **fields))

        assert response.status_code == 422
        assert [error["field"] for error in response.json()["errors"]] == [field]
        assert (await tenant.get(REGISTRATIONS))["items"] == []

    async def test_a_revoked_form_takes_nothing(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        [form] = (await tenant.get(FORMS))["items"]
        for _ in range(2):
            assert (await tenant.http.delete(f"{FORMS}/{form['id']}")).status_code == 204

        response = await anonymous.post(REGISTRATIONS, json=filled_in(form_key))
        assert response.status_code == 422

    async def test_a_suspended_tenant_takes_nothing(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await session.execute(update(TenantRow).values(status=TenantStatus.SUSPENDED))

        response = await anonymous.post(REGISTRATIONS, json=filled_in(form_key))
        assert response.status_code == 403


class TestRepetitions:
    async def test_the_same_content_is_one_registration(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        spellings = ["northwind.example.com", "HTTPS://Northwind.example.com/?utm=1#top"]
        ids = {
            await registered(anonymous, filled_in(form_key, company_website=site, first_name=first))
            for site, first in zip(spellings, ["Ada", " ada "], strict=True)
        }

        assert len(ids) == 1
        assert len(await tenant.events()) == 1

    async def test_two_clicks_at_once_are_one_registration(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        body = filled_in(form_key)
        ids = await asyncio.gather(*(registered(anonymous, body) for _ in range(5)))

        assert len(set(ids)) == 1
        assert len((await tenant.get(REGISTRATIONS))["items"]) == 1

    async def test_after_the_window_it_is_another_one(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        first = await registered(anonymous, filled_in(form_key))
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            registration = (await session.scalars(select(Registration))).one()
            registration.created_at = registration.created_at.replace(year=2020)

        assert await registered(anonymous, filled_in(form_key)) != first

    async def test_a_key_makes_a_request_safe_to_send_again(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        ids = {await registered(anonymous, filled_in(form_key), **key) for _ in range(2)}
        assert len(ids) == 1

        other = filled_in(form_key, first_name="Bea")
        response = await anonymous.post(REGISTRATIONS, json=other, headers=key)
        assert response.status_code == 409

    async def test_other_tenants_registrations_are_no_repetitions(
        self,
        anonymous: httpx.AsyncClient,
        tenant: Tenant,
        other_tenant: Tenant,
        form_key: str,
    ) -> None:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        theirs = await other_tenant.make(FORMS, name="Theirs")
        first = await registered(anonymous, filled_in(form_key), **key)
        second = await registered(anonymous, filled_in(theirs["public_key"]), **key)

        assert first != second


class TestStatus:
    async def test_the_submitter_sees_the_progress_and_nothing_else(
        self, anonymous: httpx.AsyncClient, form_key: str
    ) -> None:
        request_id = await registered(anonymous, filled_in(form_key))

        response = await anonymous.get(f"{REGISTER}/{request_id}")

        assert response.json() == {
            "request_id": request_id,
            "status": "queued",
            "step": "queued",
            "percent": 0.0,
            "message": "Waiting to be analysed.",
        }

    async def test_an_unknown_id_is_not_found(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get(f"{REGISTER}/{uuid.uuid4()}")).status_code == 404


class TestRecruiters:
    async def test_list_by_status(self, tenant: Tenant) -> None:
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            await add_registration(session, tenant.tenant_id, status=RegistrationStatus.FAILED)
            done = await add_registration(session, tenant.tenant_id)
            done_id = str(done.request_id)

        listed = (await tenant.get(REGISTRATIONS, status="completed"))["items"]
        assert [item["request_id"] for item in listed] == [done_id]

        first = await tenant.get(REGISTRATIONS, limit=1)
        rest = await tenant.get(REGISTRATIONS, limit=1, cursor=first["next_cursor"])
        assert [item["status"] for item in (*first["items"], *rest["items"])] == [
            "completed",
            "failed",
        ]

    async def test_see_the_last_finished_dossier_while_another_is_made(
        self, tenant: Tenant
    ) -> None:
        request_id = await with_dossier(tenant)

        again = await tenant.http.post(f"{REGISTRATIONS}/{request_id}/rerun")

        assert (again.status_code, again.json()["status"]) == (202, "queued")
        shown = await tenant.get(f"{REGISTRATIONS}/{request_id}")
        assert shown["analysis_number"] == 2
        assert shown["dossier"]["profile"]["name"]["value"] == "Northwind"
        [(name, data)] = await tenant.events()
        assert (name, data["analysis_number"]) == ("registration.received", 2)

    async def test_cannot_have_it_analysed_twice_at_a_time(self, tenant: Tenant) -> None:
        request_id = await with_dossier(tenant)
        path = f"{REGISTRATIONS}/{request_id}/rerun"
        assert (await tenant.http.post(path)).status_code == 202
        assert (await tenant.http.post(path)).status_code == 409

    async def test_delete_everything(self, tenant: Tenant) -> None:
        request_id = await with_dossier(tenant)

        assert (await tenant.http.delete(f"{REGISTRATIONS}/{request_id}")).status_code == 204

        response = await tenant.http.get(f"{REGISTRATIONS}/{request_id}")
        assert response.status_code == 404

    async def test_need_the_scope(self, tenant: Tenant, with_scopes: WithScopes) -> None:
        narrow = await with_scopes(tenant, [Scope.JOBS_READ])
        assert (await narrow.get(REGISTRATIONS)).status_code == 403


class TestImportPositions:
    POSITIONS = (
        OpenPosition(
            title="Registered Nurse",
            identifier="RN-204",
            location="Portland, OR, US",
            description="You care for patients.\nBLS",
            source_url=f"{SITE}jobs",
        ),
        OpenPosition(title="Records Clerk", is_remote=True, source_url=f"{SITE}jobs"),
    )

    async def test_makes_postings_that_only_the_tenant_sees(self, tenant: Tenant) -> None:
        request_id = await with_dossier(tenant, *self.POSITIONS)

        response = await tenant.http.post(f"{REGISTRATIONS}/{request_id}/import-positions")

        assert response.status_code == 202, response.text
        batch = response.json()
        assert batch["visibility"] == "tenant"
        assert batch["counts"]["jobs_new"] == 2
        jobs = {job["title"]: job for job in (await tenant.get("/api/v1/jobs"))["items"]}
        nurse, clerk = jobs["Registered Nurse"], jobs["Records Clerk"]
        assert (nurse["company"], nurse["location"]) == ("Northwind", "Portland, OR, US")
        assert clerk["work_mode"] == "remote"

    async def test_a_second_call_imports_nothing_twice(self, tenant: Tenant) -> None:
        request_id = await with_dossier(tenant, *self.POSITIONS)
        path = f"{REGISTRATIONS}/{request_id}/import-positions"

        batches = [(await tenant.http.post(path)).json() for _ in range(2)]

        assert batches[0]["batch_id"] == batches[1]["batch_id"]
        assert len((await tenant.get("/api/v1/jobs"))["items"]) == 2

    async def test_another_analysis_finds_the_same_postings(self, tenant: Tenant) -> None:
        request_id = await with_dossier(tenant, *self.POSITIONS)
        path = f"{REGISTRATIONS}/{request_id}/import-positions"
        await tenant.http.post(path)
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            registration = (await session.scalars(select(Registration))).one()
            registration.analysis_number = 2
            await add_dossier(session, registration, *self.POSITIONS)

        second = (await tenant.http.post(path)).json()

        assert second["counts"]["jobs_unchanged"] == 2

    async def test_without_positions_there_is_nothing_to_import(self, tenant: Tenant) -> None:
        request_id = await with_dossier(tenant)
        response = await tenant.http.post(f"{REGISTRATIONS}/{request_id}/import-positions")
        assert response.status_code == 409


class TestFollow:
    async def test_each_change_and_the_end(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, form_key: str
    ) -> None:
        request_id = await registered(anonymous, filled_in(form_key))
        following = asyncio.create_task(events_of(tenant, request_id))
        await asyncio.sleep(0.2)
        await set_values(tenant.database, tenant.tenant_id, step="reading_site", percent=5.0)
        await asyncio.sleep(0.8)
        await set_values(
            tenant.database, tenant.tenant_id, status=RegistrationStatus.COMPLETED, percent=100.0
        )

        events = await asyncio.wait_for(following, 20)

        assert [name for name, _ in events] == ["progress", "progress", "progress", "end"]
        assert [data["percent"] for _, data in events] == [0.0, 5.0, 100.0, 100.0]

    async def test_an_unknown_id_is_not_found(self, tenant: Tenant) -> None:
        response = await tenant.http.get(f"{REGISTRATIONS}/{uuid.uuid4()}/events")
        assert response.status_code == 404


async def with_dossier(tenant: Tenant, *positions: OpenPosition) -> str:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        registration = await add_registration(session, tenant.tenant_id)
        await add_dossier(session, registration, *positions)
    return str(registration.request_id)


async def set_values(database: Database, tenant_id: int, **values: Any) -> None:
    async with database.tenant_session(tenant_id) as session:
        await session.execute(update(Registration).values(values))


async def events_of(tenant: Tenant, request_id: str) -> list[tuple[str, dict[str, Any]]]:
    response = await tenant.http.get(f"{REGISTRATIONS}/{request_id}/events", timeout=20)
    events = []
    for block in response.text.replace("\r\n", "\n").strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            events.append((lines["event"], orjson.loads(lines["data"])))
    return events
