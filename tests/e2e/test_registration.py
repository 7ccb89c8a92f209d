from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
from blacklight_devstack.outside import Websites
from blacklight_devstack.stack import Stack

from .conftest import Firm, until

PARTIAL = {
    "glass-app": {"home page": "it shows its text only to browsers."},
    "giant-prints": {"about page": "it is too large."},
    "quiet-bomb": {"about page": "it is too large."},
    "slow-foundry": {"about page": "it did not come in time."},
    "halfway-house": {"careers page": "the server cannot be reached, or broke off."},
    "northwind-robotics": {"press page": "the site's robots.txt forbids to read it."},
}
EMPTY = {
    "trapdoor": {"home page": "it leads to an address that is not of the public internet."},
    "closed-club": {"home page": "the site's robots.txt forbids to read it."},
}
FULL = ["corner-bakery", "meridian-health", "mueller-soehne"]
NAMES = {
    "corner-bakery": "Corner Bakery",
    "giant-prints": "Giant Prints",
    "glass-app": "Glass",
    "halfway-house": "Halfway House",
    "meridian-health": "Meridian Health",
    "mueller-soehne": "Müller & Söhne",
    "northwind-robotics": "Northwind Robotics",
    "quiet-bomb": "Quiet Bomb Studio",
    "slow-foundry": "Slow Foundry",
}


async def test_every_site_gives_the_dossier_that_it_can(stack: Stack, firm: Firm) -> None:
    sites = [*FULL, *PARTIAL, *EMPTY]
    ids = dict(zip(sites, await register(stack, firm, *sites), strict=True))
    found = {site: await finished(firm, ids[site]) for site in sites}

    dossiers = {site: shown["dossier"] for site, shown in found.items()}
    assert {site: dossier["completeness"] for site, dossier in dossiers.items()} == {
        **dict.fromkeys(FULL, "full"),
        **dict.fromkeys(PARTIAL, "partial"),
        **dict.fromkeys(EMPTY, "empty"),
    }
    for site, reasons in {**PARTIAL, **EMPTY}.items():
        missing = {part["part"]: part["reason"] for part in dossiers[site]["missing"]}
        for part, reason in reasons.items():
            assert missing[part].endswith(reason)
    assert {
        site: dossier["profile"]["name"]["value"]
        for site, dossier in dossiers.items()
        if dossier["profile"]["name"]
    } == NAMES


async def test_from_the_form_to_postings(stack: Stack, firm: Firm) -> None:
    [request_id] = await register(stack, firm, "meridian-health")
    await finished(firm, request_id)

    batch = await firm.ask("POST", f"/registrations/{request_id}/import-positions")
    await firm.matched(batch)

    jobs = {job["title"]: job for job in await firm.every("/jobs")}
    nurse = jobs["Registered Nurse"]
    assert (nurse["company"], nurse["location"]) == ("Meridian Health", "Portland, OR, US")
    assert set(jobs) == {"Registered Nurse", "Medical Records Clerk"}


async def test_the_progress_is_seen_live(stack: Stack, firm: Firm) -> None:
    [request_id] = await register(stack, firm, "northwind-robotics")

    percents: list[float] = []
    async with firm.http.stream("GET", f"/registrations/{request_id}/events") as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                shown = httpx.Response(200, text=line.removeprefix("data: ")).json()
                percents.append(shown["percent"])

    assert percents == sorted(percents)
    assert percents[-1] == 100.0
    async with httpx.AsyncClient() as submitter:
        told = await submitter.get(f"{stack.gateway_url}/api/v1/register/{request_id}")
    assert (told.json()["status"], "dossier" in told.json()) == ("completed", False)


async def register(stack: Stack, firm: Firm, *sites: str) -> list[str]:
    """What people do on the form of the firm; gives the ids of the requests, in order."""
    form = await firm.ask("POST", "/registration-forms", json={"name": "Our site"})
    async with httpx.AsyncClient(timeout=60) as public:

        async def submit(site: str) -> str:
            response = await public.post(
                f"{stack.gateway_url}/api/v1/register",
                headers={"Idempotency-Key": uuid.uuid4().hex},
                json={
                    "form_key": form["public_key"],
                    "first_name": "Ada",
                    "last_name": "Marsh",
                    "company_website": websites(stack).site(site),
                },
            )
            assert response.status_code == 202, response.text
            return str(response.json()["request_id"])

        return await asyncio.gather(*map(submit, sites))


async def finished(firm: Firm, request_id: str) -> dict[str, Any]:
    """The registration once its dossier is there."""

    async def look() -> dict[str, Any] | None:
        shown: dict[str, Any] = await firm.ask("GET", f"/registrations/{request_id}")
        assert shown["status"] != "failed", shown["failure"]
        return shown if shown["status"] == "completed" else None

    return await until(look)


def websites(stack: Stack) -> Websites:
    assert stack.websites is not None
    return stack.websites
