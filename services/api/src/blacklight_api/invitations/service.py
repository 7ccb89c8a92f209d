"""What can be done with invitations, up to the candidate's part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from blacklight_shared.events import InvitationMail
from blacklight_shared.models import (
    DEFAULT_INVITATION_VALID_DAYS,
    OPEN_INVITATION_STATUSES,
    CandidateInvitation,
    InvitationDocument,
    InvitationStatus,
)

from blacklight_api.audit.service import record, record_each
from blacklight_api.conflicts import conflict_on
from blacklight_api.invitations import queries
from blacklight_api.invitations.links import LinkMaker
from blacklight_api.invitations.queries import InvitationFilter
from blacklight_api.invitations.resumes import said_by
from blacklight_api.invitations.schemas import (
    InvitationCreate,
    InvitationDetail,
    InvitationDocumentShown,
    InvitationShown,
)
from blacklight_api.mail_settings import queries as mail_settings
from blacklight_api.onboarding.schemas import ProfileShown
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import Conflict, FieldError, NotFound
from blacklight_api.work import TenantWork

UNIQUE_PENDING = "uq_candidate_invitations_pending"
ALREADY_INVITED = "The address has an invitation that is not decided yet; resend that."


async def invite(work: TenantWork, links: LinkMaker, wanted: InvitationCreate) -> InvitationDetail:
    """Invite one person.

    Raises:
        Conflict: The address has an invitation that is not decided yet.
    """
    added = await invite_all(work, links, [wanted])
    if not added:
        raise Conflict(ALREADY_INVITED, errors=[FieldError(field="email", message=ALREADY_INVITED)])
    return await detail(work, added[0])


async def invite_all(
    work: TenantWork, links: LinkMaker, wanted: Sequence[InvitationCreate]
) -> Sequence[CandidateInvitation]:
    """Invite several people; gives the new invitations.

    Those whose address has an undecided invitation are left out, so that a file may be sent again.
    """
    valid_days = await _valid_days(work)
    rows = []
    for person in wanted:
        link = links.make(work.tenant_id, valid_days)
        rows.append(
            {
                "tenant_id": work.tenant_id,
                "email": person.email,
                "first_name": person.first_name or "",
                "last_name": person.last_name or "",
                "token_hash": link.token_hash,
                "token_sealed": link.token_sealed,
                "expires_at": link.expires_at,
            }
        )
    ids = await queries.add_invitations(work.session, rows)
    added = await queries.find_invitations(work.session, ids)
    details = {"status": InvitationStatus.SENT}
    await record_each(work, "invitation.sent", ids, details)
    await work.emit(*(_mail(invitation, links) for invitation in added))
    return added


async def find(work: TenantWork, invitation_id: int, *, lock: bool = False) -> CandidateInvitation:
    """The invitation.

    Raises:
        NotFound: There is none, or it is another tenant's.
    """
    invitation = await queries.find_invitation(work.session, invitation_id, lock=lock)
    if invitation is None:
        raise NotFound("invitation")
    return invitation


async def detail(work: TenantWork, invitation: CandidateInvitation) -> InvitationDetail:
    """The invitation with what has been submitted."""
    documents = await queries.list_documents(work.session, invitation.id)
    return InvitationDetail(
        **shown(invitation).model_dump(),
        rejection_reason=invitation.rejection_reason,
        profile=ProfileShown.model_validate(invitation.profile),
        documents=[InvitationDocumentShown.model_validate(document) for document in documents],
        resume=said_by(documents),
        taken_from_resume=invitation.taken_from_resume,
    )


async def page(
    work: TenantWork, wanted: InvitationFilter, requested: PageRequest
) -> Page[InvitationShown]:
    """One page of invitations, the newest first."""
    rows = await queries.list_invitations(
        work.session, wanted, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=shown, key=lambda row: IdKey(id=row.id))


async def resend(work: TenantWork, links: LinkMaker, invitation_id: int) -> InvitationDetail:
    """Invite the person again: by a new link, good for the whole time; the old one is dead.

    Raises:
        NotFound: As ``find``.
        Conflict: The invitation is submitted, decided or cancelled, or the address has another.
    """
    invitation = await find(work, invitation_id, lock=True)
    previous = InvitationStatus(invitation.status)
    if previous not in {*OPEN_INVITATION_STATUSES, InvitationStatus.EXPIRED}:
        raise Conflict(f"The invitation is {previous.value}; only an open one can be sent again.")
    link = links.make(work.tenant_id, await _valid_days(work))
    invitation.token_hash = link.token_hash
    invitation.token_sealed = link.token_sealed
    invitation.expires_at = link.expires_at
    invitation.sent_at = datetime.now(UTC)
    if previous is InvitationStatus.EXPIRED:
        invitation.status = InvitationStatus.SENT
    with conflict_on(UNIQUE_PENDING, field="email", message=ALREADY_INVITED):
        await work.session.flush()
    await work.session.refresh(invitation)
    details = {"from": previous, "to": invitation.status}
    await record(work, "invitation.resent", invitation.id, details=details)
    await work.emit(_mail(invitation, links))
    return await detail(work, invitation)


async def cancel(work: TenantWork, invitation_id: int) -> InvitationDetail:
    """Take an invitation back; its link is dead. A second time changes nothing.

    Raises:
        NotFound: As ``find``.
        Conflict: It is submitted or decided.
    """
    invitation = await find(work, invitation_id, lock=True)
    previous = InvitationStatus(invitation.status)
    if previous is InvitationStatus.CANCELLED:
        return await detail(work, invitation)
    if previous not in {*OPEN_INVITATION_STATUSES, InvitationStatus.EXPIRED}:
        raise Conflict(f"The invitation is {previous.value}; only an open one can be cancelled.")
    await move(work, invitation, InvitationStatus.CANCELLED)
    return await detail(work, invitation)


async def move(work: TenantWork, invitation: CandidateInvitation, status: InvitationStatus) -> None:
    """Change the status of a locked invitation and enter it in the audit log.

    A link that no longer opens anything is forgotten.
    """
    details = {"from": invitation.status, "to": status}
    invitation.status = status
    if status not in OPEN_INVITATION_STATUSES:
        invitation.token_sealed = None
    await work.session.flush()
    await work.session.refresh(invitation)
    await record(work, f"invitation.{status.value}", invitation.id, details=details)


async def document(work: TenantWork, invitation_id: int, document_id: int) -> InvitationDocument:
    """A file of a submission, with its content.

    Raises:
        NotFound: There is none, or it is another tenant's.
    """
    found = await queries.find_document(work.session, invitation_id, document_id)
    if found is None:
        raise NotFound("document")
    return found


def shown(invitation: CandidateInvitation) -> InvitationShown:
    """The invitation as lists show it."""
    stored = InvitationShown.model_validate(invitation)
    return stored.model_copy(update={"status": queries.current_status(invitation)})


def _mail(invitation: CandidateInvitation, links: LinkMaker) -> InvitationMail:
    return InvitationMail(
        invitation_id=invitation.id,
        tenant_id=invitation.tenant_id,
        to_email=invitation.email,
        candidate_name=invitation.full_name,
        onboarding_url=links.onboarding_url,
        expiry_date=invitation.expires_at,
    )


async def _valid_days(work: TenantWork) -> int:
    settings = await mail_settings.find_settings(work.session)
    return settings.invitation_valid_days if settings else DEFAULT_INVITATION_VALID_DAYS
