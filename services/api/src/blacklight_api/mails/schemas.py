"""What clients send and get about mails."""

from __future__ import annotations

from datetime import datetime

from blacklight_shared.models import MailStatus, MailTemplate, SuppressionReason
from pydantic import ConfigDict, Field

from blacklight_api.schemas import Email, RequestModel, ResponseModel


class MailShown(ResponseModel):
    """A mail to one recipient, and what has become of it."""

    id: int
    template: MailTemplate
    business_key: str = Field(description="What it is about.", examples=["invitation:12"])
    recipient: str
    send_number: int = Field(description="1, or more when it was sent again on request.")
    status: MailStatus = Field(
        description="`sent`: the mail server has taken it. `bounced`: refused for good."
        " `failed`: not taken in any attempt. `suppressed` and `skipped`: none was sent."
    )
    subject: str | None
    message_id: str | None
    attempts: int
    unanswered_attempts: int = Field(
        description="Attempts that broke off before the server's answer was known; if any, the"
        " mail may have arrived more than once, under the same Message-ID."
    )
    server_reply: str | None = Field(description="The mail server's last words about it.")
    sent_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SuppressionCreate(RequestModel):
    """An address that shall get no mail."""

    email: Email

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "ada.marsh@example.com"}]})


class SuppressionShown(ResponseModel):
    """An address that gets no mail."""

    id: int
    email: str
    reason: SuppressionReason
    created_at: datetime
