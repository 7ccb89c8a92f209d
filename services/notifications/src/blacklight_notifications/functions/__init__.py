"""The workflows of the notifications worker, one module each, named by its Inngest id."""

from __future__ import annotations

from typing import Any

from blacklight_shared.workflows import Workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.functions.check_expiring_invitations import (
    check_expiring_invitations,
)
from blacklight_notifications.functions.generate_daily_stats import generate_daily_stats
from blacklight_notifications.functions.resend_mail import resend_mail
from blacklight_notifications.functions.send_approval_email import send_approval_email
from blacklight_notifications.functions.send_daily_stats import send_daily_stats
from blacklight_notifications.functions.send_hr_notification import send_hr_notification
from blacklight_notifications.functions.send_integration_alert import send_integration_alert
from blacklight_notifications.functions.send_invitation_email import send_invitation_email
from blacklight_notifications.functions.send_invitation_reminder import (
    send_invitation_reminder,
)
from blacklight_notifications.functions.send_password_reset_email import (
    send_password_reset_email,
)
from blacklight_notifications.functions.send_rejection_email import send_rejection_email
from blacklight_notifications.functions.send_test_mail import send_test_mail

WORKFLOWS: tuple[Workflow[Any, NotificationDeps, Any], ...] = (
    check_expiring_invitations,
    generate_daily_stats,
    resend_mail,
    send_approval_email,
    send_daily_stats,
    send_hr_notification,
    send_integration_alert,
    send_invitation_email,
    send_invitation_reminder,
    send_password_reset_email,
    send_rejection_email,
    send_test_mail,
)
"""Everything that the worker serves."""
