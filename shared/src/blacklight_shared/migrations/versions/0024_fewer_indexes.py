"""Drop indexes that others can stand in for: each is written for every row.

A posting's matches are found by their unique key, of which the posting and the tenant come first.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_MATCHES = "candidate_job_matches"
_OLD_KEY = "uq_candidate_job_matches_candidate_id_job_posting_id"
_NEW_KEY = "uq_candidate_job_matches_job_posting_id_tenant_id_candidate_id"


def upgrade() -> None:
    op.create_unique_constraint(
        op.f(_NEW_KEY), _MATCHES, ["job_posting_id", "tenant_id", "candidate_id"]
    )
    op.drop_constraint(op.f(_OLD_KEY), _MATCHES)
    op.execute("DROP INDEX ix_candidate_job_matches_by_job")
    op.execute("DROP INDEX ix_candidates_tenant_id_id")


def downgrade() -> None:
    op.execute("CREATE INDEX ix_candidates_tenant_id_id ON candidates (tenant_id, id)")
    op.execute(
        "CREATE INDEX ix_candidate_job_matches_by_job"
        f" ON {_MATCHES} (job_posting_id, tenant_id, score DESC, id)"
    )
    op.create_unique_constraint(op.f(_OLD_KEY), _MATCHES, ["candidate_id", "job_posting_id"])
    op.drop_constraint(op.f(_NEW_KEY), _MATCHES)
