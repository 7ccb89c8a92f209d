"""``process-registration``: finds out about a company that registered, and writes its dossier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal, ParamSpec, TypeVar

import inngest
from blacklight_shared.events import RegistrationReceived
from blacklight_shared.workflows import (
    RETRY_CONFIG,
    Failure,
    parallel_all,
    tenant_step,
    translating_errors,
    with_tenant_context,
    workflow,
)
from pydantic import BaseModel

from blacklight_registration.analyses.analysis import Analysis
from blacklight_registration.analyses.dossier import (
    ask_linkedin,
    make_profile,
    save_dossier,
    write_summary,
)
from blacklight_registration.analyses.lifecycle import (
    UNSAVED,
    begin_analysis,
    mark_failed,
    mark_unsaved,
)
from blacklight_registration.analyses.site import choose_site_pages, read_home, read_page
from blacklight_registration.deps import RegistrationDeps
from blacklight_registration.metrics import DOSSIERS, DOSSIERS_UNSAVED

ParamsT = ParamSpec("ParamsT")
ResultT = TypeVar("ResultT")

FETCHES_PER_SITE = 3
"""At a time, over all analyses of a site."""


class AnalysisReport(BaseModel):
    """What became of an analysis.

    Attributes:
        outcome: ``skipped`` where another run has it, or a newer one was asked for.
        completeness: Of the dossier; None without one.
        warnings: What went wrong beside the analysis itself.
    """

    outcome: Literal["completed", "skipped"]
    completeness: str | None = None
    warnings: list[str] = []


@workflow(
    id="process-registration",
    trigger=RegistrationReceived,
    retries=RETRY_CONFIG.default,
    concurrency=[inngest.Concurrency(limit=FETCHES_PER_SITE, key="event.data.site")],
    idempotency="event.data.request_id + '/' + string(event.data.analysis_number)",
)
async def process_registration(
    ctx: inngest.Context, event: RegistrationReceived, deps: RegistrationDeps
) -> AnalysisReport:
    """Read the site, make the dossier; what fails for good is named in it as missing."""
    registration_id = await tenant_step(
        ctx,
        "begin",
        deps.database,
        event.tenant_id,
        begin_analysis,
        event.request_id,
        event.analysis_number,
        ctx.run_id,
        deps.settings.destinations,
    )
    if registration_id is None:
        return AnalysisReport(outcome="skipped")
    analysis = Analysis(event.tenant_id, registration_id, event.analysis_number)
    if await _attempt(ctx, "read-home", read_home, deps, analysis):
        await _read_pages(ctx, deps, analysis)
    await _step(ctx, "make-profile", make_profile, deps, analysis)
    await _attempt(ctx, "ask-linkedin", ask_linkedin, deps, analysis)
    await _attempt(ctx, "write-summary", write_summary, deps, analysis)
    return await _save(ctx, deps, analysis)


@process_registration.on_failure
async def mark_registration_failed(
    ctx: inngest.Context, failure: Failure[RegistrationReceived], deps: RegistrationDeps
) -> None:
    """Say so where recruiters look."""
    await tenant_step(
        ctx,
        "mark-failed",
        deps.database,
        failure.payload.tenant_id,
        mark_failed,
        failure.payload.request_id,
        failure.payload.analysis_number,
        failure.error.message,
    )


async def _read_pages(ctx: inngest.Context, deps: RegistrationDeps, analysis: Analysis) -> None:
    page_ids = await _attempt(ctx, "choose-pages", choose_site_pages, deps, analysis)
    if not page_ids:
        return
    branches = [
        partial(_attempt, ctx, f"read-page-{number}", read_page, deps, analysis, page_id)
        for number, page_id in enumerate(page_ids, start=1)
    ]
    await parallel_all(ctx, branches)


async def _save(ctx: inngest.Context, deps: RegistrationDeps, analysis: Analysis) -> AnalysisReport:
    completeness = await _attempt(ctx, "save", _save_dossier, deps, analysis)
    if completeness is None:
        await _step(ctx, "mark-unsaved", _mark_unsaved, deps, analysis)
        return AnalysisReport(outcome="completed", warnings=[UNSAVED])
    return AnalysisReport(outcome="completed", completeness=completeness)


async def _save_dossier(deps: RegistrationDeps, analysis: Analysis) -> str:
    completeness = await with_tenant_context(
        deps.database, analysis.tenant_id, save_dossier, analysis
    )
    DOSSIERS.labels(completeness).inc()
    return completeness


async def _mark_unsaved(deps: RegistrationDeps, analysis: Analysis) -> None:
    await with_tenant_context(deps.database, analysis.tenant_id, mark_unsaved, analysis)
    DOSSIERS_UNSAVED.inc()


async def _attempt(
    ctx: inngest.Context,
    step_id: str,
    work: Callable[ParamsT, Awaitable[ResultT]],
    *args: ParamsT.args,
    **kwargs: ParamsT.kwargs,
) -> ResultT | None:
    """A step that the analysis can do without; None when it failed for good."""
    try:
        return await _step(ctx, step_id, work, *args, **kwargs)
    except inngest.StepError as error:
        ctx.logger.warning("%s failed: %s", step_id, error.message)
        return None


async def _step(
    ctx: inngest.Context,
    step_id: str,
    work: Callable[ParamsT, Awaitable[ResultT]],
    *args: ParamsT.args,
    **kwargs: ParamsT.kwargs,
) -> ResultT:
    async def run() -> ResultT:
        async with translating_errors(step_id):
            return await work(*args, **kwargs)

    return await ctx.step.run(step_id, run)
