from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from blacklight_shared.models import (
    GlobalRole,
    RoleStatus,
    ScraperSession,
    ScraperSessionStatus,
    ScraperSubmission,
)
from blacklight_shared.scraping import MAX_ATTEMPTS
from httpx import AsyncClient
from sqlalchemy import insert, update

from services.api.tests.conftest import Caller, Tenant, WithScopes

SCRAPER = "/api/v1/scraper"
SESSIONS = f"{SCRAPER}/sessions"


@pytest.fixture
async def role_id(tenant: Tenant) -> int:
    name = f"role {uuid.uuid4().hex}"
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        made = await session.execute(
            insert(GlobalRole).values(name=name, normalized_name=name).returning(GlobalRole.id)
        )
        return made.scalar_one()


@pytest.fixture
async def scrapers(tenant: Tenant, with_scopes: WithScopes) -> list[AsyncClient]:
    return [await with_scopes(tenant, ["scraper"]) for _ in range(3)]  # type: ignore[list-item]


async def queue(tenant: Tenant, role_id: int, *locations: str, **fields: Any) -> None:
    for location in locations:
        await tenant.make(f"{SCRAPER}/targets", role_id=role_id, location=location, **fields)


async def drain(scraper: AsyncClient) -> None:
    """Complete whatever other tests of the module left in the queue."""
    while (claimed := await scraper.post(SESSIONS)).status_code == 201:
        await scraper.post(f"{SESSIONS}/{claimed.json()['id']}/complete")


@pytest.fixture(autouse=True)
async def _empty_queue(scrapers: list[AsyncClient]) -> None:
    await drain(scrapers[0])


async def test_claims_go_by_priority_and_never_meet(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient]
) -> None:
    await queue(tenant, role_id, "Leeds", "York")
    await queue(tenant, role_id, "Hull", priority=9)

    claims = await asyncio.gather(*(scraper.post(SESSIONS) for scraper in scrapers))

    assert [claim.status_code for claim in claims] == [201, 201, 201]
    assert {claim.json()["location"] for claim in claims} == {"Leeds", "York", "Hull"}


async def test_an_empty_queue_answers_without_content(scrapers: list[AsyncClient]) -> None:
    assert (await scrapers[0].post(SESSIONS)).status_code == 204


async def test_a_key_has_one_session_at_a_time(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient]
) -> None:
    await queue(tenant, role_id, "Leeds", "York")
    answers = await asyncio.gather(*(scrapers[0].post(SESSIONS) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_what_is_found_is_imported_once(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient]
) -> None:
    await queue(tenant, role_id, "Leeds")
    scraper = scrapers[0]
    session = (await scraper.post(SESSIONS)).json()
    jobs_url = f"{SESSIONS}/{session['id']}/platforms/indeed/jobs"
    jobs = [{"external_id": f"{session['id']}-{n}", "title": f"Nurse {n}"} for n in range(3)]

    first = await scraper.put(jobs_url, json={"jobs": jobs})
    again = await scraper.put(jobs_url, json={"jobs": jobs})
    other = await scraper.put(jobs_url, json={"jobs": jobs[:1]})

    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 409)
    assert first.json()["counts"]["jobs_new"] == 3
    assert again.json()["counts"] == first.json()["counts"]
    ended = (await scraper.post(f"{SESSIONS}/{session['id']}/complete")).json()
    assert ended["status"] == "completed"
    assert [item["platform"] for item in ended["submissions"]] == ["indeed"]
    assert ended["submissions"][0]["batch_id"] == first.json()["batch_id"]


async def test_a_failed_target_comes_back_until_it_has_failed_too_often(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient]
) -> None:
    await queue(tenant, role_id, "Leeds")
    scraper = scrapers[0]
    for _attempt in range(MAX_ATTEMPTS):
        session = (await scraper.post(SESSIONS)).json()
        failed = await scraper.post(f"{SESSIONS}/{session['id']}/fail", json={"error": "captcha"})
        assert failed.json()["status"] == "failed"

    assert (await scraper.post(SESSIONS)).status_code == 204
    targets = await tenant.get(f"{SCRAPER}/targets", status="failed", limit=200)
    [target] = [target for target in targets["items"] if target["role_id"] == role_id]
    assert (target["attempts"], target["last_error"]) == (MAX_ATTEMPTS, "captcha")

    queued = await tenant.make(f"{SCRAPER}/targets", role_id=role_id, location="Leeds")
    assert (queued["status"], queued["attempts"]) == ("pending", 0)
    assert (await scraper.post(SESSIONS)).status_code == 201


