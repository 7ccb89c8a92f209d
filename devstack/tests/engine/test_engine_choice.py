"""The choice between the Inngest dev server and the local engine."""

import os
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from blacklight_devstack.engine_choice import (
    EngineLaunch,
    EngineSetting,
    EngineUnavailableError,
    choose_engine,
)

LAUNCH = EngineLaunch(
    port=4321,
    db=Path("engine.db"),
    sdk_urls=["http://127.0.0.1:1/api/inngest", "http://127.0.0.1:2/api/inngest"],
    retry_interval=timedelta(milliseconds=200),
)


def put_program(folder: Path, name: str, script: str) -> dict[str, str]:
    """Put a shell script on an otherwise empty PATH; returns the environment."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": str(folder)}


class TestAuto:
    def test_prefers_the_dev_server_on_path(self, tmp_path: Path) -> None:
        environment = put_program(tmp_path, "inngest-cli", "echo 1.43.0")

        command = choose_engine("auto", environment, LAUNCH)

        assert command.kind is EngineSetting.INNGEST
        assert command.argv[:2] == (str(tmp_path / "inngest-cli"), "dev")
        assert command.argv.count("--sdk-url") == 2
        assert "inngest-cli" in command.note
        assert command.base_url == "http://127.0.0.1:4321"

    def test_the_dev_server_gets_whole_seconds(self, tmp_path: Path) -> None:
        environment = put_program(tmp_path, "inngest", "echo 1.43.0")

        argv = choose_engine("auto", environment, LAUNCH).argv

        assert argv[argv.index("--retry-interval") + 1] == "1"
        assert argv[argv.index("--poll-interval") + 1] == "5"

    def test_takes_it_from_npm_when_path_has_none(self, tmp_path: Path) -> None:
        environment = put_program(
            tmp_path, "npx", '[ "$*" = "--yes inngest-cli@latest version" ] && echo 1.43.0'
        )

        command = choose_engine("auto", environment, LAUNCH)

        assert command.kind is EngineSetting.INNGEST
        assert command.argv[:4] == (
            str(tmp_path / "npx"), "--yes", "inngest-cli@latest", "dev",
        )  # fmt: skip

    @pytest.mark.parametrize("script", ["exit 1", "exit 0", "echo no such command; exit 127"])
    def test_falls_back_with_one_line_when_nothing_works(self, tmp_path: Path, script: str) -> None:
        environment = put_program(tmp_path, "inngest-cli", script)

        command = choose_engine("auto", environment, LAUNCH)

        assert command.kind is EngineSetting.LOCAL
        assert command.argv[0] == sys.executable
        assert "local stand-in" in command.note
        assert "\n" not in command.note

    def test_falls_back_on_an_empty_path(self, tmp_path: Path) -> None:
        assert choose_engine("auto", {"PATH": str(tmp_path)}, LAUNCH).kind is EngineSetting.LOCAL


class TestLocal:
    def test_looks_for_nothing_else(self, tmp_path: Path) -> None:
        environment = put_program(tmp_path, "inngest-cli", f"touch {tmp_path}/tried; echo 1.43.0")

        command = choose_engine("local", environment, LAUNCH)

        assert command.kind is EngineSetting.LOCAL
        assert not (tmp_path / "tried").exists()
        assert command.argv[command.argv.index("--retry-interval") + 1] == "0.2"
        assert command.argv[command.argv.index("--db") + 1] == "engine.db"


class TestInngest:
    def test_is_an_error_when_it_cannot_be_had(self, tmp_path: Path) -> None:
        with pytest.raises(EngineUnavailableError, match="inngest-cli"):
            choose_engine("inngest", {"PATH": str(tmp_path)}, LAUNCH)


def test_an_unknown_setting_names_those_that_are_allowed() -> None:
    with pytest.raises(ValueError, match="auto, inngest, local"):
        choose_engine("redis", os.environ, LAUNCH)
