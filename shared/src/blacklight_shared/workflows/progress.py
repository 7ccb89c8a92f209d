"""Progress of long work, published as events for whoever watches."""

from __future__ import annotations

import inngest

from blacklight_shared.events import Event
from blacklight_shared.workflows.fan_out import fan_out


async def emit_progress(ctx: inngest.Context, progress: Event) -> None:
    """Publish how far a run has come, once for each of its stages.

    Args:
        ctx: The run.
        progress: A ``*/progress`` event: ids of the subject, ``step``, ``percent``, ``message``. A
            stage may be published more than once when its percentages differ.
    """
    data = progress.model_dump()
    await fan_out(ctx, f"progress-{data['step']}-{data['percent']:g}", [progress])
