"""Where a fetch may go: schemes, ports and addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from blacklight_shared.outbound.addresses import IpAddress, is_public
from blacklight_shared.outbound.errors import ForbiddenUrlError

WEB_PORTS = frozenset({80, 443})

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_URL_CHARS = 2_048
# A name, an IPv4 address or an IPv6 address without a zone.
_HOST = re.compile(rb"[a-z0-9_.-]+|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Destinations:
    """The rules of the guard.

    Attributes:
        ports: TCP ports on public addresses.
        is_loopback_allowed: Whether this machine may be called too, on any port. For development.
    """

    ports: frozenset[int] = WEB_PORTS
    is_loopback_allowed: bool = False

    def check_url(self, text: str) -> httpx.URL:
        """Hold a URL against the rules; its host's addresses are checked at connect time.

        Raises:
            ForbiddenUrlError: It is not a URL, or not one that may be fetched.
        """
        if len(text) > _MAX_URL_CHARS:
            raise ForbiddenUrlError(f"the URL is longer than {_MAX_URL_CHARS} characters")
        try:
            url = httpx.URL(text)
        except httpx.InvalidURL as error:
            raise ForbiddenUrlError("it is not a URL") from error
        if url.scheme not in _DEFAULT_PORTS:
            raise ForbiddenUrlError("only http and https are fetched")
        if not _HOST.fullmatch(url.raw_host):
            raise ForbiddenUrlError("the URL names no host, or none that can be")
        if url.userinfo:
            raise ForbiddenUrlError("the URL carries a user or password")
        if not self.is_loopback_allowed:
            self._check_port(url.port or _DEFAULT_PORTS[url.scheme])
        return url

    def allows(self, address: IpAddress, port: int) -> bool:
        """Whether a connection to an address and port may be opened."""
        if self.is_loopback_allowed and address.is_loopback:
            return True
        return port in self.ports and is_public(address)

    def _check_port(self, port: int) -> None:
        if port not in self.ports:
            allowed = ", ".join(str(known) for known in sorted(self.ports))
            raise ForbiddenUrlError(f"port {port} is not allowed; allowed: {allowed}")
