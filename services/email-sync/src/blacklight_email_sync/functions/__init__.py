"""The workflows of the e-mail worker, one module each, named by its Inngest id."""

from __future__ import annotations

from typing import Any

from blacklight_shared.workflows import Workflow

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.functions.handle_email_integration_error import (
    handle_email_integration_error,
)
from blacklight_email_sync.functions.parse_job_email import parse_job_email
from blacklight_email_sync.functions.purge_email_bodies import purge_email_bodies
from blacklight_email_sync.functions.sync_all_email_integrations import (
    sync_all_email_integrations,
)
from blacklight_email_sync.functions.sync_user_email_inbox import sync_user_email_inbox

WORKFLOWS: tuple[Workflow[Any, EmailSyncDeps, Any], ...] = (
    handle_email_integration_error,
    parse_job_email,
    purge_email_bodies,
    sync_all_email_integrations,
    sync_user_email_inbox,
)
"""Everything that the worker serves."""
