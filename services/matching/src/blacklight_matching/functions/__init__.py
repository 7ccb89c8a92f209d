"""The workflows of the matching worker, one module each, named by its Inngest id."""

from __future__ import annotations

from typing import Any

from blacklight_shared.workflows import Workflow

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.functions.apply_matching_settings import apply_matching_settings
from blacklight_matching.functions.apply_role_review import apply_role_review
from blacklight_matching.functions.backfill_embeddings import backfill_embeddings
from blacklight_matching.functions.cleanup_stale_sessions import cleanup_stale_sessions
from blacklight_matching.functions.expire_old_jobs import expire_old_jobs
from blacklight_matching.functions.forget_deleted_candidate import forget_deleted_candidate
from blacklight_matching.functions.generate_candidate_matches import generate_candidate_matches
from blacklight_matching.functions.import_jobs import import_jobs
from blacklight_matching.functions.match_jobs_to_candidates import match_jobs_to_candidates
from blacklight_matching.functions.parse_resume import parse_resume
from blacklight_matching.functions.process_job_source import process_job_source
from blacklight_matching.functions.read_invitation_resume import read_invitation_resume
from blacklight_matching.functions.refresh_candidate_matches import refresh_candidate_matches
from blacklight_matching.functions.reset_completed_roles import reset_completed_roles
from blacklight_matching.functions.resume_stalled_work import resume_stalled_work
from blacklight_matching.functions.suggest_similar_roles import suggest_similar_roles
from blacklight_matching.functions.update_job_embedding import update_job_embedding

WORKFLOWS: tuple[Workflow[Any, MatchingDeps, Any], ...] = (
    apply_matching_settings,
    apply_role_review,
    backfill_embeddings,
    cleanup_stale_sessions,
    expire_old_jobs,
    forget_deleted_candidate,
    generate_candidate_matches,
    import_jobs,
    match_jobs_to_candidates,
    parse_resume,
    process_job_source,
    read_invitation_resume,
    refresh_candidate_matches,
    reset_completed_roles,
    resume_stalled_work,
    suggest_similar_roles,
    update_job_embedding,
)
"""Everything that the worker serves."""
