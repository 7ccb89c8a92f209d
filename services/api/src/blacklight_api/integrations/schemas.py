"""What the API says of mailboxes, and what it takes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from blacklight_shared.models import (
    EmailMessageStatus,
    IntegrationStatus,
    MailboxProviderName,
    SyncRunStatus,
    SyncTrigger,
)
from pydantic import ConfigDict, Field

from blacklight_api.schemas import RequestModel, ResponseModel, RowId

MIN_SYNC_FREQUENCY_MINUTES = 5
MAX_SYNC_FREQUENCY_MINUTES = 24 * 60

LocalPath = Annotated[
    str,
    Field(
        max_length=200,
        # No second slash or backslash: browsers would take it for another site.
        pattern=r"^/([A-Za-z0-9_\-][A-Za-z0-9_\-/]*)?$",
        description="Path of this site.",
    ),
]


class ConnectRequest(RequestModel):
    """Which mailbox shall be connected, for whom."""

    provider: MailboxProviderName
    user_id: RowId | None = Field(
        default=None,
        description="The person; by default the caller. Others need `integrations:admin`.",
    )
    return_to: LocalPath | None = Field(
        default=None,
        description="Where the browser goes in the end, with `integration_id` or"
        " `connect_error` in the query; by default it gets JSON.",
    )

    model_config = ConfigDict(json_schema_extra={"examples": [{"provider": "gmail"}]})


class ConnectStarted(ResponseModel):
    """Open the URL in the same browser, which was given a cookie."""

    authorization_url: str
    expires_at: datetime


class IntegrationUpdate(RequestModel):
    """How a mailbox is read."""

    sync_frequency_minutes: int = Field(
        ge=MIN_SYNC_FREQUENCY_MINUTES, le=MAX_SYNC_FREQUENCY_MINUTES
    )

    model_config = ConfigDict(json_schema_extra={"examples": [{"sync_frequency_minutes": 30}]})


class IntegrationShown(ResponseModel):
    """A mailbox."""

    id: int
    user_id: int
    provider: MailboxProviderName
    address: str
    status: IntegrationStatus
    sync_frequency_minutes: int
    messages_found: int = Field(description="In all syncs.")
    messages_queued: int
    jobs_created: int
    consecutive_failures: int
    last_synced_at: datetime | None
    last_error_code: str | None
    last_error: str | None = Field(description="What is wrong and what helps, in words.")
    connected_at: datetime


class Disconnected(IntegrationShown):
    """A mailbox that is no longer connected."""

    revoked_at_provider: bool = Field(
        description="False: the provider has no way to revoke, or did not answer; the tokens are"
        " erased here, and the person can end the access in their account."
    )


class SyncRunShown(ResponseModel):
    """One reading of a mailbox."""

    id: int
    trigger: SyncTrigger
    status: SyncRunStatus
    messages_found: int
    messages_queued: int
    jobs_created: int
    error_code: str | None
    error: str | None
    started_at: datetime
    finished_at: datetime | None


class MessageShown(ResponseModel):
    """A mail and what became of it; never its text."""

    id: int
    sender: str | None
    subject: str | None
    received_at: datetime | None
    status: EmailMessageStatus
    reason_code: str | None
    reason: str | None = Field(description="Why it was skipped or failed, in words.")
    confidence: float | None = Field(description="That it holds a posting: 0 to 1.")
    parser: str | None
    parser_note: str | None = Field(
        description="Why another parser was used than the one that was asked for."
    )
    job_ids: list[int] = Field(description="The postings that it holds.")
    processed_at: datetime | None
