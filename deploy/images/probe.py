#!/usr/local/bin/python3 -IS
"""Asks the service in this container whether it is well: ``probe /healthz``, ``probe /readyz``.

Exits 0 when it answers 200. Runs every few seconds, hence without site packages.
"""

import http.client
import os
import sys

_TIMEOUT_SECONDS = 4.0


def main() -> int:
    """The exit code: 0 when the service is well, 1 when it is not or does not answer."""
    port = int(os.environ.get("BLACKLIGHT_PORT", "8000"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", sys.argv[1])
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"{error!r}\n")
        return 1
    sys.stdout.write(f"{status}\n")
    return 0 if status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
