"""Keep the references of matches a statement at a time: row by row they took half of the writing.

The foreign keys stay declared, but Postgres no longer looks up three rows for each new match.
Triggers do the same work once for a whole statement: they lock each referred row as a foreign key
does, refuse what refers to nothing, and delete the matches of what is deleted.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FOREIGN_KEYS = (
    "fk_candidate_job_matches_candidate_id_candidates",
    "fk_candidate_job_matches_job_posting_id_job_postings",
    "fk_candidate_job_matches_tenant_id_tenants",
)

PARENTS = {"candidates": "candidate_id", "job_postings": "job_posting_id"}
"""By table, what refers to it. Tenants need none: their candidates go with them."""


def upgrade() -> None:
    for name in FOREIGN_KEYS:
        op.execute(f"ALTER TABLE candidate_job_matches ALTER CONSTRAINT {name} NOT ENFORCED")
    # As the owner, like foreign keys: a tenant may not see everything that has to be looked at. A
    # row that is being deleted is waited for, and then missing.
    op.execute(
        """
        CREATE FUNCTION check_new_matches() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
          wanted bigint;
          found_rows bigint;
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
          SELECT count(DISTINCT job_posting_id) INTO wanted FROM inserted;
          SELECT count(*) INTO found_rows FROM (
            SELECT FROM job_postings
            WHERE id IN (SELECT DISTINCT job_posting_id FROM inserted)
            ORDER BY id FOR KEY SHARE
          ) AS kept;
          IF found_rows < wanted THEN
            RAISE foreign_key_violation USING
              MESSAGE = 'a match refers to a posting that does not exist',
              TABLE = 'candidate_job_matches', COLUMN = 'job_posting_id';
          END IF;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER candidate_job_matches_check AFTER INSERT ON candidate_job_matches
        REFERENCING NEW TABLE AS inserted
        FOR EACH STATEMENT EXECUTE FUNCTION check_new_matches()
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_other_pair() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE integrity_constraint_violation USING
            MESSAGE = 'a match stays with its tenant, candidate and posting';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER candidate_job_matches_keep_pair
        AFTER UPDATE OF tenant_id, candidate_id, job_posting_id ON candidate_job_matches
        FOR EACH ROW WHEN (
          (OLD.tenant_id, OLD.candidate_id, OLD.job_posting_id)
          IS DISTINCT FROM (NEW.tenant_id, NEW.candidate_id, NEW.job_posting_id)
        ) EXECUTE FUNCTION refuse_other_pair()
        """
    )
    for parent, column in PARENTS.items():
        op.execute(
            f"""
            CREATE FUNCTION delete_matches_of_{parent}() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            BEGIN
              DELETE FROM candidate_job_matches WHERE {column} IN (SELECT id FROM deleted);
              RETURN NULL;
            END $$
            """  # noqa: S608 -- constants only
        )
        op.execute(
            f"""
            CREATE TRIGGER {parent}_delete_matches AFTER DELETE ON {parent}
            REFERENCING OLD TABLE AS deleted
            FOR EACH STATEMENT EXECUTE FUNCTION delete_matches_of_{parent}()
            """
        )


def downgrade() -> None:
    for parent in PARENTS:
        op.execute(f"DROP TRIGGER {parent}_delete_matches ON {parent}")
        op.execute(f"DROP FUNCTION delete_matches_of_{parent}()")
    op.execute("DROP TRIGGER candidate_job_matches_keep_pair ON candidate_job_matches")
    op.execute("DROP FUNCTION refuse_other_pair()")
    op.execute("DROP TRIGGER candidate_job_matches_check ON candidate_job_matches")
    op.execute("DROP FUNCTION check_new_matches()")
    for name in FOREIGN_KEYS:
        op.execute(f"ALTER TABLE candidate_job_matches ALTER CONSTRAINT {name} ENFORCED")
