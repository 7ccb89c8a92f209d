"""Check the postings of new matches without locking each: that wrote to every page of the postings.

A lock on a row is kept in the row, so a hundred thousand new matches changed as many postings and
wrote them to the log. Who deletes postings, which hardly ever happens, now waits for those who
write matches, and they for it. Candidates are still locked one by one: a statement has few of them,
and one who is erased should wait for nobody else's matches.
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_CHECK = """
CREATE OR REPLACE FUNCTION check_new_matches() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  wanted bigint;
  found_rows bigint;
  is_one_missing boolean;
BEGIN
  SELECT count(*) INTO wanted
  FROM (SELECT DISTINCT tenant_id, candidate_id FROM inserted) AS referred;
  SELECT count(*) INTO found_rows FROM (
    SELECT FROM candidates
    WHERE (tenant_id, id) IN (SELECT DISTINCT tenant_id, candidate_id FROM inserted)
    ORDER BY id FOR KEY SHARE
  ) AS kept;
  IF found_rows < wanted THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'a match refers to a candidate that its tenant does not have',
      TABLE = 'candidate_job_matches', COLUMN = 'candidate_id';
  END IF;
  {check_of_postings}
  IF is_one_missing THEN
    RAISE foreign_key_violation USING
      MESSAGE = 'a match refers to a posting that does not exist',
      TABLE = 'candidate_job_matches', COLUMN = 'job_posting_id';
  END IF;
  RETURN NULL;
END $$
"""

# Each statement of the function sees what was committed before it, so also what was deleted by
# whom the lock has waited for. The query is planned each time: a plan that was made for one row
# would be kept for a hundred thousand, and the other way round.
_UNDER_ONE_LOCK = """
  PERFORM pg_advisory_xact_lock_shared(hashtext('job_postings are referred to'));
  EXECUTE 'SELECT EXISTS (
    SELECT FROM inserted WHERE NOT EXISTS (
      SELECT FROM job_postings WHERE job_postings.id = inserted.job_posting_id
    )
  )' INTO is_one_missing;
"""

_ROW_BY_ROW = """
  SELECT count(DISTINCT job_posting_id) INTO wanted FROM inserted;
  SELECT count(*) INTO found_rows FROM (
    SELECT FROM job_postings
    WHERE id IN (SELECT DISTINCT job_posting_id FROM inserted)
    ORDER BY id FOR KEY SHARE
  ) AS kept;
  is_one_missing := found_rows < wanted;
"""


def upgrade() -> None:
    op.execute(_CHECK.format(check_of_postings=_UNDER_ONE_LOCK))
    op.execute(
        """
        CREATE FUNCTION wait_for_new_matches() RETURNS trigger
        LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock(hashtext('job_postings are referred to'));
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER job_postings_wait_for_new_matches BEFORE DELETE ON job_postings
        FOR EACH STATEMENT EXECUTE FUNCTION wait_for_new_matches()
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER job_postings_wait_for_new_matches ON job_postings")
    op.execute("DROP FUNCTION wait_for_new_matches()")
    op.execute(_CHECK.format(check_of_postings=_ROW_BY_ROW))
