"""Views in which the words of long lists are searched.

Row-level security keeps Postgres from using an index for an operator that might leak what it sees,
and searching for words is one. So the words are searched in views, which show a tenant the same
rows by a condition of their own. A view spells the expression of its table's index.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, column, table
from sqlalchemy.dialects.postgresql import TSVECTOR

CANDIDATE_WORDS = table("candidate_words", column("id", BigInteger), column("words", TSVECTOR))
"""Name, address and headline of the tenant's candidates."""
JOB_POSTING_WORDS = table("job_posting_words", column("id", BigInteger), column("words", TSVECTOR))
"""Title and company of the postings that the tenant may see."""
