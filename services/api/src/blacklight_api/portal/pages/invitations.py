"""Invitations: the list, inviting people, one invitation, and deciding about what was submitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from blacklight_shared.models import OPEN_INVITATION_STATUSES, InvitationStatus
from fastapi import Query, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse
from starlette.datastructures import UploadFile

from blacklight_api.auth.scopes import Scope
from blacklight_api.documents.files import download
from blacklight_api.gateway import TheGateway
from blacklight_api.invitations import service
from blacklight_api.invitations.csv_file import MAX_CSV_BYTES, InvitationFile, read_invitations
from blacklight_api.invitations.links import LinkMaker
from blacklight_api.invitations.profile_lines import profile_lines
from blacklight_api.invitations.queries import InvitationFilter
from blacklight_api.invitations.schemas import InvitationCreate, InvitationDetail
from blacklight_api.limits import MULTIPART_OVERHEAD_BYTES, RequestLimits, limited
from blacklight_api.mails.queries import list_mails_about
from blacklight_api.onboarding.schemas import ProfileShown
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.formatting import plural
from blacklight_api.portal.forms import Form, FormRefused
from blacklight_api.portal.pages.resume_reading import follow_reading
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Problem, Unprocessable
from blacklight_api.reviews import service as reviews
from blacklight_api.reviews.comparing import ComparedLine, compare, compare_addresses
from blacklight_api.reviews.schemas import Rejection
from blacklight_api.roles.queries import names_of_roles
from blacklight_api.schemas import PathId, SearchText
from blacklight_api.work import TenantWork, tenant_work

PATH = "/invitations"
MAX_MAILS_SHOWN = 20
MAX_ERRORS_SHOWN = 100

router = portal_router(PATH)

Reader = Annotated[TenantWork, tenant_work(Scope.INVITATIONS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.INVITATIONS_WRITE)]
Reviewer = Annotated[TenantWork, tenant_work(Scope.INVITATIONS_REVIEW)]

_CAN_BE_SENT_AGAIN = frozenset({*OPEN_INVITATION_STATUSES, InvitationStatus.EXPIRED})


@router.get("")
async def show_invitations(
    request: Request,
    work: Reader,
    requested: RequestedPage,
    status: Annotated[list[InvitationStatus], Query()] = [],  # noqa: B006 -- FastAPI copies it
    search: SearchText | None = None,
) -> Response:
    """The list, with its filters."""
    found = await service.page(work, InvitationFilter(status, search=search), requested)
    return page(
        request,
        "invitations/list.html",
        invitations=found.items,
        next_cursor=found.next_cursor,
        chosen=status,
        search=search or "",
    )


@router.get("/new")
async def show_form(request: Request, _work: Writer) -> Response:
    """The forms by which people are invited."""
    return page(request, "invitations/new.html", form=Form(), many=Form())


@router.post("")
async def invite(request: Request, work: Writer, gateway: TheGateway) -> Response:
    """Invite one person."""
    form = await Form.sent(request)
    try:
        made = await service.invite(work, LinkMaker.of(gateway), form.read(InvitationCreate))
    except Problem as problem:
        shown = form.refused(problem)
        raise RefusedError(
            page(request, "invitations/new.html", status=422, form=shown, many=Form())
        ) from None
    return see_other(request, PATH, Notice(f"{made.email} is invited. The mail is on its way."))


@router.post("/many")
@limited(RequestLimits(max_body_bytes=2 * MAX_CSV_BYTES + MULTIPART_OVERHEAD_BYTES))
async def invite_many(request: Request, work: Writer, gateway: TheGateway) -> Response:
    """Invite everyone in a pasted list or a CSV file; bad rows are shown and do not stop the rest.

    The same list again invites nobody twice.
    """
    form = await Form.sent(request)
    try:
        people = read_invitations(await _list_of_people(form))
    except Problem as problem:
        shown = Form(values={"people": form.text("people")}, errors={"people": _why(problem)})
        raise RefusedError(
            page(request, "invitations/new.html", status=422, form=Form(), many=shown)
        ) from None
    invited = len(await service.invite_all(work, LinkMaker.of(gateway), people.people))
    if not people.errors:
        return see_other(request, PATH, Notice(_told(people, invited)))
    return page(
        request,
        "invitations/invited.html",
        told=_told(people, invited),
        errors=people.errors[:MAX_ERRORS_SHOWN],
        failed=len({error.line for error in people.errors}),
    )


@router.get("/{invitation_id}")
async def show_invitation(request: Request, invitation_id: PathId, work: Reader) -> Response:
    """One invitation: where it stands, what was submitted, and the mails about it."""
    return await _page_of(request, work, invitation_id, Form())


@router.get("/{invitation_id}/documents/{document_id}")
async def download_document(invitation_id: PathId, document_id: PathId, work: Reader) -> Response:
    """A file that came with a submission; browsers save it and never show it."""
    document = await service.document(work, invitation_id, document_id)
    return download(document.filename, document.content_type, document.content)


@router.get("/{invitation_id}/reading")
async def follow_resume(
    invitation_id: PathId, work: Reader, gateway: TheGateway
) -> EventSourceResponse:
    """Follow the reading of the CVs that came with a submission."""
    await service.find(work, invitation_id)
    return await follow_reading(gateway, work, invitation_id)


@router.post("/{invitation_id}/taken")
async def take_from_resume(request: Request, invitation_id: PathId, work: Reviewer) -> Response:
    """Let the CV count for some fields, or again what the candidate has entered."""
    form = await Form.sent(request, lists=("field",))
    chosen = set(form.values.get("field", []))
    invitation = await service.find(work, invitation_id, lock=True)
    taken = set(invitation.taken_from_resume)
    wanted = taken | chosen if form.text("counts") == "resume" else taken - chosen
    try:
        await reviews.take_from_resume(work, invitation_id, sorted(wanted))
    except Unprocessable as problem:
        refused = Form(detail=problem.errors[0].message)
        raise RefusedError(await _page_of(request, work, invitation_id, refused, 422)) from None
    return see_other(request, f"{PATH}/{invitation_id}#submission")


@router.post("/{invitation_id}/resend")
async def resend(
    request: Request, invitation_id: PathId, work: Writer, gateway: TheGateway
) -> Response:
    """Send the invitation again, with a new link."""
    sent = await service.resend(work, LinkMaker.of(gateway), invitation_id)
    notice = Notice(f"A new link is on its way to {sent.email}. The old one is dead.")
    return see_other(request, f"{PATH}/{invitation_id}", notice)


@router.post("/{invitation_id}/cancel")
async def cancel(request: Request, invitation_id: PathId, work: Writer) -> Response:
    """Take the invitation back."""
    await service.cancel(work, invitation_id)
    notice = Notice("The invitation is cancelled. Its link is dead.")
    return see_other(request, f"{PATH}/{invitation_id}", notice)


@router.post("/{invitation_id}/approve")
async def approve(request: Request, invitation_id: PathId, work: Reviewer) -> Response:
    """Make a candidate of the submission."""
    approved = await reviews.approve(work, invitation_id)
    notice = Notice("Approved. The candidate is told, and matches are being made.")
    return see_other(request, f"/candidates/{approved.candidate_id}", notice)


@router.post("/{invitation_id}/reject")
async def reject(request: Request, invitation_id: PathId, work: Reviewer) -> Response:
    """Turn the submission down."""
    form = await Form.sent(request)
    try:
        reason = form.read(Rejection).reason
    except FormRefused as problem:
        refused = await _page_of(request, work, invitation_id, form.refused(problem), status=422)
        raise RefusedError(refused) from None
    await reviews.reject(work, invitation_id, reason)
    return see_other(request, PATH, Notice("Rejected. The candidate is told."))


async def _page_of(
    request: Request, work: TenantWork, invitation_id: int, form: Form, status: int = 200
) -> Response:
    invitation = await service.detail(work, await service.find(work, invitation_id))
    said = _said(invitation)
    named_by_id = [role for role in said.preferred_roles if isinstance(role, int)]
    role_names = await names_of_roles(work.session, named_by_id)
    mails = await list_mails_about(
        work.session, f"invitation:{invitation_id}", invitation.email, limit=MAX_MAILS_SHOWN
    )
    return page(
        request,
        "invitations/one.html",
        status=status,
        invitation=invitation,
        fields=profile_lines(said, role_names),
        compared=_compared(invitation, said, role_names),
        mails=mails,
        can_choose=invitation.status is InvitationStatus.SUBMITTED
        and Scope.INVITATIONS_REVIEW in work.principal.scopes,
        is_reading=any(one.is_being_read for one in invitation.documents),
        can_be_sent_again=invitation.status in _CAN_BE_SENT_AGAIN,
        form=form,
    )


def _said(invitation: InvitationDetail) -> ProfileShown:
    """What the candidate has filled in; a submission keeps the name beside it."""
    names = {
        "first_name": invitation.profile.first_name or invitation.first_name or None,
        "last_name": invitation.profile.last_name or invitation.last_name or None,
    }
    return invitation.profile.model_copy(update=names)


def _compared(
    invitation: InvitationDetail, said: ProfileShown, role_names: Mapping[int, str]
) -> list[ComparedLine]:
    """What they have entered beside what their CV says; nothing where no CV was read."""
    if invitation.resume is None:
        return []
    lines = compare(
        said, invitation.resume, taken=invitation.taken_from_resume, role_names=role_names
    )
    address = compare_addresses(invitation.email, invitation.resume)
    return [*lines[:1], *([address] if address else []), *lines[1:]]


async def _list_of_people(form: Form) -> bytes:
    """The file, where one was chosen; else what was typed.

    Raises:
        Unprocessable: There is neither, or the file is too large.
    """
    file = form.values.get("file")
    if isinstance(file, UploadFile) and file.size:
        if file.size > MAX_CSV_BYTES:
            raise Unprocessable("people", f"A file holds at most {MAX_CSV_BYTES:,} bytes.")
        return await file.read()
    if not form.text("people"):
        raise Unprocessable("people", "Type or paste some addresses, or choose a file.")
    return form.text("people").encode()


def _why(problem: Problem) -> str:
    return " ".join(error.message for error in problem.errors) or problem.detail


def _told(people: InvitationFile, invited: int) -> str:
    known = len(people.people) - invited + people.repeated
    told = f"{plural(invited, 'person is', 'people are')} invited."
    return f"{told} {plural(known, 'row was', 'rows were')} invited before." if known else told
