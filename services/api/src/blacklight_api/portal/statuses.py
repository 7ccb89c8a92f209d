"""Statuses in words, in colours that mean the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from blacklight_shared.models import (
    BatchStatus,
    CandidateStatus,
    EmailMessageStatus,
    ExtractionStatus,
    IntegrationStatus,
    InvitationStatus,
    JobStatus,
    MailStatus,
    MatchStatus,
    RegistrationStatus,
    RoleStatus,
    SyncRunStatus,
)


class StatusWords(NamedTuple):
    """What a person reads for a status, and the kind of its badge."""

    label: str
    kind: Literal["neutral", "accent", "good", "warn", "bad"] = "neutral"


STATUS_WORDS: Mapping[str, Mapping[StrEnum, StatusWords]] = {
    "candidate": {
        CandidateStatus.NEW: StatusWords("New"),
        CandidateStatus.IN_REVIEW: StatusWords("In review", "warn"),
        CandidateStatus.APPROVED: StatusWords("Approved", "good"),
        CandidateStatus.READY_FOR_ASSIGNMENT: StatusWords("Ready for assignment", "good"),
        CandidateStatus.ASSIGNED: StatusWords("Assigned", "accent"),
        CandidateStatus.REJECTED: StatusWords("Rejected", "bad"),
    },
    "match": {
        MatchStatus.NEW: StatusWords("New", "warn"),
        MatchStatus.VIEWED: StatusWords("Seen"),
        MatchStatus.SHORTLISTED: StatusWords("Shortlisted", "accent"),
        MatchStatus.APPLIED: StatusWords("Applied", "good"),
        MatchStatus.REJECTED: StatusWords("Set aside", "bad"),
        MatchStatus.CLOSED: StatusWords("Posting closed"),
    },
    "job": {
        JobStatus.ACTIVE: StatusWords("Open", "good"),
        JobStatus.EXPIRED: StatusWords("Expired", "warn"),
        JobStatus.CLOSED: StatusWords("Closed"),
    },
    "batch": {
        BatchStatus.RECEIVING: StatusWords("Receiving", "accent"),
        BatchStatus.MATCHING: StatusWords("Matching", "accent"),
        BatchStatus.COMPLETED: StatusWords("Done", "good"),
        BatchStatus.FAILED: StatusWords("Failed", "bad"),
    },
    "extraction": {
        ExtractionStatus.PENDING: StatusWords("Being read", "accent"),
        ExtractionStatus.EXTRACTED: StatusWords("Read", "good"),
        ExtractionStatus.SCANNED: StatusWords("Picture without text", "warn"),
        ExtractionStatus.FAILED: StatusWords("Not readable", "warn"),
    },
    "invitation": {
        InvitationStatus.SENT: StatusWords("Invited"),
        InvitationStatus.OPENED: StatusWords("Opened", "accent"),
        InvitationStatus.IN_PROGRESS: StatusWords("Filling in", "accent"),
        InvitationStatus.SUBMITTED: StatusWords("To review", "warn"),
        InvitationStatus.APPROVED: StatusWords("Approved", "good"),
        InvitationStatus.REJECTED: StatusWords("Rejected", "bad"),
        InvitationStatus.EXPIRED: StatusWords("Expired"),
        InvitationStatus.CANCELLED: StatusWords("Cancelled"),
    },
    "integration": {
        IntegrationStatus.ACTIVE: StatusWords("Being read", "good"),
        IntegrationStatus.PAUSED: StatusWords("Paused"),
        IntegrationStatus.DISABLED: StatusWords("Stopped", "bad"),
        IntegrationStatus.DISCONNECTED: StatusWords("Disconnected"),
    },
    "sync": {
        SyncRunStatus.RUNNING: StatusWords("Running", "accent"),
        SyncRunStatus.COMPLETED: StatusWords("Done", "good"),
        SyncRunStatus.FAILED: StatusWords("Failed", "bad"),
    },
    "message": {
        EmailMessageStatus.QUEUED: StatusWords("Waiting to be read", "accent"),
        EmailMessageStatus.JOB_CREATED: StatusWords("Posting found", "good"),
        EmailMessageStatus.SKIPPED: StatusWords("Skipped"),
        EmailMessageStatus.FAILED: StatusWords("Could not be read", "bad"),
    },
    "mail": {
        MailStatus.QUEUED: StatusWords("Waiting", "accent"),
        MailStatus.SENDING: StatusWords("Being sent", "accent"),
        MailStatus.RETRYING: StatusWords("Trying again", "warn"),
        MailStatus.SENT: StatusWords("Sent", "good"),
        MailStatus.BOUNCED: StatusWords("Refused by their mail server", "bad"),
        MailStatus.FAILED: StatusWords("Could not be sent", "bad"),
        MailStatus.SUPPRESSED: StatusWords("They want no mails", "warn"),
        MailStatus.SKIPPED: StatusWords("Not needed any more"),
    },
    "role": {
        RoleStatus.PENDING_REVIEW: StatusWords("To decide", "warn"),
        RoleStatus.APPROVED: StatusWords("Approved", "good"),
        RoleStatus.REJECTED: StatusWords("Rejected", "bad"),
        RoleStatus.MERGED: StatusWords("Merged"),
    },
    "registration": {
        RegistrationStatus.QUEUED: StatusWords("Waiting"),
        RegistrationStatus.ANALYZING: StatusWords("Being looked at", "accent"),
        RegistrationStatus.COMPLETED: StatusWords("Done", "good"),
        RegistrationStatus.FAILED: StatusWords("Failed", "bad"),
    },
}
"""By what has the status; in the order of filters."""
