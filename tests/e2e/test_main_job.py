from __future__ import annotations

import httpx
import pytest
from blacklight_devstack.stack import Stack

from .conftest import Firm, MakeFirm, until
from .world import ROLES, market

WORLD = market(postings=60, resumes=5)


async def test_both_orders_of_arrival_give_the_same_matches(make_firm: MakeFirm) -> None:
    jobs_first, people_first = await make_firm(), await make_firm()

    await jobs_first.matched(await jobs_first.import_jobs(WORLD.postings))
    await jobs_first.bring_in(WORLD.resumes)

    await people_first.bring_in(WORLD.resumes)
    await people_first.matched(await people_first.import_jobs(WORLD.postings))

    matches = await jobs_first.match_set()
    assert matches
    assert await people_first.match_set() == matches


async def test_a_match_explains_itself(firm: Firm) -> None:
    await firm.matched(await firm.import_jobs(WORLD.postings))
    [candidate_id] = await firm.bring_in(dict([next(iter(WORLD.resumes.items()))]))

    candidate = await firm.ask("GET", f"/candidates/{candidate_id}")
    matches = await firm.every(f"/candidates/{candidate_id}/matches")

    role = candidate["preferred_roles"][0]["name"]
    assert role in ROLES
    scores = [match["score"] for match in matches]
    assert scores == sorted(scores, reverse=True)
    for match in matches:
        assert role in match["job"]["title"]
        assert 50 <= match["score"] <= 100
        assert match["grade"] in {"A+", "A", "B", "C", "D"}
        assert match["is_recommended"] == (match["score"] >= 70)
        assert match["summary"]
        assert match["reasons"]
        total = sum(category["points"] for category in match["breakdown"])
        assert total == pytest.approx(match["score"], abs=0.2)
        asked = {skill["name"] for skill in match["matched_skills"] + match["missing_skills"]}
        assert asked
    job_id = matches[0]["job"]["id"]
    [from_the_job] = await firm.every(f"/jobs/{job_id}/matches")
    assert from_the_job == matches[0]


async def test_onboarding_approval_makes_a_candidate_ready(firm: Firm) -> None:
    await firm.matched(await firm.import_jobs(WORLD.postings))
    [candidate_id] = await firm.bring_in(dict([next(iter(WORLD.resumes.items()))]))

    async def status() -> bool:
        candidate = await firm.ask("GET", f"/candidates/{candidate_id}")
        return bool(candidate["status"] == "ready_for_assignment")

    assert await until(status)


async def test_the_same_file_again_changes_nothing_and_ten_changed_rows_only_those(
    firm: Firm,
) -> None:
    await firm.bring_in(WORLD.resumes)
    await firm.matched(await firm.import_jobs(WORLD.postings))
    before = {match_id(match) for match in await all_matches(firm)}

    again = await firm.matched(await firm.import_jobs(WORLD.postings))
    assert again["counts"]["jobs_unchanged"] == len(WORLD.postings)
    assert again["counts"]["matches_written"] == 0
    assert {match_id(match) for match in await all_matches(firm)} == before

    changed = [dict(posting) for posting in WORLD.postings]
    for posting in changed[20:30]:
        posting["description"] = f"{posting['description']} Night shifts."
    touched = await firm.matched(await firm.import_jobs(changed))
    assert touched["counts"]["jobs_updated"] == 10
    after = await all_matches(firm)
    changed_jobs = {f"P-{number:05}" for number in range(20, 30)}
    rescored = {match_id(match) for match in after} - before
    external_ids = {job["id"]: job["external_id"] for job in await firm.every("/jobs")}
    assert {external_ids[job_id] for _match, job_id, _at in rescored} <= changed_jobs


async def test_what_a_person_decided_survives_a_new_scoring(firm: Firm) -> None:
    await firm.matched(await firm.import_jobs(WORLD.postings))
    [candidate_id] = await firm.bring_in(dict([next(iter(WORLD.resumes.items()))]))
    [match, *_rest] = await firm.every(f"/candidates/{candidate_id}/matches")
    await firm.ask("PATCH", f"/matches/{match['id']}", json={"status": "shortlisted"})
    matched_at = (await firm.ask("GET", f"/candidates/{candidate_id}"))["matched_at"]

    await firm.ask("POST", f"/candidates/{candidate_id}/matches/regenerate")

    async def matched_again() -> bool:
        candidate = await firm.ask("GET", f"/candidates/{candidate_id}")
        return bool(candidate["matched_at"] != matched_at)

    await until(matched_again)
    kept = await firm.ask("GET", f"/matches/{match['id']}")
    assert kept["status"] == "shortlisted"


async def test_tenants_share_nothing(make_firm: MakeFirm) -> None:
    mine, theirs = await make_firm(), await make_firm()
    await mine.matched(await mine.import_jobs(WORLD.postings[:10]))
    [candidate_id] = await theirs.bring_in(dict([next(iter(WORLD.resumes.items()))]))

    assert await theirs.every(f"/candidates/{candidate_id}/matches") == []
    assert (await mine.http.get(f"/candidates/{candidate_id}")).status_code == 404


async def test_every_process_is_healthy_and_measured(stack: Stack) -> None:
    worker = f"http://127.0.0.1:{stack.port('matching')}"
    async with httpx.AsyncClient() as http:
        for url in (stack.gateway_url, worker):
            assert (await http.get(f"{url}/healthz")).status_code == 200
            assert (await http.get(f"{url}/readyz")).status_code == 200
            assert "blacklight_" in (await http.get(f"{url}/metrics")).text


async def all_matches(firm: Firm) -> list[dict[str, object]]:
    return [
        match
        for candidate in await firm.every("/candidates")
        for match in await firm.every(f"/candidates/{candidate['id']}/matches")
    ]


def match_id(match: dict[str, object]) -> tuple[object, object, object]:
    job = match["job"]
    assert isinstance(job, dict)
    return (match["id"], job["id"], match["updated_at"])
