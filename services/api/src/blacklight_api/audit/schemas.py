"""What clients get of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from blacklight_api.schemas import ResponseModel


class AuditEntryShown(ResponseModel):
    """One thing that was done."""

    id: int
    actor_type: str
    actor_id: str | None
    action: str = Field(examples=["candidate.approved"])
    entity_type: str
    entity_id: str
    changes: dict[str, Any] = Field(
        description="Names of changed fields; values only where they are not personal data."
    )
    request_id: str | None
    created_at: datetime
