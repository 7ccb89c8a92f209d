"""Indexes of what people search and sort lists by, and the views that reach them.

Under row-level security an index serves only operators that cannot leak what they see, and ``@@``
does not count as one. The views belong to the owner, whom the policies do not bind, and show a
tenant the same rows by a condition that Postgres may reorder.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WORDS_OF_CANDIDATES = (
    "to_tsvector('simple'::regconfig, first_name || ' ' || last_name || ' '"
    " || COALESCE(email, '') || ' ' || translate(COALESCE(email, ''), '@.', '  ') || ' '"
    " || COALESCE(headline, ''))"
)
WORDS_OF_POSTINGS = "to_tsvector('simple'::regconfig, title || ' ' || COALESCE(company, ''))"

INDEXES = {
    "ix_candidates_words": f"candidates USING gin ({WORDS_OF_CANDIDATES})",
    "ix_candidates_by_name": "candidates (tenant_id, last_name, first_name, id)"
    " WHERE deleted_at IS NULL",
    "ix_job_postings_words": f"job_postings USING gin ({WORDS_OF_POSTINGS})",
    "ix_job_postings_by_source": "job_postings (source, id)",
    "ix_job_postings_of_tenant": "job_postings (source_tenant_id, id)"
    " WHERE source_tenant_id IS NOT NULL",
    "ix_global_roles_words": "global_roles USING gin (to_tsvector('simple'::regconfig, name))",
    "ix_role_aliases_words": "role_aliases USING gin (to_tsvector('simple'::regconfig, alias))",
}

VIEWS = {
    "candidate_words": f"SELECT id, {WORDS_OF_CANDIDATES} AS words FROM candidates"  # noqa: S608
    " WHERE tenant_id = (SELECT current_tenant_id())",
    "job_posting_words": f"SELECT id, {WORDS_OF_POSTINGS} AS words FROM job_postings"  # noqa: S608
    " WHERE source_tenant_id IS NULL OR source_tenant_id = (SELECT current_tenant_id())",
}


def upgrade() -> None:
    for name, definition in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {definition}")
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")
        op.execute(f"GRANT SELECT ON {name} TO blacklight_app")


def downgrade() -> None:
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
