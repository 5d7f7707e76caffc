"""Which IP addresses anyone on the internet can reach, by IANA's special-purpose registries.

The table stands here whole (RFC 6890 and what came after it, as of 2026), for the one in Python's
`ipaddress` differs between its versions: 3.11 takes 192.0.0.8 for public.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

_NOT_IN_IPV4: Final = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this host on this network
            "10.0.0.0/8",  # private use
            "100.64.0.0/10",  # shared by a provider's customers
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, and where clouds keep secrets of their machines
            "172.16.0.0/12",  # private use
            "192.0.0.0/24",  # protocol assignments: DS-Lite, dummy, NAT64 discovery
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4, given up
            "192.168.0.0/16",  # private use
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and the broadcast address
        ),
    )
)
_IN_IPV6: Final = ip_network("2000::/3")  # all that is given out for unicast; the rest is special
_NOT_IN_IPV6: Final = tuple(
    map(
        ip_network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which leads to any IPv4 address
            "3ffe::/16",  # the 6bone, given back
            "3fff::/20",  # documentation
        ),
    )
)
_HOLDS_IPV4: Final = (
    ip_network("::ffff:0:0/96"),  # IPv4-mapped (RFC 4291)
    ip_network("64:ff9b::/96"),  # NAT64 (RFC 6052)
)


def is_public(text: str) -> bool:
    """Whether an address, with its zone if it has one, is one of the public internet.

    Raises:
        ValueError: it is no IP address.
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_IN_IPV4)
    if any(address in network for network in _HOLDS_IPV4):
        return is_public(str(IPv4Address(int(address) & 0xFFFFFFFF)))
    return _is_public_ipv6(address)


def _is_public_ipv6(address: IPv6Address) -> bool:
    return address in _IN_IPV6 and not any(address in network for network in _NOT_IN_IPV6)
