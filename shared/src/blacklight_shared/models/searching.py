"""What lists are searched and sorted by: indexes, and the views that reach them.

Row-level security keeps Postgres from using an index for an operator that might leak what it sees,
and searching for words is one. So the words are searched in views, which show a tenant the same
rows by a condition of their own. A view spells the expression of its index.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, column, table, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from blacklight_shared.models.candidates import Candidate
from blacklight_shared.models.jobs import JobPosting
from blacklight_shared.models.roles import GlobalRole, RoleAlias

CANDIDATE_WORDS = table("candidate_words", column("id", BigInteger), column("words", TSVECTOR))
"""Name, address and headline of the tenant's candidates."""
JOB_POSTING_WORDS = table("job_posting_words", column("id", BigInteger), column("words", TSVECTOR))
"""Title and company of the postings that the tenant may see."""

_WORDS_OF_CANDIDATES = (
    "to_tsvector('simple'::regconfig, first_name || ' ' || last_name || ' '"
    " || COALESCE(email, '') || ' ' || translate(COALESCE(email, ''), '@.', '  ') || ' '"
    " || COALESCE(headline, ''))"
)
_WORDS_OF_POSTINGS = "to_tsvector('simple'::regconfig, title || ' ' || COALESCE(company, ''))"

Index(
    "ix_candidates_words",
    text(_WORDS_OF_CANDIDATES),
    postgresql_using="gin",
    _table=Candidate.__table__,
)
Index(
    "ix_candidates_by_name",
    Candidate.tenant_id,
    Candidate.last_name,
    Candidate.first_name,
    Candidate.id,
    postgresql_where=text("deleted_at IS NULL"),
)
Index(
    "ix_job_postings_words",
    text(_WORDS_OF_POSTINGS),
    postgresql_using="gin",
    _table=JobPosting.__table__,
)
Index("ix_job_postings_by_source", JobPosting.source, JobPosting.id)
Index(
    "ix_job_postings_of_tenant",
    JobPosting.source_tenant_id,
    JobPosting.id,
    postgresql_where=text("source_tenant_id IS NOT NULL"),
)
Index(
    "ix_global_roles_words",
    text("to_tsvector('simple'::regconfig, name)"),
    postgresql_using="gin",
    _table=GlobalRole.__table__,
)
Index(
    "ix_role_aliases_words",
    text("to_tsvector('simple'::regconfig, alias)"),
    postgresql_using="gin",
    _table=RoleAlias.__table__,
)
