"""What the people of a tenant may do, by their role in the portal."""

from __future__ import annotations

from blacklight_shared.models import PortalRole

from blacklight_api.auth.scopes import TENANT_SCOPES, Scope

_ONLY_FOR_PROGRAMS = frozenset({Scope.SCRAPER})
_ONLY_FOR_ADMINS = frozenset(
    {
        Scope.AUDIT_READ,
        Scope.INTEGRATIONS_ADMIN,
        Scope.KEYS_ADMIN,
        Scope.SETTINGS_WRITE,
        Scope.USERS_ADMIN,
    }
)
_ONLY_FOR_HR = frozenset({Scope.INVITATIONS_REVIEW})
_EVERYONE = TENANT_SCOPES - _ONLY_FOR_PROGRAMS - _ONLY_FOR_ADMINS

SCOPES_OF_ROLE: dict[PortalRole, frozenset[Scope]] = {
    PortalRole.ADMIN: TENANT_SCOPES - _ONLY_FOR_PROGRAMS,
    PortalRole.RECRUITER: _EVERYONE - _ONLY_FOR_HR,
    PortalRole.HR: _EVERYONE - {Scope.JOBS_IMPORT, Scope.JOBS_WRITE, Scope.ROLES_REVIEW},
}
"""Recruiters work on postings and matches; HR decides on candidates; admins do everything."""
