"""`python -m blacklight_devstack COMMAND`; `make help` lists the commands too."""

import argparse
import sys

from blacklight_devstack import backup, clean, demo, dev, licenses, restore, trace
from blacklight_devstack.engine_choice import EngineUnavailableError
from blacklight_devstack.postgres_account import PostgresError
from blacklight_devstack.processes import ProcessError
from blacklight_devstack.stack import StackError

_COMMANDS = {
    "dev": dev,
    "demo": demo,
    "backup": backup,
    "restore": restore,
    "trace": trace,
    "licenses": licenses,
    "clean": clean,
}


def main() -> int:
    """Run one command; returns its exit code, 1 for a failure that is explained on stderr."""
    parser = argparse.ArgumentParser(prog="python -m blacklight_devstack")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in _COMMANDS.items():
        command = commands.add_parser(name, help=module.__doc__, description=module.__doc__)
        module.configure(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args()
    try:
        exit_code: int = options.run(options)
    except (StackError, PostgresError, ProcessError, EngineUnavailableError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
