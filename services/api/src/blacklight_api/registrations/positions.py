"""Open positions of a dossier as postings, through the ordinary import."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
from blacklight_shared.database import Database
from blacklight_shared.job_imports.files import FileRow
from blacklight_shared.job_imports.receiving import ImportOptions, receive_import
from blacklight_shared.models import Registration, Visibility
from blacklight_shared.registrations import Dossier, OpenPosition, site_of

SOURCE = "registration"


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
