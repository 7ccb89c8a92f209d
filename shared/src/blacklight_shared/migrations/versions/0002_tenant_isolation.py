"""Row-level security, the grants of both roles, and the outbox's wake-up call."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "candidate_documents",
    "candidate_embeddings",
    "candidate_features",
    "candidate_job_matches",
    "candidate_preferred_roles",
    "candidates",
    "portal_users",
    "tenant_skills",
)
"""Every row belongs to one tenant."""

TENANT_OR_PLATFORM_TABLES = (
    "api_keys",
    "audit_log",
    "job_import_batches",
    "job_import_chunks",
    "job_import_errors",
    "outbox_events",
    "scraper_sessions",
    "scraper_submissions",
)
"""Rows of a tenant are for that tenant; rows without one are for sessions without one."""

SHARED_UNLESS_SOURCED_TABLES = ("job_embeddings", "job_features", "job_postings")
"""Rows are for everyone unless ``source_tenant_id`` names their only reader."""

APP_GRANTS = {
    "audit_log": "SELECT, INSERT",
    "outbox_events": "SELECT, INSERT",
    "alembic_version": "SELECT",
}
"""Where the application may do less than read and write."""

SYSTEM_GRANTS = {
    "alembic_version": "SELECT",
    "api_keys": "SELECT, UPDATE (last_used_at)",
    "candidate_job_matches": "SELECT (id, tenant_id, candidate_id, job_posting_id, status)",
    "candidate_preferred_roles": "SELECT",
    "candidates": "SELECT (id, tenant_id, status, deleted_at)",
    "job_embeddings": "SELECT",
    "job_features": "SELECT",
    "job_import_batches": "SELECT (id, tenant_id, status, updated_at)",
    "job_import_chunks": "SELECT",
    "job_postings": "SELECT (id, source_tenant_id, status, role_id, posted_date, imported_at,"
    " expires_at)",
    "outbox_events": "SELECT, UPDATE, DELETE",
    "portal_users": "SELECT (id, tenant_id, email, status)",
    "scraper_sessions": "SELECT",
    "tenant_skills": "SELECT",
    "tenants": "SELECT",
}
"""What the system role may see: enough to find ids, and the outbox that it empties."""


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION current_tenant_id() RETURNS bigint
        LANGUAGE sql STABLE PARALLEL SAFE
        RETURN NULLIF(current_setting('blacklight.tenant_id', true), '')::bigint
        """
    )
    for role in ("blacklight_app", "blacklight_system"):
        op.execute(
            f"""
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                CREATE ROLE {role} NOLOGIN;
              END IF;
            END $$
            """
        )
    for table in TENANT_TABLES:
        _isolate(table, "tenant_id = (SELECT current_tenant_id())")
    for table in TENANT_OR_PLATFORM_TABLES:
        _isolate(
            table,
            "tenant_id = (SELECT current_tenant_id())"
            " OR (tenant_id IS NULL AND (SELECT current_tenant_id()) IS NULL)",
        )
    for table in SHARED_UNLESS_SOURCED_TABLES:
        _isolate(
            table,
            "source_tenant_id IS NULL OR source_tenant_id = (SELECT current_tenant_id())",
        )
    _isolate(
        "tenants",
        "id = (SELECT current_tenant_id()) OR (SELECT current_tenant_id()) IS NULL",
    )

    op.execute("GRANT USAGE ON SCHEMA public TO blacklight_app, blacklight_system")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO blacklight_app"
    )
    for table, grant in APP_GRANTS.items():
        op.execute(f"REVOKE ALL ON {table} FROM blacklight_app")
        op.execute(f"GRANT {grant} ON {table} TO blacklight_app")
    for table, grant in SYSTEM_GRANTS.items():
        op.execute(f"GRANT {grant} ON {table} TO blacklight_system")

    op.execute(
        """
        CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_notify('blacklight_outbox', '');
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER outbox_events_notify AFTER INSERT ON outbox_events
        FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox()
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER outbox_events_notify ON outbox_events")
    op.execute("DROP FUNCTION notify_outbox()")
    for table in (
        *TENANT_TABLES,
        *TENANT_OR_PLATFORM_TABLES,
        *SHARED_UNLESS_SOURCED_TABLES,
        "tenants",
    ):
        op.execute(f"DROP POLICY tenant_isolation ON {table}")
        op.execute(f"DROP POLICY system_access ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION current_tenant_id()")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM blacklight_app, blacklight_system")


def _isolate(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant_isolation ON {table} TO blacklight_app"
        f" USING ({condition}) WITH CHECK ({condition})"
    )
    op.execute(
        f"CREATE POLICY system_access ON {table} TO blacklight_system"
        " USING (true) WITH CHECK (true)"
    )
