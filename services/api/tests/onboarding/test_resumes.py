"""A CV is read as soon as it is uploaded, and what it says fills the form."""

from __future__ import annotations

import pytest
from blacklight_shared.models import ExtractionStatus
from fastapi import FastAPI

from services.api.tests.conftest import ClientFor, Tenant
from services.api.tests.invited import ONBOARDING, Invited, invite
from services.api.tests.reading import could_not_read, have_read


@pytest.fixture
async def invited(app: FastAPI, tenant: Tenant, client_for: ClientFor) -> Invited:
    return await invite(app, tenant, client_for)


async def wanted_readings(tenant: Tenant) -> list[int]:
    events = await tenant.events()
    return [data["document_id"] for name, data in events if name == "invitation/resume.uploaded"]


class TestUpload:
    async def test_of_a_cv_has_it_read_once(self, tenant: Tenant, invited: Invited) -> None:
        first = (await invited.upload()).json()
        await invited.upload(name="again.txt")

        assert first["extraction_status"] == "pending"
        assert await wanted_readings(tenant) == [first["id"]]

    async def test_of_another_file_has_nothing_read(self, tenant: Tenant, invited: Invited) -> None:
        files = {"file": ("certificate.txt", b"A certificate.")}
        sent = await invited.http.post(
            f"{ONBOARDING}/documents", files=files, data={"kind": "other"}
        )

        assert sent.status_code == 201
        assert await wanted_readings(tenant) == []

    async def test_again_tries_what_could_not_be_read(
        self, tenant: Tenant, invited: Invited
    ) -> None:
        document = (await invited.upload()).json()
        await could_not_read(tenant, invited.invitation_id, ExtractionStatus.FAILED)

        again = (await invited.upload()).json()

        assert (again["id"], again["extraction_status"]) == (document["id"], "pending")
        assert await wanted_readings(tenant) == [document["id"]] * 2
        [shown] = (await invited.seen_by_hr())["documents"]
        assert shown["extraction_error"] is None

    async def test_again_of_a_picture_is_in_vain(self, tenant: Tenant, invited: Invited) -> None:
        await invited.upload()
        await could_not_read(tenant, invited.invitation_id, ExtractionStatus.SCANNED)

        assert (await invited.upload()).json()["extraction_status"] == "scanned"
        assert len(await wanted_readings(tenant)) == 1


async def test_what_the_cv_filled_is_told_as_long_as_it_is_there(
    tenant: Tenant, invited: Invited
) -> None:
    await invited.upload()
    await have_read(tenant, invited.invitation_id, fills=["phone", "skills", "years_experience"])

    shown = (await invited.http.get(ONBOARDING)).json()
    assert shown["profile"]["phone"] == "+1 512 555 0100"
    assert shown["documents"][0]["filled_fields"] == ["phone", "skills", "years_experience"]

    saved = await invited.save(phone="555-0199", years_experience="6.5", skills=[])
    assert saved["documents"][0]["filled_fields"] == ["years_experience"]
