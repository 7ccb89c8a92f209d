"""Serve the sample sites on a loopback port until interrupted."""

from __future__ import annotations

import argparse

import uvicorn

from blacklight_devstack.emulators.websites.app import create_app
from blacklight_devstack.ports import LOOPBACK


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    uvicorn.run(create_app(), host=LOOPBACK, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
