from __future__ import annotations

import uuid

import httpx
from blacklight_devstack.stack import Stack

from .conftest import Firm, until
from .mailbox import Mailbox, token_in
from .world import market

WORLD = market(postings=40, resumes=1)


async def test_from_the_invitation_to_matches(stack: Stack, firm: Firm) -> None:
    mailbox = Mailbox(stack)
    await firm.matched(await firm.import_jobs(WORLD.postings))
    address = f"{uuid.uuid4().hex[:10]}@example.com"

    invited = await firm.ask("POST", "/invitations", json={"email": address})
    invitation = await mailbox.next(address, "invites you")
    await submit(stack, token_in(invitation))

    [reviewer] = await firm.every("/users")
    notice = await mailbox.next(reviewer["email"], "has submitted a profile")
    assert f"/invitations/{invited['id']}" in notice.text
    approved = await firm.ask("POST", f"/invitations/{invited['id']}/approve")
    await mailbox.next(address, "your profile is approved")

    async def matches() -> list[dict[str, object]]:
        return await firm.every(f"/candidates/{approved['candidate_id']}/matches")

    assert await until(matches)
    sent = [(mail["recipient"], mail["template"]) for mail in await firm.every("/mails")]
    assert sorted(sent) == sorted(
        [
            (reviewer["email"], "password_reset"),
            (address, "invitation"),
            (reviewer["email"], "hr_notification"),
            (address, "approval"),
        ]
    )


async def test_a_mail_is_sent_again_on_request(stack: Stack, firm: Firm) -> None:
    mailbox = Mailbox(stack)
    address = f"{uuid.uuid4().hex[:10]}@example.com"
    await firm.ask("POST", "/invitations", json={"email": address})
    await mailbox.next(address, "invites you")
    [mail] = await firm.every("/mails", recipient=address)
    again = await firm.ask("POST", f"/mails/{mail['id']}/resend")

    async def sent() -> bool:
        found = await firm.ask("GET", f"/mails/{again['id']}")
        return bool(found["status"] == "sent")

    await until(sent)
    first, second = await mailbox.all(address)
    assert first.message_id != second.message_id


async def test_who_unsubscribes_gets_no_more(stack: Stack, firm: Firm) -> None:
    mailbox = Mailbox(stack)
    address = f"{uuid.uuid4().hex[:10]}@example.com"
    invited = await firm.ask("POST", "/invitations", json={"email": address})
    mail = await mailbox.next(address, "invites you")
    async with httpx.AsyncClient() as anybody:
        link = mail.headers["List-Unsubscribe"].strip("<>")
        stopped = await anybody.post(link, data={"List-Unsubscribe": "One-Click"})
        assert stopped.status_code == 200

    await firm.ask("POST", f"/invitations/{invited['id']}/resend")

    async def suppressed() -> list[dict[str, object]]:
        return await firm.every("/mails", recipient=address, status="suppressed")

    assert len(await until(suppressed)) == 1
    assert len(await mailbox.all(address)) == 1


async def test_a_test_mail_shows_what_the_server_says(stack: Stack, firm: Firm) -> None:
    asked = await firm.ask("POST", "/tenant/mail/test", json={"to_email": "ops@example.com"})

    async def sent() -> dict[str, object] | None:
        found: dict[str, object] = await firm.ask("GET", f"/mails/{asked['id']}")
        return found if found["status"] == "sent" else None

    assert str((await until(sent))["server_reply"]).startswith("250 ")


async def submit(stack: Stack, token: str) -> None:
    """What a candidate does on the page behind the link."""
    [resume] = WORLD.resumes.values()
    async with httpx.AsyncClient(
        base_url=f"{stack.gateway_url}/api/v1",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    ) as candidate:
        assert (await candidate.get("/onboarding")).status_code == 200
        saved = await candidate.patch(
            "/onboarding", json={"first_name": "Robin", "last_name": "Marsh"}
        )
        assert saved.status_code == 200, saved.text
        uploaded = await candidate.post(
            "/onboarding/documents", files={"file": ("cv.txt", resume.encode())}
        )
        assert uploaded.status_code == 201, uploaded.text
        assert (await candidate.post("/onboarding/submit")).status_code == 204
        assert (await candidate.get("/onboarding")).status_code == 404
