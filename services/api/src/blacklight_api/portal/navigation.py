"""The portal's menu: what a person may open, in the order of a working day."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_api.auth.scopes import Scope
from blacklight_api.auth.sessions import Viewer


@dataclass(frozen=True, slots=True)
class Destination:
    """An entry of the menu.

    Attributes:
        path: Of its page; the pages below it belong to the entry, too.
        label: What the person reads.
        icon: Name of a symbol in ``icons.svg``.
        scope: The right that opens it.
    """

    path: str
    label: str
    icon: str
    scope: Scope

    def holds(self, path: str) -> bool:
        """Whether the page at ``path`` belongs to the entry."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


MENU: tuple[tuple[Destination, ...], ...] = (
    (
        Destination("/", "Dashboard", "home", Scope.STATS_READ),
        Destination("/candidates", "Candidates", "people", Scope.CANDIDATES_READ),
        Destination("/jobs", "Jobs", "briefcase", Scope.JOBS_READ),
        Destination("/invitations", "Invitations", "envelope", Scope.INVITATIONS_READ),
    ),
    (
        Destination("/registrations", "Registrations", "building", Scope.REGISTRATIONS_READ),
        Destination("/roles", "Roles", "tag", Scope.ROLES_REVIEW),
        Destination("/integrations", "Integrations", "plug", Scope.INTEGRATIONS_READ),
    ),
    (
        Destination("/mails", "Mails", "inbox", Scope.MAILS_READ),
        Destination("/runs", "Runs", "pulse", Scope.SETTINGS_WRITE),
        Destination("/audit", "Audit log", "shield", Scope.AUDIT_READ),
        Destination("/settings", "Settings", "gear", Scope.SETTINGS_WRITE),
    ),
)
"""Groups, with a line between them."""


def menu_of(viewer: Viewer) -> list[list[Destination]]:
    """What the person may open."""
    scopes = viewer.principal.scopes
    groups = [[entry for entry in group if entry.scope in scopes] for group in MENU]
    return [group for group in groups if group]
