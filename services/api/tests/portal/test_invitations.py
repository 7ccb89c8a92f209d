"""Inviting people and deciding about what they submit."""

from __future__ import annotations

import html

import httpx
from blacklight_shared.models import MailLogEntry, MailStatus, MailTemplate
from fastapi import FastAPI

from services.api.tests.conftest import ClientFor, Tenant
from services.api.tests.invited import RESUME, invite
from services.api.tests.portal.conftest import Browser, MakeBrowser
from services.api.tests.reading import READING, have_read

HOSTILE = "<script>alert(1)</script>\u202e"


class TestInviting:
    async def test_one_person_is_invited_once(self, recruiter: Browser, tenant: Tenant) -> None:
        person = {"email": "Ada@Example.com", "first_name": HOSTILE, "last_name": ""}

        sent = await recruiter.send("/invitations", **person)
        again = await recruiter.send("/invitations", **person)

        assert (sent.status_code, again.status_code) == (303, 422)
        assert "not decided yet" in again.text
        listed = await recruiter.open("/invitations")
        assert "ada@example.com" in listed
        assert "<script>alert" not in listed
        assert [name for name, _data in await tenant.events()].count("email/invitation") == 1

    async def test_what_is_wrong_stands_beside_the_field(self, recruiter: Browser) -> None:
        refused = await recruiter.send("/invitations", email="ada", first_name="Ada\x00")

        assert refused.status_code == 422
        assert 'id="email-help"' in refused.text
        assert 'id="first_name-help"' in refused.text

    async def test_a_typed_list_invites_each_person_once(self, recruiter: Browser) -> None:
        people = "ada@example.com, Ada, Marsh\n\nsam@example.com\nADA@example.com"

        sent = await recruiter.send("/invitations/many", people=people)

        assert sent.headers["location"] == "/invitations"
        told = (await recruiter.http.get("/invitations")).text
        assert "2 people are invited. 1 row was invited before." in told
        assert "Ada Marsh" in told

    async def test_a_file_invites_its_good_rows_and_shows_the_others(
        self, recruiter: Browser
    ) -> None:
        content = b"email,first_name\nada@example.com,Ada\nnobody,Sam\n"

        sent = await recruiter.http.post(
            "/invitations/many",
            data={"csrf_token": await recruiter.csrf(), "people": ""},
            files={"file": ("people.csv", content, "text/csv")},
        )

        assert sent.status_code == 200
        assert "1 person is invited." in sent.text
        assert "Line 3" in sent.text

    async def test_a_list_that_is_none_is_explained(self, recruiter: Browser) -> None:
        nothing = await recruiter.send("/invitations/many", people="  ")
        no_addresses = await recruiter.send("/invitations/many", people="Ada\nSam")

        assert (nothing.status_code, no_addresses.status_code) == (422, 422)
        assert "Type or paste" in nothing.text
        assert "must name the columns" in no_addresses.text

    async def test_a_form_of_another_session_changes_nothing(self, recruiter: Browser) -> None:
        refused = await recruiter.http.post(
            "/invitations", data={"csrf_token": "stale", "email": "ada@example.com"}
        )

        assert refused.status_code == 403
        assert "ada@example.com" not in await recruiter.open("/invitations")


class TestOneInvitation:
    async def test_it_is_sent_again_and_cancelled(self, recruiter: Browser, tenant: Tenant) -> None:
        made = await tenant.make("/api/v1/invitations", email="ada@example.com")
        path = f"/invitations/{made['id']}"

        assert (await recruiter.send(f"{path}/resend")).headers["location"] == path
        for _twice in range(2):
            assert (await recruiter.send(f"{path}/cancel")).status_code == 303
        too_late = await recruiter.send(f"{path}/resend")

        assert too_late.status_code == 409
        shown = await recruiter.open(path)
        assert "Cancelled" in shown
        assert "Send again" not in shown

    async def test_its_mails_are_shown_in_words(self, recruiter: Browser, tenant: Tenant) -> None:
        made = await tenant.make("/api/v1/invitations", email="ada@example.com")
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            session.add_all(
                MailLogEntry(
                    tenant_id=tenant.tenant_id,
                    template=MailTemplate.INVITATION,
                    business_key=f"invitation:{made['id']}{more}",
                    event_name="email/invitation",
                    event_data={},
                    recipient="ada@example.com",
                    status=MailStatus.BOUNCED,
                    subject=subject,
                )
                for more, subject in ((":2026-01-01", "Join us"), ("0", "Of another one"))
            )

        shown = await recruiter.open(f"/invitations/{made['id']}")

        assert "Refused by their mail server" in shown
        assert "Of another one" not in shown

    async def test_nothing_of_another_tenant_is_found(
        self, recruiter: Browser, other_tenant: Tenant
    ) -> None:
        made = await other_tenant.make("/api/v1/invitations", email="ada@example.com")
        path = f"/invitations/{made['id']}"

        answers = [
            await recruiter.http.get(path),
            await recruiter.send(f"{path}/cancel"),
            await recruiter.http.get(f"{path}/documents/1"),
            await recruiter.http.get("/invitations/none"),
        ]

        assert [answer.status_code for answer in answers] == [404] * 4


