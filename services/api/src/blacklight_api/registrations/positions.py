"""Open positions of a dossier as postings, through the ordinary import."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from blacklight_shared.database import Database
from blacklight_shared.job_imports.files import FileRow
from blacklight_shared.job_imports.receiving import ImportOptions, receive_import
from blacklight_shared.models import Registration, Visibility
from blacklight_shared.registrations import Dossier, OpenPosition, site_of

from blacklight_api.audit.service import record
from blacklight_api.auth.principal import Principal
from blacklight_api.problems import Conflict
from blacklight_api.registrations import queries
from blacklight_api.work import TenantWork

SOURCE = "registration"


async def import_found(
    database: Database,
    importer: Principal,
    tenant_id: int,
    request_id: UUID,
    http_request_id: str | None,
) -> str:
    """Import the positions of a registration's last dossier, for somebody who may.

    Args:
        database: Sessions are opened here, since an import takes several.
        importer: Who asks.
        tenant_id: Their tenant.
        request_id: The registration.
        http_request_id: For the audit log.

    Returns:
        The key of the batch.

    Raises:
        NotFound: There is no such registration.
        Conflict: There is no dossier, or it has no positions.
    """
    async with database.tenant_session(tenant_id) as session:
        registration = await queries.get_registration(session, request_id)
        found = await queries.last_dossier(session, registration)
    if found is None or not found[1].profile.open_positions:
        raise Conflict("The dossier has no open positions, or there is none yet.")
    batch_key = await import_positions(database, registration, *found)
    async with database.tenant_session(tenant_id) as session:
        work = TenantWork(session, importer, http_request_id, tenant_id)
        await record(work, "registration.positions_imported", str(request_id))
    return batch_key


async def import_positions(
    database: Database, registration: Registration, analysis_number: int, dossier: Dossier
) -> str:
    """Import the positions of a dossier for its tenant alone.

    Args:
        database: Its sessions are opened here, as for any import.
        registration: Whose positions they are.
        analysis_number: Which analysis found them; a second call for it changes nothing.
        dossier: Where they stand; with one at least.

    Returns:
        The key of the batch.

    Raises:
        ImportConflictError: Never for the same dossier.
    """
    rows = _rows(registration, dossier)
    batch_key = f"registration-{registration.request_id}-{analysis_number}"
    options = ImportOptions(
        tenant_id=registration.tenant_id,
        batch_key=batch_key,
        source=SOURCE,
        visibility=Visibility.TENANT,
        request_hash=hashlib.sha256(orjson.dumps([row.values for row in rows])).digest(),
    )
    await receive_import(database, options, iter(rows))
    return batch_key


def _rows(registration: Registration, dossier: Dossier) -> Sequence[FileRow]:
    company = dossier.profile.name.value if dossier.profile.name else None
    owner = (
        site_of(registration.company_website)
        if registration.company_website
        else str(registration.request_id)
    )
    return [
        FileRow(line, _posting(position, company, owner))
        for line, position in enumerate(dossier.profile.open_positions, start=1)
    ]


def _posting(position: OpenPosition, company: str | None, owner: str) -> dict[str, Any]:
    known = position.model_dump(
        mode="json",
        include={
            *("title", "url", "location", "employment_type", "description", "posted_date"),
            *("salary_min", "salary_max", "salary_currency", "salary_period"),
        },
    )
    ends = position.valid_through
    return {
        **known,
        "external_id": f"{owner}/{_identity(position)}",
        "company": company,
        "work_mode": "remote" if position.is_remote else None,
        "expires_at": f"{ends.isoformat()}T23:59:59Z" if ends else None,
    }


def _identity(position: OpenPosition) -> str:
    """The company's own id, else one that stays while address, title and place do."""
    told = (
        [position.identifier]
        if position.identifier
        else [
            position.url,
            position.title,
            position.location,
        ]
    )
    return hashlib.sha256(orjson.dumps(told)).hexdigest()[:32]
