from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from blacklight_devstack.stack import Stack

from .conftest import Firm, MakeFirm, until
from .inbox import Inbox, opened_inbox
from .mailbox import Mailbox
from .world import market

WORLD = market(postings=0, resumes=5)
[RESUME] = [(name, text) for name, text in WORLD.resumes.items() if "Java Developer" in text]

REQUIREMENT = """Hi,

We have an urgent requirement. Please share resumes of your consultants.

Role: Senior Java Developer
Client: Harbor Freight Lines
Location: {city} (Hybrid)
Duration: 12 months
Rate: $70/hr on C2C
Visa: USC, GC

Required skills: Java, Spring Boot, SQL, Kubernetes, REST APIs, Maven.
5+ years of experience building services that carry the load of a national logistics network.

Thanks,
Rosa Vendor
Vendor Staffing Inc.
"""
INVOICE = """Dear customer,

please find attached invoice 2041 for the Java Developer training of last month.
The amount of $1,200.00 is due within 30 days.

Accounts receivable
"""


@dataclass(frozen=True)
class Staffed:
    """A firm with a candidate, whose role is what its inboxes are searched for."""

    firm: Firm
    candidate_id: int


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def staffed(make_firm: MakeFirm) -> Staffed:
    firm = await make_firm()
    [candidate_id] = await firm.bring_in(dict([RESUME]))
    return Staffed(firm, candidate_id)


async def test_from_the_consent_pages_to_matches(stack: Stack, staffed: Staffed) -> None:
    firm = staffed.firm
    async with (
        opened_inbox(stack, firm, "gmail") as gmail,
        opened_inbox(stack, firm, "outlook") as outlook,
    ):
        await gmail.deliver("Requirement: Java Developer", requirement(city="Boston, MA"))
        await gmail.deliver("Invoice 2041", INVOICE)
        integration_id = (await gmail.connect())["id"]
        first = await gmail.synced(integration_id, runs=1)
        assert (first["status"], first["messages_queued"]) == ("completed", 2)
        [job_id] = await job_ids(gmail, integration_id)
        job = await firm.ask("GET", f"/jobs/{job_id}")
        assert "Java Developer" in job["title"]
        assert await until(lambda: matched_jobs(staffed)) == {job_id}
        [skipped] = await gmail.messages(integration_id, status="skipped")
        assert skipped["subject"] == "Invoice 2041"
        assert skipped["reason"]

        # A colleague got the same requirement: one posting, with two sources.
        await outlook.deliver("FW: Requirement: Java Developer", requirement(city="Boston, MA"))
        other_id = (await outlook.connect())["id"]
        await outlook.synced(other_id, runs=1)
        assert await job_ids(outlook, other_id) == {job_id}

        before = await everything(firm, gmail, integration_id)
        for inbox, an_id in ((gmail, integration_id), (outlook, other_id)):
            again = await inbox.sync(an_id)
            assert (again["status"], again["messages_found"]) == ("completed", 0)
        assert await everything(firm, gmail, integration_id) == before

        await outlook.deliver("New need: Java Developer", requirement(city="Denver, CO"))
        await outlook.sync(other_id)
        ids = await job_ids(outlook, other_id)
        assert len(ids) == 2
        assert await until(lambda: matched_jobs(staffed, at_least=2)) == ids


async def test_a_consent_that_is_taken_back_ends_the_reading_and_is_told(
    stack: Stack, staffed: Staffed
) -> None:
    firm = staffed.firm
    async with opened_inbox(stack, firm, "gmail") as inbox:
        integration_id = (await inbox.connect())["id"]
        await inbox.synced(integration_id, runs=1)
        await inbox.revoke_consent()
        assert (await inbox.sync(integration_id))["status"] == "failed"

        async def disabled() -> dict[str, Any] | None:
            shown: dict[str, Any] = await firm.ask("GET", f"/integrations/{integration_id}")
            return shown if shown["status"] == "disabled" else None

        assert (await until(disabled))["last_error"]
        [admin] = await firm.every("/users")
        await Mailbox(stack).next(admin["email"], "inbox is disconnected")

        again = await inbox.connect()
        assert (again["id"], again["status"]) == (integration_id, "active")


def requirement(*, city: str) -> str:
    """A mail as a vendor sends it."""
    return REQUIREMENT.format(city=city)


async def job_ids(inbox: Inbox, integration_id: int) -> set[int]:
    """The postings that were found in the mailbox."""
    return {
        job_id for message in await inbox.messages(integration_id) for job_id in message["job_ids"]
    }


async def matched_jobs(staffed: Staffed, at_least: int = 1) -> set[int] | None:
    """The postings that the candidate matches, once there are so many."""
    matches = await staffed.firm.every(f"/candidates/{staffed.candidate_id}/matches")
    found = {match["job"]["id"] for match in matches}
    return found if len(found) >= at_least else None


async def everything(firm: Firm, inbox: Inbox, integration_id: int) -> tuple[object, ...]:
    """What a second sync must not change."""
    return (
        await inbox.messages(integration_id),
        await firm.every("/jobs"),
        await firm.match_set(),
    )