class TestDeciding:
    async def test_hr_reads_a_submission_and_approves_it(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor, hr: Browser
    ) -> None:
        person = await invite(app, tenant, client_for)
        await person.submit()
        path = f"/invitations/{person.invitation_id}"
        [document] = (await person.seen_by_hr())["documents"]

        shown = await hr.open(path)
        file = await hr.http.get(f"{path}/documents/{document['id']}")
        first, second = [await hr.send(f"{path}/approve") for _twice in range(2)]

        assert "Data Scientist" in shown
        assert file.content == RESUME
        assert first.headers["location"] == second.headers["location"]
        assert first.headers["location"].startswith("/candidates/")

    async def test_hr_chooses_between_the_candidate_and_their_cv(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor, hr: Browser
    ) -> None:
        person = await invite(app, tenant, client_for)
        path = f"/invitations/{person.invitation_id}"
        await person.save(phone="555-0199", skills=["Python"])
        await person.submit()
        assert "The CV is being read" in await hr.open(path)
        await have_read(tenant, person.invitation_id)

        shown = await hr.open(path)
        assert "The CV is being read" not in shown
        assert "ada.private@example.com" in shown
        assert "Add 2 from the CV" in shown
        for counts, taken in (("resume", ["skills"]), ("entered", [])):
            for _twice in range(2):
                sent = await hr.send(f"{path}/taken", field="skills", counts=counts)
                assert sent.headers["location"] == f"{path}#submission"
            assert (await person.seen_by_hr())["taken_from_resume"] == taken

        refused = await hr.send(f"{path}/taken", field=HOSTILE, counts="resume")
        assert refused.status_code == 422
        assert "<script>alert" not in refused.text
        await hr.send(f"{path}/approve")
        assert (await hr.send(f"{path}/taken", field="skills", counts="resume")).status_code == 409

    async def test_a_rejection_takes_its_reason_along(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor, hr: Browser
    ) -> None:
        person = await invite(app, tenant, client_for)
        await person.submit()
        path = f"/invitations/{person.invitation_id}"

        refused = await hr.send(f"{path}/reject", reason="No\x00")
        rejected = await hr.send(f"{path}/reject", reason=HOSTILE)

        assert (refused.status_code, rejected.status_code) == (422, 303)
        assert "NUL character" in refused.text
        shown = await hr.open(path)
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown

    async def test_recruiters_read_and_do_not_decide(
        self, app: FastAPI, tenant: Tenant, client_for: ClientFor, make_browser: MakeBrowser
    ) -> None:
        recruiter = await make_browser(tenant, "recruiter")
        await recruiter.sign_in()
        person = await invite(app, tenant, client_for)
        await person.submit()
        path = f"/invitations/{person.invitation_id}"

        refused: httpx.Response = await recruiter.send(f"{path}/approve")

        await have_read(tenant, person.invitation_id)
        shown = await recruiter.open(path)
        taken = await recruiter.send(f"{path}/taken", field="phone", counts="resume")
        assert taken.status_code == 403
        assert str(READING.phone) in html.unescape(shown)
        assert "/taken" not in shown
        assert "Approve</button>" not in shown
        assert refused.status_code == 403
        assert (await person.seen_by_hr())["status"] == "submitted"
