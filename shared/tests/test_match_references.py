"""Matches refer to what exists, though their foreign keys are kept by triggers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from blacklight_devstack.postgres_roles import DatabaseUrls, connect
from psycopg.errors import ForeignKeyViolation, IntegrityConstraintViolation


@dataclass(frozen=True)
class Firms:
    """Two tenants with a candidate each, a global posting, and the owner's connection."""

    urls: DatabaseUrls
    owner: psycopg.Connection[tuple[Any, ...]]
    ours: int
    our_candidate: int
    their_candidate: int
    posting: int

    def match(
        self, connection: psycopg.Connection[tuple[Any, ...]], candidate: int, posting: int
    ) -> None:
        """Insert a match of ours."""
        connection.execute(
            "INSERT INTO candidate_job_matches (tenant_id, candidate_id, job_posting_id, score,"
            " weights, matched_skill_ids, missing_skill_ids, is_recommended)"
            " VALUES (%s, %s, %s, 60, '{}', '{}', '{}', false)",
            [self.ours, candidate, posting],
        )

    def match_count(self) -> int:
        row = self.owner.execute("SELECT count(*) FROM candidate_job_matches").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def firms(database: DatabaseUrls) -> Iterator[Firms]:
    with connect(database.owner) as owner:

        def made(statement: str, *values: object) -> int:
            row = owner.execute(f"{statement} RETURNING id", values).fetchone()
            assert row is not None
            return int(row[0])

        tenants = [
            made("INSERT INTO tenants (slug, name) VALUES (%s, 'Firm')", slug)
            for slug in ("ours", "theirs")
        ]
        candidates = [
            made("INSERT INTO candidates (tenant_id) VALUES (%s)", tenant) for tenant in tenants
        ]
        posting = made(
            "INSERT INTO job_postings (source, external_id, title, content_hash)"
            " VALUES ('test', '1', 'Welder', '')"
        )
        yield Firms(database, owner, tenants[0], candidates[0], candidates[1], posting)


class TestInserting:
    def test_needs_a_candidate(self, firms: Firms) -> None:
        with pytest.raises(ForeignKeyViolation, match="candidate"):
            firms.match(firms.owner, 999, firms.posting)

    def test_needs_a_candidate_of_the_same_tenant(self, firms: Firms) -> None:
        with pytest.raises(ForeignKeyViolation, match="candidate"):
            firms.match(firms.owner, firms.their_candidate, firms.posting)

    def test_needs_a_posting(self, firms: Firms) -> None:
        with pytest.raises(ForeignKeyViolation, match="posting"):
            firms.match(firms.owner, firms.our_candidate, 999)

    def test_waits_for_a_deletion_and_then_fails(self, firms: Firms) -> None:
        with connect(firms.urls.owner) as deleting, deleting.transaction():
            deleting.execute("DELETE FROM job_postings WHERE id = %s", [firms.posting])
            errors: list[BaseException] = []
            inserting = threading.Thread(target=_try, args=(firms, errors))
            inserting.start()
            _wait_until_somebody_waits(firms)
        inserting.join()
        assert [type(error) for error in errors] == [ForeignKeyViolation]

    def test_leaves_the_posting_unlocked(self, firms: Firms) -> None:
        with connect(firms.urls.owner) as inserting, inserting.transaction():
            firms.match(inserting, firms.our_candidate, firms.posting)
            firms.owner.execute(
                "SELECT FROM job_postings WHERE id = %s FOR UPDATE NOWAIT", [firms.posting]
            )

    def test_waits_for_nobody_who_inserts(self, firms: Firms) -> None:
        with connect(firms.urls.owner) as inserting, inserting.transaction():
            firms.match(inserting, firms.our_candidate, firms.posting)
            firms.owner.execute("SET statement_timeout = '5s'")
            colleague = firms.owner.execute(
                "INSERT INTO candidates (tenant_id) VALUES (%s) RETURNING id", [firms.ours]
            ).fetchone()
            assert colleague is not None
            firms.match(firms.owner, colleague[0], firms.posting)
        assert firms.match_count() == 2


class TestDeleting:
    @pytest.mark.parametrize(
        "statement",
        ["DELETE FROM job_postings", "DELETE FROM candidates", "DELETE FROM tenants"],
    )
    def test_takes_the_matches_along(self, firms: Firms, statement: str) -> None:
        firms.match(firms.owner, firms.our_candidate, firms.posting)
        firms.owner.execute(statement)
        assert firms.match_count() == 0

    def test_waits_for_matches_that_are_being_written(self, firms: Firms) -> None:
        with connect(firms.urls.owner) as inserting, inserting.transaction():
            firms.match(inserting, firms.our_candidate, firms.posting)
            deleting = threading.Thread(
                target=lambda: _run_alone(firms, "DELETE FROM job_postings")
            )
            deleting.start()
            _wait_until_somebody_waits(firms)
        deleting.join()
        assert firms.match_count() == 0

    def test_reaches_matches_that_the_deleting_tenant_cannot_see(self, firms: Firms) -> None:
        firms.match(firms.owner, firms.our_candidate, firms.posting)
        with connect(firms.urls.app) as app:
            app.execute("DELETE FROM job_postings WHERE id = %s", [firms.posting])
        assert firms.match_count() == 0


def test_a_match_stays_with_its_pair(firms: Firms) -> None:
    firms.match(firms.owner, firms.our_candidate, firms.posting)
    with pytest.raises(IntegrityConstraintViolation, match="stays with"):
        firms.owner.execute(
            "UPDATE candidate_job_matches SET candidate_id = %s", [firms.their_candidate]
        )


def _try(firms: Firms, errors: list[BaseException]) -> None:
    with connect(firms.urls.owner) as connection:
        try:
            firms.match(connection, firms.our_candidate, firms.posting)
        except psycopg.Error as error:
            errors.append(error)


def _run_alone(firms: Firms, statement: str) -> None:
    with connect(firms.urls.owner) as connection:
        connection.execute(statement.encode())


def _wait_until_somebody_waits(firms: Firms) -> None:
    for _ in range(3_000):
        row = firms.owner.execute(
            "SELECT EXISTS (SELECT FROM pg_locks AS lock JOIN pg_stat_activity AS activity"
            " USING (pid) WHERE NOT lock.granted AND activity.datname = current_database())"
        ).fetchone()
        if row == (True,):
            return
        threading.Event().wait(0.01)
    raise TimeoutError("nobody waits for a lock")
