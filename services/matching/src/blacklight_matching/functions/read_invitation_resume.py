"""``read-invitation-resume``: the CV of an invited person fills their form, before they send it."""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.events import InvitationResumeUploaded
from blacklight_shared.models import ExtractionStatus, InvitationDocument
from blacklight_shared.workflows import CONCURRENCY, RETRY_CONFIG, Failure, workflow

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.invitations import WORKFLOW_ID
from blacklight_matching.steps.documents import mark_unreadable
from blacklight_matching.steps.invitations import extract_invitation_text, fill_invitation_form


@dataclass(frozen=True, slots=True)
class ReadInvitationResume:
    """Result of a run.

    Attributes:
        extraction: ``EXTRACTED``, or why there is no text; None when nobody needs it any more.
        filled_fields: Fields of the form that the CV filled.
    """

    extraction: ExtractionStatus | None
    filled_fields: list[str]


@workflow(
    id=WORKFLOW_ID,
    trigger=InvitationResumeUploaded,
    retries=RETRY_CONFIG.default,
    concurrency=[CONCURRENCY.document_processing],
)
async def read_invitation_resume(
    ctx: inngest.Context, event: InvitationResumeUploaded, deps: MatchingDeps
) -> ReadInvitationResume:
    """Read a CV while the person looks on; their page follows what the document says of itself."""
    document = (deps, event.tenant_id, event.invitation_id, event.document_id)
    extraction = await ctx.step.run(
        "extract-text",
        extract_invitation_text,
        *document,
        output_type=ExtractionStatus | None,
    )
    if extraction is not ExtractionStatus.PENDING:
        return ReadInvitationResume(extraction=extraction, filled_fields=[])
    filled = await ctx.step.run("fill-form", fill_invitation_form, *document)
    return ReadInvitationResume(extraction=ExtractionStatus.EXTRACTED, filled_fields=filled)


@read_invitation_resume.on_failure
async def give_up(
    ctx: inngest.Context, failure: Failure[InvitationResumeUploaded], deps: MatchingDeps
) -> None:
    """Say on the document that it could not be read."""
    event = failure.payload
    await ctx.step.run(
        "mark-unreadable",
        mark_unreadable,
        deps,
        event.tenant_id,
        InvitationDocument,
        event.document_id,
        failure.error.name,
    )
