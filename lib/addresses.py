"""Which network addresses the product may connect to: the public ones, and those the operator opens."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Addresses that hand out credentials of the machine or lead back to it, whatever the operator allows. The single ones
# are the metadata services of AWS and Google (IPv6), Alibaba and Oracle, and the host agent of Azure (public).
NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "::/128", "fe80::/10", "ff00::/8"),
        *("fd00:ec2::254/128", "fd20:ce::254/128", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32"),
    )
)
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that is handed out to the public; the rest has other uses
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def address_refusal(text: str, networks: Sequence[Network], *, plain: bool = False) -> str | None:
    """Why we do not connect to this address (a clause), or None. `plain`: over unencrypted http."""
    address = _unwrapped(ipaddress.ip_address(text.partition("%")[0]))
    if _inside(address, NEVER):
        return "is never allowed (link-local, metadata or unspecified)"
    if _inside(address, networks):
        return None
    if plain:
        return "is not in a network where the operator allows plain http"
    return None if _public(address) else "is not a public address"


def _public(address: Address) -> bool:
    handed_out = address.version == 4 or address in GLOBAL_V6
    return handed_out and address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: the packet ends there."""
    if address.version == 4:
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
