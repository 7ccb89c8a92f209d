"""Companies that register, in the portal and on the public form."""

from __future__ import annotations

import json

import httpx
import pytest
from blacklight_shared.models import Registration, RegistrationForm, RegistrationStatus
from blacklight_shared.registrations import OpenPosition

from services.api.tests.conftest import Tenant
from services.api.tests.portal.conftest import Browser
from services.api.tests.portal.test_invitations import HOSTILE
from services.api.tests.registration_factories import SITE, add_dossier, add_form, add_registration

PERSON = {"first_name": "Ada", "last_name": "Marsh", "company_website": "northwind.com"}


@pytest.fixture
async def form(tenant: Tenant) -> RegistrationForm:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        return await add_form(session, tenant.tenant_id)


@pytest.fixture
async def registration(tenant: Tenant) -> Registration:
    """One with a dossier that has a position."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        made = await add_registration(session, tenant.tenant_id, last_name=HOSTILE)
        position = OpenPosition(title="Welder", url="javascript:alert(1)", source_url=SITE)
        await add_dossier(session, made, position)
        return made


class TestDossier:
    async def test_each_claim_has_its_source_and_nothing_runs(
        self, recruiter: Browser, registration: Registration
    ) -> None:
        shown = await recruiter.open(f"/registrations/{registration.request_id}")

        assert f'href="{SITE}"' in shown
        assert "Welder" in shown
        assert 'href="javascript:' not in shown
        assert "<script>alert" not in shown
        assert SITE in await recruiter.open("/registrations?status=completed")
        assert SITE not in await recruiter.open("/registrations?status=failed")

    async def test_positions_are_imported_by_those_who_may(
        self, recruiter: Browser, hr: Browser, tenant: Tenant, registration: Registration
    ) -> None:
        path = f"/registrations/{registration.request_id}"

        assert "import-positions" not in await hr.open(path)
        assert (await hr.send(f"{path}/import-positions")).status_code == 403
        for _twice in range(2):
            sent = await recruiter.send(f"{path}/import-positions")
            assert sent.headers["location"].startswith("/jobs/import/batches/registration-")
        assert "Import from registration" in await recruiter.open(sent.headers["location"])

        assert [name for name, _data in await tenant.events()].count("jobs/imported") <= 1

    async def test_it_is_looked_at_again_and_followed(
        self, recruiter: Browser, tenant: Tenant, registration: Registration
    ) -> None:
        path = f"/registrations/{registration.request_id}"

        assert (await recruiter.send(f"{path}/rerun")).status_code == 303
        assert (await recruiter.send(f"{path}/rerun")).status_code == 409
        assert f'data-live="{path}/progress"' in await recruiter.open(path)
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            found = await session.get_one(Registration, registration.id)
            found.status, found.percent = RegistrationStatus.FAILED, 40.0
            found.failure = "The site cannot be reached."
        events = await recruiter.open(f"{path}/progress")

        assert json.loads(events.strip().split("data: ")[-1])["done"] is True
        assert "The site cannot be reached." in await recruiter.open(path)

    async def test_it_is_deleted(self, recruiter: Browser, registration: Registration) -> None:
        path = f"/registrations/{registration.request_id}"

        assert (await recruiter.send(f"{path}/delete")).status_code == 303
        assert (await recruiter.send(f"{path}/delete")).status_code == 404

    async def test_nothing_of_another_tenant_is_found(
        self, recruiter: Browser, other_tenant: Tenant
    ) -> None:
        async with other_tenant.database.tenant_session(other_tenant.tenant_id) as session:
            theirs = await add_registration(session, other_tenant.tenant_id)
        path = f"/registrations/{theirs.request_id}"

        answers = [
            await recruiter.http.get(path),
            await recruiter.http.get(f"{path}/progress"),
            await recruiter.send(f"{path}/rerun"),
            await recruiter.send(f"{path}/import-positions"),
            await recruiter.http.get("/registrations/none"),
        ]

        assert [answer.status_code for answer in answers] == [404] * 5


class TestForms:
    async def test_an_admin_makes_and_closes_a_form(
        self, admin: Browser, recruiter: Browser, anonymous: httpx.AsyncClient
    ) -> None:
        assert (await admin.send("/registrations/forms", name="Fair\x00")).status_code == 422
        assert (await admin.send("/registrations/forms", name="Trade fair")).status_code == 303
        shown = await admin.open("/registrations/forms")
        path = shown.split('href="/register/')[1].split('"')[0]
        revoke = shown.split('action="/registrations/forms/')[1].split('"')[0]

        assert (await anonymous.get(f"/register/{path}")).status_code == 200
        assert (await recruiter.send(f"/registrations/forms/{revoke}")).status_code == 403
        assert (await admin.send(f"/registrations/forms/{revoke}")).status_code == 303
        assert (await anonymous.get(f"/register/{path}")).status_code == 404


class TestRegistering:
    async def test_the_same_content_registers_once(
        self, anonymous: httpx.AsyncClient, form: RegistrationForm, recruiter: Browser
    ) -> None:
        path = f"/register/{form.public_key}"

        first, second = [await anonymous.post(path, data=PERSON) for _twice in range(2)]
        status = await anonymous.get(first.headers["location"])

        assert first.status_code == 303
        assert second.headers["location"] == first.headers["location"]
        assert "Thank you" in status.text
        assert (await recruiter.open("/registrations")).count("Ada Marsh") == 1

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"first_name": ""}, "first_name"),
            ({"last_name": "x" * 101}, "last_name"),
            ({"company_website": "http://127.0.0.1/"}, "company_website"),
            ({"company_website": HOSTILE}, "company_website"),
            ({"company_website": "", "linkedin": ""}, "company_website"),
        ],
    )
    async def test_what_is_not_allowed_is_shown_beside_its_field(
        self,
        anonymous: httpx.AsyncClient,
        form: RegistrationForm,
        fields: dict[str, str],
        field: str,
    ) -> None:
        refused = await anonymous.post(f"/register/{form.public_key}", data=PERSON | fields)

        assert refused.status_code == 422
        assert f'id="{field}-help"' in refused.text
        assert 'aria-invalid="true"' in refused.text
        assert "<script>alert" not in refused.text

    async def test_a_form_that_does_not_exist_is_not_found(
        self, anonymous: httpx.AsyncClient
    ) -> None:
        assert (await anonymous.get("/register/rf_none")).status_code == 404
        assert (await anonymous.post("/register/rf_none", data=PERSON)).status_code == 404

    async def test_other_sites_cannot_send_it(
        self, anonymous: httpx.AsyncClient, form: RegistrationForm
    ) -> None:
        refused = await anonymous.post(
            f"/register/{form.public_key}", data=PERSON, headers={"Origin": "https://evil.example"}
        )

        assert refused.status_code == 403
