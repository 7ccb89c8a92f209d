"""Free TCP ports on the loopback interface."""

import random
import socket

LOOPBACK = "127.0.0.1"

# Below the range from which Linux takes the local end of outgoing connections (32768 and up): a
# port given to a server stays free for it while that server is down and is started again.
_SERVER_PORTS = range(20_000, 32_000)
_ATTEMPTS = 200


def free_port(wanted: int | None = None) -> int:
    """Choose a loopback port that nobody listens on.

    Args:
        wanted: The choice if it is free.

    Returns:
        The port number. Nothing reserves it, so start the server that will use it soon.

    Raises:
        OSError: No port is free after many attempts.
    """
    if wanted is not None and is_free(wanted):
        return wanted
    for _ in range(_ATTEMPTS):
        port = random.choice(_SERVER_PORTS)  # noqa: S311 - spreads ports, guards no secret
        if is_free(port):
            return port
    raise OSError(
        f"no free TCP port on {LOOPBACK} between {_SERVER_PORTS[0]} and {_SERVER_PORTS[-1]}"
    )


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
