"""Connections to mail servers that tenants name: never into the private network.

The address that was checked is the one that is connected to, so a name that resolves differently
the second time gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from blacklight_shared.outbound import is_public, parse_address

from blacklight_notifications.mail.errors import MailDeferredError

_AddressInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]

CONNECT_TIMEOUT = timedelta(seconds=15)


async def open_socket(host: str, port: int, *, is_private_allowed: bool) -> socket.socket:
    """Connect to a host by the first of its addresses that answers.

    Args:
        host: Name or address.
        port: TCP port.
        is_private_allowed: Whether addresses that are not of the public internet will do.

    Raises:
        MailDeferredError: No address is allowed, or none answers in time.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT.total_seconds()):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            allowed = [
                entry
                for entry in found
                if is_private_allowed or is_public(parse_address(str(entry[4][0])))
            ]
            if not allowed:
                raise MailDeferredError("The mail server's address is not a public one.")
            return await _connect_to_first(allowed)
    except (OSError, UnicodeError) as error:
        # UnicodeError: a name that IDNA cannot encode.
        raise MailDeferredError(
            f"The mail server cannot be reached ({type(error).__name__})."
        ) from error


async def _connect_to_first(found: Sequence[_AddressInfo]) -> socket.socket:
    fault: OSError = OSError("no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connection, address)
        except OSError as error:
            connection.close()
            fault = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise fault
