"""The reading of the CVs of an invitation, as pages follow it: the candidate's, and HR's."""

from __future__ import annotations

from sse_starlette import EventSourceResponse

from blacklight_api.gateway import Gateway
from blacklight_api.invitations import queries
from blacklight_api.portal.live import LiveProgress, follow
from blacklight_api.work import TenantWork


async def follow_reading(
    gateway: Gateway, work: TenantWork, invitation_id: int
) -> EventSourceResponse:
    """A message when the reading begins, and the last one when no CV is to be read any more."""

    async def look(work: TenantWork) -> LiveProgress:
        is_reading = await queries.is_reading(work.session, invitation_id)
        words = "Reading the CV…" if is_reading else "The CV is read."
        return LiveProgress(message=words, done=not is_reading)

    return await follow(gateway, work, look)
