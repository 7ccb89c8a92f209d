from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from blacklight_shared.outbound import is_public, parse_address
from hypothesis import given
from hypothesis import strategies as st

NOT_PUBLIC = {
    "0.0.0.0": "this host",  # noqa: S104 -- nothing is bound here
    "0.1.2.3": "this network",
    "10.0.0.1": "private",
    "100.64.0.1": "shared by customers of a carrier",
    "100.100.100.200": "metadata of a cloud",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "host of a cloud",
    "169.254.169.254": "metadata of a cloud",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.1": "protocols",
    "192.0.2.1": "documentation",
    "192.88.99.1": "relays",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarks",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.255": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "this host",
    "::1": "loopback",
    "::127.0.0.1": "carries IPv4",
    "::ffff:127.0.0.1": "carries IPv4",
    "::ffff:93.184.215.14": "carries IPv4",
    "::ffff:0:10.0.0.1": "carries IPv4",
    "64:ff9b::a9fe:a9fe": "carries IPv4",
    "64:ff9b:1::1": "carries IPv4",
    "100::1": "discarded",
    "2001::1": "carries IPv4",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "carries IPv4",
    "3fff::1": "documentation",
    "5f00::1": "segment routing",
    "fc00::1": "private",
    "fd00:ec2::254": "metadata of a cloud",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(parse_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.215.14", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(parse_address(address))


@pytest.mark.parametrize("prefix", ["::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::"])
@given(inner=st.integers(0, 2**32 - 1))
def test_no_address_hides_in_another(prefix: str, inner: int) -> None:
    assert not is_public(IPv6Address(int(IPv6Address(prefix)) + inner))


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_what_python_calls_special_is_not_public(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not is_public(address)


@pytest.mark.parametrize("text", ["", "example.com", "1.2.3", "1.2.3.4.5", "::g"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_address(text)


def test_a_zone_is_no_part_of_an_address() -> None:
    assert parse_address("fe80::1%lo") == ip_address("fe80::1")
