"""HTTP endpoints of invitations."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import InvitationStatus
from fastapi import Query, Request, Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.documents.endpoints import FILE_RESPONSE
from blacklight_api.documents.files import download
from blacklight_api.gateway import TheGateway
from blacklight_api.invitations import service
from blacklight_api.invitations.csv_file import MAX_CSV_BYTES, MAX_ROWS, read_invitations
from blacklight_api.invitations.links import LinkMaker
from blacklight_api.invitations.queries import InvitationFilter
from blacklight_api.invitations.schemas import (
    InvitationCreate,
    InvitationDetail,
    InvitationsFromFile,
    InvitationShown,
)
from blacklight_api.limits import RequestLimits, limited
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import UnsupportedMediaType, problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import Email, PathId, SearchText
from blacklight_api.work import TenantWork, tenant_work

MAX_ERRORS_SHOWN = 100

router = gateway_router("/invitations", "invitations")

Reader = Annotated[TenantWork, tenant_work(Scope.INVITATIONS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.INVITATIONS_WRITE)]

CSV_BODY = {
    "required": True,
    "content": {
        "text/csv": {
            "schema": {"type": "string", "description": f"At most {MAX_ROWS:,} rows, UTF-8."},
            "example": "email,first_name,last_name\nada.marsh@example.com,Ada,Marsh\n",
        }
    },
}


@router.post("", status_code=201, responses=problem_responses(409))
async def create_invitation(
    wanted: InvitationCreate, work: Writer, gateway: TheGateway
) -> InvitationDetail:
    """Invite a person to onboard; they get a mail with a link."""
    return await service.invite(work, LinkMaker.of(gateway), wanted)


@router.post("/csv", responses=problem_responses(415), openapi_extra={"requestBody": CSV_BODY})
@limited(RequestLimits(max_body_bytes=MAX_CSV_BYTES))
async def create_invitations_from_csv(
    request: Request, work: Writer, gateway: TheGateway
) -> InvitationsFromFile:
    """Invite the people of a CSV file with the columns email, first_name and last_name.

    A bad row is reported and does not stop the rest. The same file again invites nobody twice.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/csv":
        raise UnsupportedMediaType("Send text/csv.")
    file = read_invitations(await request.body())
    invited = await service.invite_all(work, LinkMaker.of(gateway), file.people)
    return InvitationsFromFile(
        invited=len(invited),
        already_invited=len(file.people) - len(invited) + file.repeated,
        failed=len({error.line for error in file.errors}),
        errors=file.errors[:MAX_ERRORS_SHOWN],
    )


@router.get("")
async def list_invitations(
    work: Reader,
    requested: RequestedPage,
    status: Annotated[
        list[InvitationStatus], Query(description="Any of these; repeat the parameter.")
    ] = [],  # noqa: B006 -- FastAPI copies it
    email: Annotated[Email | None, Query(description="Exactly this address.")] = None,
    search: Annotated[
        SearchText | None, Query(description="Beginnings of words in name and address.")
    ] = None,
) -> Page[InvitationShown]:
    """List invitations, the newest first."""
    return await service.page(work, InvitationFilter(status, email, search), requested)


@router.get("/{invitation_id}")
async def get_invitation(invitation_id: PathId, work: Reader) -> InvitationDetail:
    """Get an invitation with what the candidate has filled in."""
    return await service.detail(work, await service.find(work, invitation_id))


@router.get(
    "/{invitation_id}/documents/{invitation_document_id}/content",
    response_class=Response,
    responses=FILE_RESPONSE,
)
async def download_invitation_document(
    invitation_id: PathId, invitation_document_id: PathId, work: Reader
) -> Response:
    """Download a file that came with a submission; browsers save it and never show it."""
    document = await service.document(work, invitation_id, invitation_document_id)
    return download(document.filename, document.content_type, document.content)


@router.post("/{invitation_id}/resend", responses=problem_responses(409))
async def resend_invitation(
    invitation_id: PathId, work: Writer, gateway: TheGateway
) -> InvitationDetail:
    """Send the invitation again with a new link, good for the whole time; the old one is dead."""
    return await service.resend(work, LinkMaker.of(gateway), invitation_id)


@router.post("/{invitation_id}/cancel", responses=problem_responses(409))
async def cancel_invitation(invitation_id: PathId, work: Writer) -> InvitationDetail:
    """Take an invitation back; its link is dead."""
    return await service.cancel(work, invitation_id)
