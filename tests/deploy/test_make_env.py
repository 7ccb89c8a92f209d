"""The generator of secrets makes what is missing, strong, and touches nothing that is there."""

from __future__ import annotations

import re
import stat
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from deploy.make_env import SECRETS, fill, write_env

EXAMPLE = "# A comment\nPORT=8000\n" + "".join(f"{name}=\n" for name in SECRETS)

given_secrets = st.dictionaries(
    st.sampled_from(sorted(SECRETS)), st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
)


def values(text: str) -> dict[str, str | None]:
    return dotenv_values(stream=StringIO(text))


@given(kept=given_secrets, other=st.from_regex(r"[a-z0-9]{0,10}", fullmatch=True))
def test_what_is_there_is_kept_and_the_rest_is_made_once(kept: dict[str, str], other: str) -> None:
    before = f"# A comment\nOTHER={other}\n" + "".join(f"{k}={v}\n" for k, v in kept.items())
    after = fill(before)
    assert after.startswith(before)
    made = values(after)
    assert made.keys() == {"OTHER", *SECRETS}
    assert {name: made[name] for name in kept} == kept
    assert fill(after) == after


def test_secrets_are_strong_and_all_different() -> None:
    first, second = values(fill(EXAMPLE)), values(fill(EXAMPLE))
    made = [str(found[name]) for found in (first, second) for name in SECRETS]
    assert len(set(made)) == len(made)
    assert all(len(value) >= 32 for value in made)


def test_keys_are_what_inngest_takes() -> None:
    made = values(fill(EXAMPLE))
    for name in ("INNGEST_EVENT_KEY", "INNGEST_SIGNING_KEY"):
        assert re.fullmatch(r"(?:[0-9a-f]{2})+", str(made[name]))


def test_the_file_is_for_its_owner_only_and_written_once(tmp_path: Path) -> None:
    env, example = tmp_path / ".env", tmp_path / ".env.example"
    example.write_text(EXAMPLE)
    assert write_env(env, example)
    made = env.read_text()
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert "PORT=8000" in made
    assert not write_env(env, example)
    assert env.read_text() == made


def test_a_line_that_was_deleted_comes_back_with_a_new_secret(tmp_path: Path) -> None:
    env, example = tmp_path / ".env", tmp_path / ".env.example"
    example.write_text(EXAMPLE)
    env.write_text("PORT=9000\nREDIS_PASSWORD=mine\n")
    assert write_env(env, example)
    assert values(env.read_text())["PORT"] == "9000"
    assert values(env.read_text())["REDIS_PASSWORD"] == "mine"
    assert values(env.read_text()).keys() == {"PORT", *SECRETS}
