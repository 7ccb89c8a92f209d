"""Events about firms and their settings."""

from __future__ import annotations

from typing import ClassVar

from blacklight_shared.events.base import Event


class MatchingSettingsChanged(Event):
    """A firm's weights, thresholds or grades are others now."""

    name: ClassVar[str] = "tenant/matching.changed"
    description: ClassVar[str] = "Bring all matches of a firm up to its new settings."

    tenant_id: int

    @property
    def subject(self) -> str:
        """Events of one firm are sent in order."""
        return f"tenant:{self.tenant_id}"
