import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
import structlog
from blacklight_devstack.postgres_roles import DatabaseUrls, connect


class TestDatabases:
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_each_test_begins_with_an_empty_one(self, database: DatabaseUrls, attempt: int) -> None:
        with connect(database.owner) as connection:
            assert connection.execute("SELECT to_regclass('note')").fetchone() == (None,)
            connection.execute("CREATE TABLE note (body text)")

    def test_the_module_s_own_is_another_one(
        self, database: DatabaseUrls, module_database: DatabaseUrls
    ) -> None:
        assert database.app != module_database.app

    def test_the_three_roles_log_in(self, module_database: DatabaseUrls) -> None:
        users: list[str] = []
        for url in (module_database.app, module_database.system, module_database.owner):
            with connect(url) as connection:
                users += connection.execute("SELECT current_user").fetchone() or ()
        assert users == ["blacklight_app", "blacklight_system", "blacklight_owner"]

    def test_the_schema_is_there(self, module_database: DatabaseUrls) -> None:
        with connect(module_database.app) as connection:
            found = connection.execute("SELECT to_regclass('tenants') IS NOT NULL").fetchone()
        assert found == (True,)

    def test_a_blank_one_has_no_schema(self, blank_database: DatabaseUrls) -> None:
        with connect(blank_database.owner) as connection:
            found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname='public'")
            assert found.fetchone() == (0,)


OUTER_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if "PYTEST" not in name},
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}

SUITE = """
    import os
    import pytest
    from pathlib import Path

    @pytest.mark.parametrize("number", range(4))
    def test_one(database, postgres_server, number):
        Path(f"seen-{number}").write_text(f"{postgres_server.pid} {postgres_server.home}")

    def test_two(postgres_server):
        if Path("die").exists():
            os.kill(int(os.environ["RUN_PID"]), 9)
"""


def inner_run(folder: Path, arguments: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    (folder / "test_inner.py").write_text(textwrap.dedent(SUITE))
    code = """if True:
        import os, sys, pytest
        os.environ["RUN_PID"] = str(os.getpid())
        sys.exit(pytest.main(sys.argv[1:]))
    """
    plugin = ["-p", "xdist", "-p", "blacklight_devstack.pytest_plugin", "-p", "no:cacheprovider"]
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, *plugin, *arguments, str(folder / "test_inner.py")],
        cwd=folder,
        env=OUTER_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


def servers_seen(folder: Path) -> set[tuple[int, Path]]:
    lines = [file.read_text().split() for file in folder.glob("seen-*")]
    return {(int(pid), Path(home)) for pid, home in lines}


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class TestServer:
    def test_is_one_for_all_workers_and_ends_with_the_run(self, tmp_path: Path) -> None:
        done = inner_run(tmp_path, ["--numprocesses=2"])
        assert done.returncode == 0, done.stdout
        ((pid, home),) = servers_seen(tmp_path)
        assert is_gone(pid)
        assert not home.exists()

    def test_ends_even_when_the_run_is_killed(self, tmp_path: Path) -> None:
        (tmp_path / "die").touch()
        assert inner_run(tmp_path).returncode == -9
        ((pid, home),) = servers_seen(tmp_path)
        deadline = time.monotonic() + 20
        while not (is_gone(pid) and not home.exists()):
            assert time.monotonic() < deadline, "the server outlived its run"
            time.sleep(0.05)

    def test_is_not_started_without_need(self, tmp_path: Path) -> None:
        (tmp_path / "tmp").mkdir()
        (tmp_path / "test_plain.py").write_text("def test_nothing(): pass")
        done = subprocess.run(  # noqa: S603 - our own code
            [
                *(sys.executable, "-m", "pytest", "-p", "blacklight_devstack.pytest_plugin"),
                *("-p", "no:cacheprovider", str(tmp_path / "test_plain.py")),
            ],
            cwd=tmp_path,
            env={**OUTER_ENVIRONMENT, "TMPDIR": str(tmp_path / "tmp")},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0
        assert list((tmp_path / "tmp").iterdir()) == []


def test_tracebacks_before_logging_is_configured_are_plain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    structlog.reset_defaults()
    local = f"{os.getpid()} as a value"

    def fail() -> None:
        raise ValueError(len(local))

    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("failed")
    printed = capsys.readouterr().out
    assert "Traceback (most recent call last)" in printed
    assert local not in printed


def test_a_module_is_for_one_worker(request: pytest.FixtureRequest) -> None:
    mark = request.node.get_closest_marker("xdist_group")
    assert mark is not None
    assert mark.args == (str(Path(__file__).relative_to(request.config.rootpath)),)
