"""Serves an ASGI app with uvicorn on a loopback port that several copies may share.

`python -m blacklight_devstack.serve PACKAGE.app:create_app --port 8000`: every copy listens on the
port by itself, and the kernel spreads the connections over the copies that are alive.
"""

import argparse
import socket

import uvicorn

from blacklight_devstack.ports import LOOPBACK

_GRACEFUL_SHUTDOWN_SECONDS = 8


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m blacklight_devstack.serve")
    parser.add_argument("app", help="module:function that makes the app")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()

    with listening_socket(options.port) as listener:
        config = uvicorn.Config(
            options.app, factory=True, timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN_SECONDS
        )
        uvicorn.Server(config).run(sockets=[listener])


def listening_socket(port: int) -> socket.socket:
    """A socket on a loopback port that others may listen on too.

    Raises:
        OSError: Somebody has the port for himself.
    """
    # The protocol is named because asyncio turns off Nagle's algorithm only where it is: else the
    # body of an answer waits for the acknowledgement of its headers, which takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((LOOPBACK, port))
    return listener


if __name__ == "__main__":
    main()
