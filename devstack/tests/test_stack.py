import asyncio
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio
from blacklight_devstack import stack as stack_module
from blacklight_devstack.ports import LOOPBACK
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_roles import connect
from blacklight_devstack.processes import ProcessError
from blacklight_devstack.services import Service
from blacklight_devstack.stack import Stack, StackError, StackOptions

TESTS = str(Path(__file__).parent)
SAMPLE = Service("sample", "sample_worker")

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("stack")]


@contextmanager
def new_state() -> Iterator[Path]:
    # Not tmp_path: its parents have mode 0700, so a database started by root would go elsewhere.
    folder = Path(tempfile.mkdtemp(prefix="blacklight-stack-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        EmbeddedPostgres(folder).stop(immediate=True)
        shutil.rmtree(folder)


@pytest.fixture
def state() -> Iterator[Path]:
    with new_state() as folder:
        yield folder


@pytest.fixture(autouse=True, scope="module")
def sample_services() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack_module, "WORKERS", (SAMPLE,))
        patch.setattr(stack_module, "GATEWAY", Service("gateway", "sample_gateway"))
        patch.syspath_prepend(TESTS)
        yield


def options(state: Path, **environment: str) -> StackOptions:
    return StackOptions(
        state,
        environment={"ENGINE": "local", **environment},
        settings={"PYTHONPATH": TESTS},
        scale={"sample": 2},
        fast=True,
        poll_interval=timedelta(seconds=1),
        retry_interval=timedelta(seconds=0.2),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncIterator[Stack]:
    with new_state() as folder:
        async with Stack(options(folder)) as stack:
            make_note_table(stack)
            yield stack


def make_note_table(stack: Stack) -> None:
    with connect(stack.database.owner) as connection:
        connection.execute("CREATE TABLE note (body text PRIMARY KEY)")
        connection.execute("GRANT INSERT, SELECT ON note TO blacklight_system")


async def send_note(stack: Stack, body: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        event = {"name": "sample/note.written", "data": {"body": body}}
        (await client.post(f"{stack.engine_url}/e/key", json=event)).raise_for_status()


async def notes_arrive(stack: Stack, *bodies: str) -> None:
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(has_notes, stack, set(bodies)):
            await asyncio.sleep(0.05)


def has_notes(stack: Stack, bodies: set[str]) -> bool:
    with connect(stack.database.system) as connection:
        found = {body for (body,) in connection.execute("SELECT body FROM note")}
    return bodies <= found


async def processes_of(stack: Stack, name: str) -> set[int]:
    """The process ids that answer on a service's port; connections are spread over the copies."""
    async with httpx.AsyncClient(trust_env=False, headers={"connection": "close"}) as client:
        url = f"http://{LOOPBACK}:{stack.port(name)}/readyz"
        return {(await client.get(url)).json()["pid"] for _ in range(40)}


class TestUp:
    async def test_runs_everything_under_a_name(self, stack: Stack) -> None:
        assert stack.names == ["postgres", "engine", "sample", "sample-2", "gateway"]
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"{stack.gateway_url}/readyz")).status_code == 200
            assert (await client.get(f"{stack.engine_url}/health")).status_code == 200

    async def test_an_event_runs_its_function_at_once(self, stack: Stack) -> None:
        await send_note(stack, "first")
        await notes_arrive(stack, "first")

    async def test_copies_share_the_work(self, stack: Stack) -> None:
        assert len(await processes_of(stack, "sample")) == 2

    async def test_secrets_are_for_this_user_only(self, stack: Stack) -> None:
        state = stack.log_file("engine").parent.parent
        readable = [
            file.name
            for file in state.iterdir()
            if file.suffix == ".json" and file.stat().st_mode & 0o077
        ]
        assert readable == []

    async def test_a_second_stack_in_the_folder_is_refused(self, stack: Stack) -> None:
        state = stack.log_file("engine").parent.parent
        with pytest.raises(StackError, match="another stack runs in"):
            await Stack(options(state)).up()
        await send_note(stack, "undisturbed")
        await notes_arrive(stack, "undisturbed")

    async def test_an_unknown_name_is_answered_with_the_known_ones(self, stack: Stack) -> None:
        with pytest.raises(StackError, match="'mail'; there are postgres, engine, sample"):
            await stack.start("mail")

    async def test_failing_leaves_nothing_running(
        self, state: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = Service("broken", "blacklight_devstack.services")
        monkeypatch.setattr(stack_module, "WORKERS", (SAMPLE, broken))
        with pytest.raises(ProcessError, match="broken ended with exit code 3"):
            await Stack(options(state)).up()
        assert list((state / "pids").iterdir()) == []
        assert EmbeddedPostgres(state).pid is None
        assert [p for p in psutil.Process().children() if str(state) in p.cmdline()] == []


class TestCrashes:
    @pytest.mark.parametrize("name", ["postgres", "engine", "sample", "gateway"])
    async def test_work_goes_on_when_one_is_killed_and_started(
        self, stack: Stack, name: str
    ) -> None:
        urls = (stack.database, stack.engine_url, stack.gateway_url)
        await send_note(stack, f"before {name}")
        await stack.kill(name)
        if name != "engine":
            await send_note(stack, f"while {name} is down")
        await stack.start(name)
        await send_note(stack, f"after {name}")
        await notes_arrive(stack, f"before {name}", f"after {name}")
        if name != "engine":
            await notes_arrive(stack, f"while {name} is down")
        assert (stack.database, stack.engine_url, stack.gateway_url) == urls

    async def test_one_copy_carries_on_alone(self, stack: Stack) -> None:
        await stack.kill("sample-2")
        assert len(await processes_of(stack, "sample")) == 1
        await send_note(stack, "alone")
        await notes_arrive(stack, "alone")
        await stack.start("sample-2")

    async def test_restart_is_another_process(self, stack: Stack) -> None:
        before = await processes_of(stack, "sample")
        await stack.restart("sample")
        await stack.restart("sample-2")
        assert not before & await processes_of(stack, "sample")


class TestRoll:
    async def test_a_service_is_replaced_under_the_same_address(self, stack: Stack) -> None:
        before = await processes_of(stack, "sample")
        for name in ("sample", "sample-2"):
            await stack.roll(name)
        assert not before & await processes_of(stack, "sample")
        await send_note(stack, "after the roll")
        await notes_arrive(stack, "after the roll")

    async def test_what_has_its_port_for_itself_is_not_rolled(self, stack: Stack) -> None:
        with pytest.raises(StackError, match="'postgres' is no service"):
            await stack.roll("postgres")


class TestDown:
    async def test_the_next_stack_finds_the_data_again(self, state: Path) -> None:
        async with Stack(options(state)) as first:
            make_note_table(first)
            await send_note(first, "kept")
            await notes_arrive(first, "kept")
        assert EmbeddedPostgres(state).pid is None
        async with Stack(options(state)) as second:
            assert has_notes(second, {"kept"})


class TestChoicesOfTheUser:
    async def test_their_database_and_engine_win(
        self, state: Path, stack: Stack, postgres_server: EmbeddedPostgres
    ) -> None:
        urls = postgres_server.ensure_database(f"test_own_{uuid.uuid4().hex[:12]}")
        environment = {**urls.environment(), "INNGEST_BASE_URL": stack.engine_url}
        async with Stack(options(state, **environment)) as own:
            assert own.names == ["sample", "sample-2", "gateway"]
            assert own.database == urls
            assert own.engine_url == stack.engine_url
            with pytest.raises(StackError, match="there is no process 'postgres'"):
                await own.kill("postgres")
        assert not (state / "postgres").exists()
