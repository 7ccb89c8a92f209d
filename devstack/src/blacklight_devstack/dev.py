"""`make dev`: the whole system on this machine, until Ctrl-C."""

import argparse
import asyncio
import signal
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from blacklight_devstack.private_files import write_private
from blacklight_devstack.processes import ProcessError
from blacklight_devstack.sample.inbox.delivery import SAMPLE_MAILBOX, deliver_sample
from blacklight_devstack.stack import Stack, StackOptions
from blacklight_devstack.tenants import bootstrap_tenant

GATEWAY_PORT = 8000
ENGINE_PORT = 8288

_TENANT_NAME = "Demo Staffing"
_ADMIN = "admin@demo.example"
_RESTART_PAUSE_SECONDS = 1.0

_console = Console(highlight=False, soft_wrap=True)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(".blacklight"),
        help="folder for data, secrets and logs (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the system until SIGINT or SIGTERM.

    Returns:
        The exit code: 0 when it was stopped cleanly.

    Raises:
        StackError, PostgresError, ProcessError: Something does not start.
    """
    return asyncio.run(_run(options.state))


async def _run(state: Path) -> int:
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    serving = asyncio.create_task(_serve(state))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        _say("Stopping.")
    stopping.cancel()
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    return 0


async def _serve(state: Path) -> None:
    """Run the system until cancelled."""
    ended: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
    stack = Stack(
        StackOptions(state, gateway_port=GATEWAY_PORT, engine_port=ENGINE_PORT),
        report=_say,
        on_exit=lambda name, exit_code: ended.put_nowait((name, exit_code)),
    )
    _say("Starting; the first time takes a little longer.")
    async with stack:
        await _seed(stack, state / "dev.json")
        await asyncio.to_thread(_fill_mailbox, stack)
        _say_where(stack, state)
        await _restart_what_ends(stack, ended)


async def _seed(stack: Stack, key_file: Path) -> None:
    seeded = _is_there(key_file)
    tenant = await bootstrap_tenant(
        stack,
        name=_TENANT_NAME,
        slug="demo",
        admin_email=_ADMIN,
        rotate_keys=not seeded,
    )
    if not seeded:
        write_private(key_file, tenant.model_dump_json(indent=2))


def _fill_mailbox(stack: Stack) -> None:
    """Let the sample mails arrive; a mailbox that is connected already knows them."""
    if stack.mail_providers is None:
        return
    deliver_sample(stack.mail_providers.google_url)


def _is_there(file: Path) -> bool:
    return file.exists()


async def _restart_what_ends(stack: Stack, ended: asyncio.Queue[tuple[str, int]]) -> None:
    while True:
        name, exit_code = await ended.get()
        _say(
            f"{name} ended with exit code {exit_code} ({stack.log_file(name)}); starting it again."
        )
        await asyncio.sleep(_RESTART_PAUSE_SECONDS)
        try:
            await stack.start(name)
        except ProcessError as error:
            _say(f"{error}\n{name} stays down; everything else goes on.")


def _say_where(stack: Stack, state: Path) -> None:
    _console.print(
        f"""
  Portal     [bold]{stack.gateway_url}[/bold]
             sign in as {_ADMIN}; the welcome mail at "Mails" lets you choose a password
  API        [bold]{stack.gateway_url}/api/v1[/bold]
             described at {stack.gateway_url}/api/openapi.json
  Engine     [bold]{stack.engine_url}[/bold]
  Mails      [bold]{stack.mail_url or "go to your own server"}[/bold]
  Mailboxes  {_mailboxes(stack)}
  Web sites  [bold]{stack.websites.url if stack.websites else "none"}[/bold], of sample companies
  API keys   {state}/dev.json, of the tenant "{_TENANT_NAME}" and of the platform
  Logs       {state}/logs

  Ctrl-C stops everything; the data stays for the next time. `make clean` deletes it.
"""
    )


def _mailboxes(stack: Stack) -> str:
    if stack.mail_providers is None:
        return "are at the providers that you are registered with"
    return f"are emulated; sign in as {SAMPLE_MAILBOX}, who has sample mails"


def _say(line: str) -> None:
    _console.print(escape(line))
