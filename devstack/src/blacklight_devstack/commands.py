"""Running a command to its end, without anything of it left behind."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

_TIMEOUT = timedelta(minutes=3)


class CommandError(RuntimeError):
    """A command failed or took too long; the message goes on after its name."""


async def run_to_end(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a command.

    Args:
        command: The program and its arguments.
        environment: The whole of it.

    Returns:
        What it wrote to standard output.

    Raises:
        CommandError: It fails, or takes longer than three minutes.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_TIMEOUT.total_seconds()):
            output, errors = await process.communicate()
    except BaseException as error:
        process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise CommandError("takes too long") from error
        raise
    if process.returncode != 0:
        raise CommandError(f"failed:\n{(output + errors).decode().strip()}")
    return output.decode()