@pytest.mark.parametrize("end", ["complete", "fail"])
async def test_ending_twice_is_safe_and_ending_otherwise_is_not(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient], end: str
) -> None:
    await queue(tenant, role_id, "Leeds")
    session = (await scrapers[0].post(SESSIONS)).json()
    other_end = {"complete": "fail", "fail": "complete"}[end]
    body = {"error": "captcha"}

    first = await scrapers[0].post(f"{SESSIONS}/{session['id']}/{end}", json=body)
    second = await scrapers[0].post(f"{SESSIONS}/{session['id']}/{end}", json=body)
    otherwise = await scrapers[0].post(f"{SESSIONS}/{session['id']}/{other_end}", json=body)

    assert first.json() == second.json()
    assert otherwise.status_code == 409


async def time_out(tenant: Tenant, session_id: str) -> None:
    async with tenant.database.tenant_session(tenant.tenant_id) as connection:
        await connection.execute(
            update(ScraperSession)
            .where(ScraperSession.id == uuid.UUID(session_id))
            .values(status=ScraperSessionStatus.TIMED_OUT)
        )


async def test_a_timed_out_session_takes_nothing_new(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient]
) -> None:
    await queue(tenant, role_id, "Leeds")
    session = (await scrapers[0].post(SESSIONS)).json()
    assert (await scrapers[0].post(f"{SESSIONS}/{session['id']}/heartbeat")).status_code == 200
    await time_out(tenant, session["id"])

    late = await scrapers[0].put(
        f"{SESSIONS}/{session['id']}/platforms/indeed/jobs", json=[{"title": "Nurse"}]
    )
    assert late.status_code == 409
    assert (await scrapers[0].post(f"{SESSIONS}/{session['id']}/heartbeat")).status_code == 409
    shown = (await scrapers[0].get(f"{SESSIONS}/{session['id']}")).json()
    assert (shown["status"], shown["submissions"]) == ("timed_out", [])


async def test_what_a_session_began_to_deliver_before_it_ended_is_taken_whole(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient]
) -> None:
    await queue(tenant, role_id, "Leeds")
    scraper = scrapers[0]
    session = (await scraper.post(SESSIONS)).json()
    jobs_url = f"{SESSIONS}/{session['id']}/platforms/indeed/jobs"
    jobs = [{"external_id": f"{session['id']}-{n}", "title": f"Nurse {n}"} for n in range(3)]
    # The connection broke right after the delivery had been accepted.
    async with tenant.database.tenant_session(tenant.tenant_id) as connection:
        connection.add(
            ScraperSubmission(
                session_id=uuid.UUID(session["id"]), platform="indeed", tenant_id=tenant.tenant_id
            )
        )
    await time_out(tenant, session["id"])

    again = await scraper.put(jobs_url, json={"jobs": jobs})
    once_more = await scraper.put(jobs_url, json={"jobs": jobs})
    other = await scraper.put(jobs_url, json={"jobs": jobs[:1]})

    assert (again.status_code, once_more.status_code, other.status_code) == (202, 202, 409)
    assert again.json()["counts"]["jobs_new"] == 3
    assert once_more.json()["counts"] == again.json()["counts"]
    shown = (await scraper.get(f"{SESSIONS}/{session['id']}")).json()
    assert shown["status"] == "timed_out"
    assert [item["batch_id"] for item in shown["submissions"]] == [again.json()["batch_id"]]


async def test_rejected_and_merged_roles_are_not_scraped(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient]
) -> None:
    await queue(tenant, role_id, "Leeds")
    async with tenant.database.tenant_session(tenant.tenant_id) as connection:
        await connection.execute(
            update(GlobalRole).where(GlobalRole.id == role_id).values(status=RoleStatus.REJECTED)
        )
    assert (await scrapers[0].post(SESSIONS)).status_code == 204
    refused = await tenant.http.post(f"{SCRAPER}/targets", json={"role_id": role_id})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "role_id")


async def test_a_session_is_the_key_s_own(
    tenant: Tenant, role_id: int, scrapers: list[AsyncClient], other_tenant: Tenant
) -> None:
    await queue(tenant, role_id, "Leeds")
    session = (await scrapers[0].post(SESSIONS)).json()
    for stranger in (scrapers[1], other_tenant.http):
        assert (await stranger.get(f"{SESSIONS}/{session['id']}")).status_code == 404


async def test_platform_keys_scrape_too(tenant: Tenant, role_id: int, platform: Caller) -> None:
    await queue(tenant, role_id, "Leeds")
    claimed = await platform.http.post(SESSIONS)
    assert claimed.status_code == 201
    ended = await platform.http.post(f"{SESSIONS}/{claimed.json()['id']}/complete")
    assert ended.status_code == 200
