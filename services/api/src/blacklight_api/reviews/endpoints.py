"""HTTP endpoints of reviews."""

from __future__ import annotations

from typing import Annotated

from blacklight_api.auth.scopes import Scope
from blacklight_api.invitations.schemas import InvitationDetail
from blacklight_api.problems import problem_responses
from blacklight_api.reviews import service
from blacklight_api.reviews.schemas import Rejection, TakenFromResume
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("/invitations", "reviews")

Reviewer = Annotated[TenantWork, tenant_work(Scope.INVITATIONS_REVIEW)]


@router.post("/{invitation_id}/approve", responses=problem_responses(409))
async def approve_submission(invitation_id: PathId, work: Reviewer) -> InvitationDetail:
    """Approve a submission: it becomes a candidate, who is told and matched.

    Joins the candidate who has the address already, if there is one.
    """
    return await service.approve(work, invitation_id)


@router.post("/{invitation_id}/reject", responses=problem_responses(409))
async def reject_submission(
    invitation_id: PathId, rejection: Rejection, work: Reviewer
) -> InvitationDetail:
    """Reject a submission; the candidate is told, with the reason if one is given."""
    return await service.reject(work, invitation_id, rejection.reason)


@router.put("/{invitation_id}/taken-from-resume", responses=problem_responses(409))
async def take_from_resume(
    invitation_id: PathId, taken: TakenFromResume, work: Reviewer
) -> InvitationDetail:
    """Choose for which fields the CV counts, not what the candidate has filled in.

    Lists then have what either says. Both stay as they are until the approval.
    """
    return await service.take_from_resume(work, invitation_id, taken.fields)
