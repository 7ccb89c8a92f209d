"""Which addresses are of the public internet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address

_IPV4_EXCEPTIONS = (
    ip_network("192.88.99.0/24"),  # relays of 6to4, RFC 7526
    ip_network("168.63.129.16/32"),  # Azure's host, as its virtual machines see it
)
# https://www.iana.org/assignments/ipv6-unicast-address-assignments: nothing else is given out.
_IPV6_UNICAST = ip_network("2000::/3")
# https://www.iana.org/assignments/iana-ipv6-special-registry
_IPV6_EXCEPTIONS = (
    ip_network("2001::/23"),  # protocols, among them Teredo, which carries IPv4 addresses
    ip_network("2001:db8::/32"),  # documentation
    ip_network("2002::/16"),  # 6to4, which carries IPv4 addresses
    ip_network("3fff::/20"),  # documentation
)


def parse_address(text: str) -> IpAddress:
    """Read an address as a resolver writes it, with or without a zone.

    Raises:
        ValueError: It is none.
    """
    return ip_address(text.partition("%")[0])


def is_public(address: IpAddress) -> bool:
    """Whether an address belongs to one host of the public internet.

    What carries an IPv4 address inside an IPv6 one (mapped, NAT64, 6to4, Teredo) is not: where it
    leads depends on the network that the packet passes.
    """
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not any(address in network for network in _IPV4_EXCEPTIONS)
        )
    return address in _IPV6_UNICAST and not any(address in network for network in _IPV6_EXCEPTIONS)
