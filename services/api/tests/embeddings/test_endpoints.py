from __future__ import annotations

from blacklight_shared.database import Database
from blacklight_shared.models import AuditEntry, OutboxEvent
from sqlalchemy import select

from services.api.tests.conftest import Caller, Tenant

BACKFILLS = "/api/v1/embeddings/backfills"


class TestBackfillEmbeddings:
    async def test_the_platform_has_embeddings_made(
        self, platform: Caller, database: Database
    ) -> None:
        response = await platform.http.post(BACKFILLS, json={"entity_type": "candidates"})

        assert response.status_code == 202, response.text
        requested = response.json()
        assert (requested["entity_type"], requested["batch_size"]) == ("candidates", 100)
        async with database.global_session() as session:
            event = await session.get_one(OutboxEvent, requested["event_id"])
            assert event.name == "system/backfill-embeddings"
            assert event.data["entity_type"] == "candidates"
            entry = await session.scalar(
                select(AuditEntry).where(AuditEntry.entity_id == requested["event_id"])
            )
            assert entry is not None
            assert entry.action == "embedding_backfill.requested"

    async def test_wrong_values_are_named(self, platform: Caller) -> None:
        for body, field in (
            ({"entity_type": "roles"}, "entity_type"),
            ({"entity_type": "jobs", "batch_size": 0}, "batch_size"),
            ({}, "entity_type"),
        ):
            response = await platform.http.post(BACKFILLS, json=body)
            assert response.status_code == 422
            assert [error["field"] for error in response.json()["errors"]] == [field]

    async def test_no_tenant_may(self, tenant: Tenant) -> None:
        response = await tenant.http.post(BACKFILLS, json={"entity_type": "jobs"})
        assert response.status_code == 403
