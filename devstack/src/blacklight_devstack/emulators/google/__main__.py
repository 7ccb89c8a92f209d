"""``python -m blacklight_devstack.emulators.google --port 8081 --folder DIR``.

``DIR`` keeps consents.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from blacklight_devstack.emulators.google.app import create_app
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.ports import LOOPBACK


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m blacklight_devstack.emulators.google")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (%(default)s)")
    options = parser.parse_args()
    provider = MailProvider.empty(options.folder / "google.json")
    uvicorn.run(create_app(provider), host=options.host, port=options.port)


if __name__ == "__main__":
    main()
