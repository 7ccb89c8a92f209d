"""Scopes: what an API key may do."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """A right that a key can carry."""

    CANDIDATES_READ = "candidates:read"
    CANDIDATES_WRITE = "candidates:write"
    EMBEDDINGS_WRITE = "embeddings:write"
    INTEGRATIONS_READ = "integrations:read"
    INTEGRATIONS_WRITE = "integrations:write"
    INTEGRATIONS_ADMIN = "integrations:admin"
    INVITATIONS_READ = "invitations:read"
    INVITATIONS_WRITE = "invitations:write"
    INVITATIONS_REVIEW = "invitations:review"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    JOBS_IMPORT = "jobs:import"
    MAILS_READ = "mails:read"
    MAILS_WRITE = "mails:write"
    MATCHES_READ = "matches:read"
    MATCHES_WRITE = "matches:write"
    REGISTRATIONS_READ = "registrations:read"
    REGISTRATIONS_WRITE = "registrations:write"
    ROLES_READ = "roles:read"
    ROLES_WRITE = "roles:write"
    ROLES_REVIEW = "roles:review"
    SKILLS_READ = "skills:read"
    SKILLS_WRITE = "skills:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    STATS_READ = "stats:read"
    USERS_ADMIN = "users:admin"
    KEYS_ADMIN = "keys:admin"
    AUDIT_READ = "audit:read"
    SCRAPER = "scraper"
    TENANTS_ADMIN = "tenants:admin"


SCOPE_DESCRIPTIONS: dict[Scope, str] = {
    Scope.CANDIDATES_READ: "Read candidates and their documents.",
    Scope.CANDIDATES_WRITE: "Create, change and delete candidates; upload documents.",
    Scope.EMBEDDINGS_WRITE: "Have missing embeddings made. Platform keys only.",
    Scope.INTEGRATIONS_READ: "Read the own mailboxes and what was found in them.",
    Scope.INTEGRATIONS_WRITE: "Connect, pause and disconnect the own mailboxes.",
    Scope.INTEGRATIONS_ADMIN: "Do so with the mailboxes of everyone in the tenant.",
    Scope.INVITATIONS_READ: "Read invitations and what candidates have submitted.",
    Scope.INVITATIONS_WRITE: "Invite candidates; resend and cancel invitations.",
    Scope.INVITATIONS_REVIEW: "Approve and reject submissions.",
    Scope.JOBS_READ: "Read job postings, import batches and their progress.",
    Scope.JOBS_WRITE: "Change and close job postings.",
    Scope.JOBS_IMPORT: "Import job postings.",
    Scope.MAILS_READ: "Read which mail went to whom, and which addresses get none.",
    Scope.MAILS_WRITE: "Have mails sent again; suppress addresses.",
    Scope.MATCHES_READ: "Read matches and their explanation.",
    Scope.MATCHES_WRITE: "Change the status of matches; have them made again.",
    Scope.REGISTRATIONS_READ: "Read registrations of companies and their dossiers.",
    Scope.REGISTRATIONS_WRITE: "Have registrations analysed again; delete them.",
    Scope.ROLES_READ: "Read roles and their aliases.",
    Scope.ROLES_WRITE: "Propose roles.",
    Scope.ROLES_REVIEW: "Approve, reject and merge roles.",
    Scope.SKILLS_READ: "Read the skills that the tenant added to the taxonomy.",
    Scope.SKILLS_WRITE: "Add skills to the tenant's taxonomy.",
    Scope.SETTINGS_READ: "Read the tenant's settings and weights.",
    Scope.SETTINGS_WRITE: "Change the tenant's settings and weights.",
    Scope.STATS_READ: "Read the daily figures.",
    Scope.USERS_ADMIN: "Manage the people of the tenant.",
    Scope.KEYS_ADMIN: "Make and revoke API keys with scopes that the key itself has.",
    Scope.AUDIT_READ: "Read the audit log.",
    Scope.SCRAPER: "Claim roles to scrape and deliver what was found.",
    Scope.TENANTS_ADMIN: "Create and manage tenants. Platform keys only.",
}

PLATFORM_ONLY_SCOPES = frozenset({Scope.EMBEDDINGS_WRITE, Scope.TENANTS_ADMIN})
TENANT_SCOPES = frozenset(Scope) - PLATFORM_ONLY_SCOPES
PLATFORM_SCOPES = frozenset(
    {
        Scope.AUDIT_READ,
        Scope.EMBEDDINGS_WRITE,
        Scope.JOBS_IMPORT,
        Scope.JOBS_READ,
        Scope.JOBS_WRITE,
        Scope.KEYS_ADMIN,
        Scope.ROLES_READ,
        Scope.ROLES_REVIEW,
        Scope.ROLES_WRITE,
        Scope.SCRAPER,
        Scope.TENANTS_ADMIN,
    }
)
"""What a key without tenant can use; the rest is about the data of one tenant."""
