"""The two addresses that a registration may give, in the one form in which they are kept."""

from __future__ import annotations

import re

import httpx

from blacklight_shared.outbound import Destinations, ForbiddenUrlError, parse_address

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
# A top-level domain; what begins with a digit would be read as a part of an IPv4 address.
_TOP_LEVEL = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_LOCAL_NAMES = ("localhost", ".localhost")
_LINKEDIN_PROFILE = re.compile(
    r"/(?P<kind>in|company|school|showcase)/(?P<name>[\w.%-]{2,150})(?:/.*)?"
)


def normalise_website(text: str, destinations: Destinations) -> str:
    """The address of a company's site: scheme, host, port and path; without the rest.

    Args:
        text: As a person types it, with or without ``https://``.
        destinations: Where fetches may go.

    Raises:
        ValueError: It is no such address; the message says what is allowed.
    """
    written = text.strip()
    if not _SCHEME.match(written):
        written = f"https://{written}"
    try:
        url = destinations.check_url(written)
    except ForbiddenUrlError as error:
        raise ValueError(f"Give the address of a web site, such as example.com: {error}.") from None
    if not _is_site(url, destinations):
        raise ValueError("Give the address of a web site that the internet knows by its name.")
    return str(url.copy_with(fragment=None, query=None, path=url.path or "/"))


def normalise_linkedin(text: str) -> str:
    """The address of a profile on LinkedIn, of a person or a company.

    Args:
        text: As a person types it, such as ``linkedin.com/in/ada-marsh``.

    Raises:
        ValueError: It is no such address; the message says what is allowed.
    """
    written = text.strip()
    if not _SCHEME.match(written):
        written = f"https://{written}"
    try:
        url = Destinations().check_url(written)
    except ForbiddenUrlError:
        raise _no_profile() from None
    profile = _LINKEDIN_PROFILE.fullmatch(url.raw_path.decode().partition("?")[0])
    if profile is None or not (url.host == "linkedin.com" or url.host.endswith(".linkedin.com")):
        raise _no_profile()
    return f"https://www.linkedin.com/{profile['kind']}/{profile['name'].lower()}"


def site_of(website: str) -> str:
    """The host of a normalised address, without a leading ``www.``."""
    return httpx.URL(website).host.removeprefix("www.")


def _is_site(url: httpx.URL, destinations: Destinations) -> bool:
    host = url.host.removesuffix(".")
    try:
        address = parse_address(host)
    except ValueError:
        if host.endswith(_LOCAL_NAMES):
            return destinations.is_loopback_allowed
        name, _, top_level = host.rpartition(".")
        return bool(name.strip(".")) and bool(_TOP_LEVEL.fullmatch(top_level))
    return destinations.allows(address, url.port or 80)


def _no_profile() -> ValueError:
    return ValueError("Give the address of a profile, such as linkedin.com/in/name.")
