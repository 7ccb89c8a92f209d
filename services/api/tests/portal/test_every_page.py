"""What holds for every page: other tenants' objects, stale forms, forms sent twice.

The pages come from the app's own routes, so a new one is covered by itself; one that takes a new
kind of object fails here until ``add_objects_of_every_kind`` makes one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx
import pytest
from blacklight_api.portal.pages import PAGE_ROUTERS
from blacklight_api.portal.routing import PortalRoute, PublicPageRoute
from blacklight_shared.database import Database
from fastapi import FastAPI

from services.api.tests.conftest import Tenant
from services.api.tests.factories import add_objects_of_every_kind
from services.api.tests.portal.conftest import Browser
from services.api.tests.portal.sent_forms import forms_of

HTML = {"Accept": "text/html,application/xhtml+xml"}
SHARED_BY_ALL_TENANTS = frozenset({"role_id"})
NO_OBJECTS = frozenset({"provider"})
"""Parameters that name one of a few words."""
NO_PAGES = ("/progress", "/reading", "/live", ".csv", "/content", "/export", "/preview")
FORMS_WITH_TEXT = 13
"""So many there are at least; fewer found would mean that they are not looked for rightly."""
SCRIPT = "<script>hostile"
HOSTILE = (f"{SCRIPT}('ä')</script>", "\x00\u202e" + "x" * 3_000)
ENDS_THE_SESSION = frozenset({"/sign-out", "/sign-out-everywhere"})


@dataclass(frozen=True)
class PageRoute:
    """One method of one page."""

    method: str
    path: str
    is_public: bool

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the path parameters."""
        return frozenset(re.findall(r"{(\w+)", self.path))

    def url(self, ids: Mapping[str, object]) -> str:
        """The path with its parameters filled in."""
        return re.sub(r"{(\w+)[^}]*}", lambda found: str(ids[found[1]]), self.path)

    @property
    def is_form_page(self) -> bool:
        """Whether it is a page, and no stream, file or piece of a page."""
        return not self.path.endswith(NO_PAGES)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def page_routes() -> Iterator[PageRoute]:
    """Every page of the gateway."""
    for route in (route for router in PAGE_ROUTERS for route in router.routes):
        if isinstance(route, (PortalRoute, PublicPageRoute)):
            for method in (route.methods or set()) - {"HEAD"}:
                yield PageRoute(method, route.path, isinstance(route, PublicPageRoute))


PAGES = sorted(page_routes(), key=str)
OF_PEOPLE = [page for page in PAGES if not page.is_public]
ON_OBJECTS = [page for page in OF_PEOPLE if page.parameters - NO_OBJECTS - SHARED_BY_ALL_TENANTS]
FORMS = [page for page in OF_PEOPLE if page.method == "POST"]


async def test_objects_of_others_do_not_exist(
    admin: Browser, other_tenant: Tenant, database: Database
) -> None:
    marker = uuid.uuid4().hex
    ids = await objects_of(other_tenant, database, marker)
    token = {"csrf_token": await admin.csrf()}
    for page in ON_OBJECTS:
        data = token if page.method == "POST" else None
        response = await admin.http.request(page.method, page.url(ids), data=data)
        # 422: the address lacks a value that our own pages give; nothing was looked for.
        assert response.status_code in {404, 422}, page
        assert marker not in response.text, page


async def test_a_stale_form_changes_nothing(
    tenant: Tenant, admin: Browser, database: Database
) -> None:
    ids = await objects_of(tenant, database, "Own")
    done_before = await done_so_far(tenant)
    for page in FORMS:
        for stale in ({}, {"csrf_token": "of another session"}):
            response = await admin.http.post(page.url(ids), data=stale)
            assert response.status_code == 403, page
            assert "nothing was changed" in response.text, page
    assert await done_so_far(tenant) == done_before


async def test_every_form_may_be_sent_twice_and_empty(
    tenant: Tenant, admin: Browser, database: Database
) -> None:
    ids = await objects_of(tenant, database, "Own")
    token = {"csrf_token": await admin.csrf()}
    for page in FORMS:
        for _ in range(2 if page.path not in ENDS_THE_SESSION else 0):
            response = await admin.http.post(page.url(ids), data=token)
            assert response.status_code < 500, page


async def test_forms_keep_what_is_hostile_harmless(
    tenant: Tenant, admin: Browser, database: Database
) -> None:
    ids = await objects_of(tenant, database, "Own")
    shown = [page.url(ids) for page in OF_PEOPLE if page.method == "GET" and page.is_form_page]
    sent = set()
    for path in shown:
        response = await admin.http.get(path)
        for form in forms_of(response.text, path) if response.status_code == 200 else ():
            sent.add(form.path)
            for hostile in HOSTILE:
                answer = await admin.http.post(form.path, data=form.filled(hostile))
                assert answer.status_code < 500, (path, form.path)
                assert SCRIPT not in answer.text, (path, form.path)
    assert len(sent) >= FORMS_WITH_TEXT
    for path in shown:
        assert SCRIPT not in (await admin.http.get(path)).text, path


async def test_who_is_not_signed_in_sees_nothing(anonymous: httpx.AsyncClient) -> None:
    for page in OF_PEOPLE:
        response = await anonymous.request(page.method, page.url(dict.fromkeys(ANY_OBJECT, 1)))
        assert response.status_code == 303, page
        assert response.headers["location"].startswith("/sign-in"), page


async def test_addresses_that_lead_nowhere(admin: Browser, anonymous: httpx.AsyncClient) -> None:
    found = await admin.http.get("/nowhere", headers=HTML)
    assert found.status_code == 404
    assert "Nothing here" in found.text
    assert "Sam Rivera" in found.text
    stranger = await anonymous.get("/nowhere", headers=HTML)
    assert stranger.status_code == 404
    assert "To the sign-in" in stranger.text
    for path in ("/api/v1/nowhere", "/assets/none"):
        response = await anonymous.get(path, headers=HTML)
        assert response.headers["content-type"] == "application/problem+json"


async def test_a_bug_is_a_page_for_people_and_a_problem_for_programs(
    admin: Browser, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr("blacklight_api.accounts.service.own", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway", cookies=admin.http.cookies
    ) as client:
        page = await client.get("/account", headers=HTML)
        program = await client.get("/account")
    assert page.status_code == program.status_code == 500
    assert "Something broke on our side" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src")
    assert program.headers["content-type"] == "application/problem+json"
    assert "secret details" not in page.text + program.text


async def objects_of(tenant: Tenant, database: Database, marker: str) -> dict[str, object]:
    """Ids of one object of each kind, by the name of the parameter that takes them."""
    ids = await add_objects_of_every_kind(database, tenant.tenant_id, tenant.api_key_id, marker)
    return {"provider": "gmail", "registration_id": ids["request_id"], **ids}


async def done_so_far(tenant: Tenant) -> tuple[object, object]:
    """What the audit log and the outbox hold."""
    return await tenant.get("/api/v1/audit-log"), await tenant.events()


ANY_OBJECT: frozenset[str] = frozenset().union(*(page.parameters for page in PAGES))
