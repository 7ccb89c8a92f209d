from __future__ import annotations

import httpx
from blacklight_devstack.postgres_roles import DatabaseUrls, connect

from services.api.tests.conftest import Tenant


async def test_is_alive_and_ready(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/healthz")).json() == {"status": "ok"}
    ready = await anonymous.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["schema_state"] == "current"


async def test_is_not_ready_on_an_old_schema(
    anonymous: httpx.AsyncClient, module_database: DatabaseUrls
) -> None:
    with connect(module_database.owner) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert found is not None
        try:
            connection.execute("UPDATE alembic_version SET version_num = '0001'")
            assert (await anonymous.get("/readyz")).status_code == 503
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", found)


async def test_metrics_count_by_route_not_by_path(
    anonymous: httpx.AsyncClient, tenant: Tenant
) -> None:
    await tenant.http.get("/api/v1/candidates/424242")
    text = (await anonymous.get("/metrics")).text
    assert "{candidate_id}" in text
    assert "424242" not in text


async def test_the_document_is_served(anonymous: httpx.AsyncClient) -> None:
    document = (await anonymous.get("/api/openapi.json")).json()
    assert "/api/v1/candidates" in document["paths"]
    assert document["components"]["securitySchemes"]["API key"]["scheme"] == "bearer"


async def test_no_page_loads_from_elsewhere(anonymous: httpx.AsyncClient) -> None:
    for path in ("/docs", "/redoc"):
        assert (await anonymous.get(path)).status_code == 404
