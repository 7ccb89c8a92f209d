"""The one way to fetch a URL that somebody outside has given."""

from blacklight_shared.outbound.addresses import IpAddress, is_public, parse_address
from blacklight_shared.outbound.decoding import unpack_gzip
from blacklight_shared.outbound.destinations import WEB_PORTS, Destinations
from blacklight_shared.outbound.errors import (
    DeadlineExceededError,
    ForbiddenUrlError,
    OutboundError,
    Refusal,
    RefusedResponseError,
)
from blacklight_shared.outbound.fetching import Answer, BeforeHop, Fetched, Fetcher, FetchLimits
from blacklight_shared.outbound.network import Resolver
from blacklight_shared.outbound.settings import OutboundSettings

__all__ = [
    "WEB_PORTS",
    "Answer",
    "BeforeHop",
    "DeadlineExceededError",
    "Destinations",
    "FetchLimits",
    "Fetched",
    "Fetcher",
    "ForbiddenUrlError",
    "IpAddress",
    "OutboundError",
    "OutboundSettings",
    "Refusal",
    "RefusedResponseError",
    "Resolver",
    "is_public",
    "parse_address",
    "unpack_gzip",
]
