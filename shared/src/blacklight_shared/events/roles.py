"""Events about roles and what their reviewers decide."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from blacklight_shared.events.base import Event

MAX_ROLES_PER_EVENT = 1_000


class RoleDecision(StrEnum):
    """What became of a role."""

    APPROVED = "approved"
    REJECTED = "rejected"
    REINSTATED = "reinstated"
    MERGED = "merged"


class RolesCreated(Event):
    """Names that no role had became roles of their own, pending review."""

    name: ClassVar[str] = "role/created"
    description: ClassVar[str] = "Roles were made that wait for review; find similar ones."

    role_ids: Annotated[list[int], Field(min_length=1, max_length=MAX_ROLES_PER_EVENT)]


class RoleReviewed(Event):
    """Somebody, or a rule, decided what a role is."""

    name: ClassVar[str] = "role/reviewed"
    description: ClassVar[str] = (
        "A role was approved, rejected, reinstated after a rejection, or merged into another; match"
        " what that changes."
    )

    role_id: int
    decision: RoleDecision

    @property
    def subject(self) -> str:
        """Decisions about one role are sent in order."""
        return f"role:{self.role_id}"
