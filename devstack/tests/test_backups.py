import argparse
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from blacklight_devstack import backup, restore
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_account import PostgresError
from blacklight_devstack.postgres_roles import connect
from blacklight_devstack.stack import DATABASE, StackError
from filelock import FileLock


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    # Not tmp_path: its parents have mode 0700, so a database started by root would go elsewhere.
    folder = Path(tempfile.mkdtemp(prefix="blacklight-backup-"))
    folder.chmod(0o755)
    with EmbeddedPostgres(folder, fast=True) as server:
        write_note(server, "kept")
    yield folder
    EmbeddedPostgres(folder).stop(immediate=True)
    shutil.rmtree(folder)


def write_note(server: EmbeddedPostgres, body: str) -> None:
    with connect(server.ensure_database(DATABASE).owner) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (body text)")
        connection.execute("INSERT INTO note VALUES (%s)", [body])


def notes(state: Path) -> list[str]:
    with EmbeddedPostgres(state, fast=True) as server, server.connection(DATABASE) as connection:
        return [body for (body,) in connection.execute("SELECT body FROM note ORDER BY body")]


def options(state: Path, file: Path) -> argparse.Namespace:
    return argparse.Namespace(state=state, file=file)


def test_what_came_after_the_backup_is_gone_and_so_are_the_runs_of_then(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup.run(options(state, tmp_path / "backup"))
    assert "secrets.json" in capsys.readouterr().out
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    with EmbeddedPostgres(state, fast=True) as server:
        write_note(server, "too late")
    (state / "engine.db").write_text("runs")

    restore.run(options(state, tmp_path / "backup"))

    assert notes(state) == ["kept"]
    assert not (state / "engine.db").exists()


def test_a_file_that_is_no_backup_changes_nothing(state: Path, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("no backup")

    with pytest.raises(PostgresError, match="pg_restore failed"):
        restore.run(options(state, tmp_path / "backup"))

    assert notes(state) == ["kept"]


def test_a_running_system_is_not_restored(state: Path, tmp_path: Path) -> None:
    with (
        FileLock(state / "runner.lock"),
        pytest.raises(StackError, match="stop it first"),
    ):
        restore.run(options(state, tmp_path / "backup"))
