"""Events about what invited people hand in."""

from __future__ import annotations

from typing import ClassVar

from blacklight_shared.events.base import Event


class InvitationResumeUploaded(Event):
    """An invited person has uploaded a CV, which fills their form."""

    name: ClassVar[str] = "invitation/resume.uploaded"
    description: ClassVar[str] = "An invited person uploaded a CV; read it and fill their form."

    invitation_id: int
    tenant_id: int
    document_id: int

    @property
    def subject(self) -> str:
        """Events of one invitation are sent in order."""
        return f"invitation:{self.invitation_id}"
