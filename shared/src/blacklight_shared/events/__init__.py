"""The event catalogue: every event of the system, its payload and what it means."""

from blacklight_shared.events.base import EVENTS, Event
from blacklight_shared.events.candidates import (
    CandidateDeleted,
    GenerateCandidateMatches,
    MatchTrigger,
    RefreshCandidateMatches,
    ResumeProgress,
    ResumeUploaded,
)
from blacklight_shared.events.embeddings import (
    MAX_BACKFILL_BATCH_SIZE,
    BackfillEmbeddings,
    BackfillProgress,
    EmbeddedEntity,
)
from blacklight_shared.events.inboxes import (
    IntegrationError,
    IntegrationErrorType,
    ParseJobEmail,
    SyncUserInbox,
)
from blacklight_shared.events.invitations import InvitationResumeUploaded
from blacklight_shared.events.jobs import (
    MAX_JOBS_PER_EVENT,
    JobImportProgress,
    JobImportRequested,
    JobPostingUpdated,
    JobsImported,
    JobSourceCompleted,
    JobSourceProcess,
)
from blacklight_shared.events.notifications import (
    ApprovalMail,
    DailyStatsMail,
    HrNotificationMail,
    IntegrationDisconnectedMail,
    InvitationMail,
    InvitationReminderMail,
    MailResend,
    MailServerTest,
    PasswordResetMail,
    RejectionMail,
)
from blacklight_shared.events.registrations import (
    RegistrationData,
    RegistrationProgress,
    RegistrationReceived,
)
from blacklight_shared.events.roles import (
    MAX_ROLES_PER_EVENT,
    RoleDecision,
    RoleReviewed,
    RolesCreated,
)
from blacklight_shared.events.tenants import MatchingSettingsChanged

__all__ = [
    "EVENTS",
    "MAX_BACKFILL_BATCH_SIZE",
    "MAX_JOBS_PER_EVENT",
    "MAX_ROLES_PER_EVENT",
    "ApprovalMail",
    "BackfillEmbeddings",
    "BackfillProgress",
    "CandidateDeleted",
    "DailyStatsMail",
    "EmbeddedEntity",
    "Event",
    "GenerateCandidateMatches",
    "HrNotificationMail",
    "IntegrationDisconnectedMail",
    "IntegrationError",
    "IntegrationErrorType",
    "InvitationMail",
    "InvitationReminderMail",
    "InvitationResumeUploaded",
    "JobImportProgress",
    "JobImportRequested",
    "JobPostingUpdated",
    "JobSourceCompleted",
    "JobSourceProcess",
    "JobsImported",
    "MailResend",
    "MailServerTest",
    "MatchTrigger",
    "MatchingSettingsChanged",
    "ParseJobEmail",
    "PasswordResetMail",
    "RefreshCandidateMatches",
    "RegistrationData",
    "RegistrationProgress",
    "RegistrationReceived",
    "RejectionMail",
    "ResumeProgress",
    "ResumeUploaded",
    "RoleDecision",
    "RoleReviewed",
    "RolesCreated",
    "SyncUserInbox",
]
