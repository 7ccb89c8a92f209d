"""``parse-resume``: an uploaded CV becomes text, then a profile, then matches."""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.events import (
    CandidateDeleted,
    GenerateCandidateMatches,
    MatchTrigger,
    ResumeProgress,
    ResumeUploaded,
)
from blacklight_shared.models import CandidateDocument, ExtractionStatus
from blacklight_shared.workflows import (
    CONCURRENCY,
    RETRY_CONFIG,
    Failure,
    cancel_on,
    emit_progress,
    fan_out,
    workflow,
)

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.resume.told import ResumeReader
from blacklight_matching.steps.documents import mark_unreadable
from blacklight_matching.steps.resumes import (
    CompletedProfile,
    complete_profile,
    extract_resume_text,
    infer_roles,
    is_matchable,
)


@dataclass(frozen=True, slots=True)
class ParsedResume:
    """Result of a run.

    Attributes:
        extraction: ``EXTRACTED``, or why there is no text.
        filled_fields: Fields of the profile that the CV filled.
        is_email_taken: The CV's address was left out, since another candidate has it.
        reader: Who read it; None when there was nothing to read, or it had been read before.
        reader_failure: Why the language model was of no help, if one is configured.
        roles: Preferred roles that the titles gave.
        is_matching: Whether matches are made now.
    """

    extraction: ExtractionStatus
    filled_fields: list[str]
    is_email_taken: bool
    reader: ResumeReader | None
    reader_failure: str | None
    roles: int
    is_matching: bool


@workflow(
    id="parse-resume",
    trigger=ResumeUploaded,
    retries=RETRY_CONFIG.default,
    concurrency=[CONCURRENCY.document_processing],
    cancel=[cancel_on(CandidateDeleted, same=("tenant_id", "candidate_id"))],
)
async def parse_resume(
    ctx: inngest.Context, event: ResumeUploaded, deps: MatchingDeps
) -> ParsedResume:
    """Read a CV; people who watch see each stage."""
    of_candidate = (deps, event.tenant_id, event.candidate_id)
    await emit_progress(ctx, _progress(event, "reading", 10, "Reading the document"))
    extraction = await ctx.step.run(
        "extract-text",
        extract_resume_text,
        *of_candidate,
        event.document_id,
        output_type=ExtractionStatus,
    )
    completed: CompletedProfile | None = None
    roles = 0
    if extraction is ExtractionStatus.PENDING:
        await emit_progress(ctx, _progress(event, "profile", 40, "Completing the profile"))
        completed = await ctx.step.run(
            "complete-profile",
            complete_profile,
            *of_candidate,
            event.document_id,
            output_type=CompletedProfile,
        )
        await emit_progress(ctx, _progress(event, "roles", 70, "Finding roles"))
        roles = await ctx.step.run("infer-roles", infer_roles, *of_candidate)
        extraction = ExtractionStatus.EXTRACTED
    is_matching = await ctx.step.run("look-up-status", is_matchable, *of_candidate)
    if is_matching:
        await fan_out(ctx, "match-candidate", [_matches_wanted(event)])
    message = _MESSAGES[extraction]
    await emit_progress(ctx, _progress(event, "done", 100, message))
    return ParsedResume(
        extraction=extraction,
        filled_fields=completed.filled.fields if completed else [],
        is_email_taken=completed.filled.is_email_taken if completed else False,
        reader=completed.reader if completed else None,
        reader_failure=completed.reader_failure if completed else None,
        roles=roles,
        is_matching=is_matching,
    )


@parse_resume.on_failure
async def give_up(
    ctx: inngest.Context, failure: Failure[ResumeUploaded], deps: MatchingDeps
) -> None:
    """Say on the document that it could not be read."""
    event = failure.payload
    await ctx.step.run(
        "mark-unreadable",
        mark_unreadable,
        deps,
        event.tenant_id,
        CandidateDocument,
        event.document_id,
        failure.error.name,
    )


_MESSAGES = {
    ExtractionStatus.EXTRACTED: "The CV is read",
    ExtractionStatus.SCANNED: "The CV is a scan without text",
    ExtractionStatus.FAILED: "The CV could not be read",
}


def _progress(event: ResumeUploaded, step: str, percent: float, message: str) -> ResumeProgress:
    return ResumeProgress(
        candidate_id=event.candidate_id,
        tenant_id=event.tenant_id,
        document_id=event.document_id,
        step=step,
        percent=percent,
        message=message,
    )


def _matches_wanted(event: ResumeUploaded) -> GenerateCandidateMatches:
    return GenerateCandidateMatches(
        candidate_id=event.candidate_id,
        tenant_id=event.tenant_id,
        trigger=MatchTrigger.PROFILE_UPDATE,
    )
