"""``apply-matching-settings``: a firm's new weights and thresholds reach the matches it has."""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.events import MatchingSettingsChanged, RefreshCandidateMatches
from blacklight_shared.workflows import RETRY_CONFIG, fan_out, tenant_step, workflow

from blacklight_matching.candidates import matchable_candidates
from blacklight_matching.deps import MatchingDeps

CANDIDATES_PER_PAGE = 1_000
"""An event each; the runs that they start take their turn beside other work."""


@dataclass(frozen=True, slots=True)
class AppliedSettings:
    """Result of a run.

    Attributes:
        candidates: Candidates that are matched again.
    """

    candidates: int


@workflow(
    id="apply-matching-settings",
    trigger=MatchingSettingsChanged,
    retries=RETRY_CONFIG.default,
    singleton=inngest.Singleton(mode="cancel", key="event.data.tenant_id"),
)
async def apply_matching_settings(
    ctx: inngest.Context, event: MatchingSettingsChanged, deps: MatchingDeps
) -> AppliedSettings:
    """Have every candidate who may be matched matched again, page by page.

    Settings that change once more meanwhile begin anew; the runs read the newest in any case.
    """
    count = after_candidate_id = page = 0
    while True:
        ids = await tenant_step(
            ctx,
            f"find-candidates-{page}",
            deps.database,
            event.tenant_id,
            matchable_candidates,
            after_candidate_id,
            CANDIDATES_PER_PAGE,
        )
        if not ids:
            return AppliedSettings(candidates=count)
        events = [
            RefreshCandidateMatches(candidate_id=candidate_id, tenant_id=event.tenant_id)
            for candidate_id in ids
        ]
        await fan_out(ctx, f"match-candidates-{page}", events)
        count += len(ids)
        after_candidate_id = ids[-1]
        page += 1
