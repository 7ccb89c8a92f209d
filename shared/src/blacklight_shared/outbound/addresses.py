"""Which addresses are of the public internet."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address

# https://www.iana.org/assignments/iana-ipv4-special-registry; what Python knows of it differs by
# version.
_IPV4_EXCEPTIONS = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by the customers of a carrier
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host, as its virtual machines see it
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
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
        return not any(address in network for network in _IPV4_EXCEPTIONS)
    return address in _IPV6_UNICAST and not any(address in network for network in _IPV6_EXCEPTIONS)
