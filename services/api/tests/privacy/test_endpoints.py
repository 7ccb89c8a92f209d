"""Everything about a candidate is given, and everything is forgotten."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from blacklight_shared.database import Database
from blacklight_shared.models import Base, InvitationDocument, OutboxEvent
from sqlalchemy import text

from services.api.tests.conftest import Tenant
from services.api.tests.factories import (
    add_candidate,
    add_candidate_features,
    add_document,
    add_job,
    add_match,
)
from services.api.tests.notification_factories import add_invitation, add_mail

EMAIL = "ada.marsh@example.com"
KEPT = frozenset({"audit_log"})
"""What still knows the candidate's id."""


async def known_candidate(tenant: Tenant, database: Database, email: str = EMAIL) -> int:
    """A candidate who has left traces everywhere."""
    async with database.tenant_session(tenant.tenant_id) as session:
        candidate = await add_candidate(
            session, tenant.tenant_id, email=email, summary="Marsh-Trace"
        )
        await add_document(session, candidate, b"Marsh-Trace", filename="../Marsh-Trace.txt")
        await add_candidate_features(session, candidate, [(1, "Marsh-Trace")])
        await add_match(session, candidate, await add_job(session, title="Welder"))
        invitation = await add_invitation(
            session,
            tenant.tenant_id,
            email=email,
            candidate_id=candidate.id,
            profile={"summary": "Marsh-Trace"},
        )
        session.add(
            InvitationDocument(
                tenant_id=tenant.tenant_id,
                invitation_id=invitation.id,
                filename="Marsh-Trace.pdf",
                content_type="text/plain",
                size_bytes=3,
                sha256=b"Marsh-Trace",
                content=b"Marsh-Trace, once more",
                text="Marsh-Trace",
                reading={"summary": "Marsh-Trace"},
            )
        )
        await add_mail(session, tenant.tenant_id, recipient=email, body_text="Marsh-Trace")
        to_hr = {"candidate_email": email, "candidate_name": "Marsh-Trace"}
        await add_mail(session, tenant.tenant_id, event_data=to_hr, body_text="Marsh-Trace")
        session.add(
            OutboxEvent(
                tenant_id=tenant.tenant_id,
                name="email/approval",
                subject="invitation:1",
                data={"to_email": email},
            )
        )
        return candidate.id


async def test_everything_is_given(tenant: Tenant, database: Database) -> None:
    candidate_id = await known_candidate(tenant, database)
    response = await tenant.http.get(f"/api/v1/candidates/{candidate_id}/export")
    assert response.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    known: dict[str, Any] = json.loads(archive.read("candidate.json"))

    assert known["profile"]["email"] == EMAIL
    assert known["matches"][0]["title"] == "Welder"
    assert known["invitations"][0]["profile"] == {"summary": "Marsh-Trace"}
    assert [mail["recipient"] for mail in known["mails"]] == [EMAIL]
    [document] = [name for name in archive.namelist() if name.startswith("documents/")]
    assert document == f"documents/{known['documents'][0]['id']}-.._Marsh-Trace.txt"
    assert archive.read(document) == b"Marsh-Trace"
    assert known["submitted_documents"][0]["reading"] == {"summary": "Marsh-Trace"}
    [submitted] = [name for name in archive.namelist() if name.startswith("submitted/")]
    assert archive.read(submitted) == b"Marsh-Trace, once more"
    assert "token_hash" not in known["invitations"][0]


async def test_nothing_is_left(tenant: Tenant, database: Database) -> None:
    candidate_id = await known_candidate(tenant, database)
    path = f"/api/v1/candidates/{candidate_id}"
    assert (await tenant.http.delete(f"{path}/personal-data")).status_code == 204

    traces = await tables_with(database, tenant, "Marsh-Trace") | await tables_with(
        database, tenant, EMAIL
    )
    assert traces == set()
    assert (await tenant.http.get(path)).status_code == 404
    assert (await tenant.http.delete(f"{path}/personal-data")).status_code == 404
    log = await tenant.get("/api/v1/audit-log", action="candidate.erased")
    assert [entry["entity_id"] for entry in log["items"]] == [str(candidate_id)]


async def test_a_deleted_candidate_can_be_erased(tenant: Tenant, database: Database) -> None:
    candidate_id = await known_candidate(tenant, database)
    await tenant.http.delete(f"/api/v1/candidates/{candidate_id}")
    path = f"/api/v1/candidates/{candidate_id}/personal-data"
    assert (await tenant.http.delete(path)).status_code == 204
    assert await tables_with(database, tenant, "Marsh-Trace") == set()


async def test_others_and_other_firms_keep_theirs(
    tenant: Tenant, other_tenant: Tenant, database: Database
) -> None:
    candidate_id = await known_candidate(tenant, database)
    neighbour_id = await known_candidate(tenant, database, "kim@example.com")
    elsewhere_id = await known_candidate(other_tenant, database)
    erased = await tenant.http.delete(f"/api/v1/candidates/{candidate_id}/personal-data")
    assert erased.status_code == 204

    for owner, kept_id in ((tenant, neighbour_id), (other_tenant, elsewhere_id)):
        exported = await owner.http.get(f"/api/v1/candidates/{kept_id}/export")
        archive = zipfile.ZipFile(io.BytesIO(exported.content))
        known = json.loads(archive.read("candidate.json"))
        assert [len(known[name]) for name in ("documents", "invitations", "matches", "mails")] == [
            1
        ] * 4


async def tables_with(database: Database, tenant: Tenant, trace: str) -> set[str]:
    """The tables in which a text can still be found, in whatever column."""
    found = set()
    async with database.tenant_session(tenant.tenant_id) as session:
        for table in Base.metadata.tables.values():
            if "tenant_id" not in table.columns or table.name in KEPT:
                continue
            query = text(
                f"SELECT EXISTS (SELECT FROM {table.name} AS row"  # noqa: S608 -- our own tables
                " WHERE to_jsonb(row)::text LIKE :trace OR to_jsonb(row)::text LIKE :hex)"
            )
            values = {"trace": f"%{trace}%", "hex": f"%{trace.encode().hex()}%"}
            if await session.scalar(query, values):
                found.add(table.name)
    return found
