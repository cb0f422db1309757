"""What runs in sandboxes may reach: an operator's list of hosts and addresses."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from repeatpass.core.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NAME = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?|\*")
USUAL = frozenset({80, 443})
EMBEDDING = ipaddress.ip_network("64:ff9b::/96")  # IPv4 inside of IPv6, by a translator (RFC 6052)


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """Hosts by name (``host``, ``*.domain``, ``*``) with their ports, and networks with theirs."""

    hosts: tuple[tuple[str, frozenset[int]], ...] = ()
    networks: tuple[tuple[Network, frozenset[int]], ...] = ()

    def names(self, host: str, port: int) -> bool:
        """Say whether a connection may be asked for by this name, or this address."""
        host = host.lower().rstrip(".")
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return any(port in ports and _matches(pattern, host) for pattern, ports in self.hosts)
        listed = any(port in ports and address in network for network, ports in self.networks)
        return listed or any(port in ports and pattern == "*" for pattern, ports in self.hosts)

    def reaches(self, address: Address) -> bool:
        """Say whether an address may be connected to: every public one, others if they are listed."""
        plain = _unwrapped(address)
        if plain.is_global and not plain.is_multicast:
            return True
        return any(plain in network for network, _ in self.networks)


def allowed_of(entries: Sequence[str]) -> Allowed:
    """Read the list; raise Invalid naming an entry that is none of its forms."""
    hosts, networks = [], []
    for entry in entries:
        name, ports = _split(entry)
        try:
            networks.append((ipaddress.ip_network(name, strict=False), ports))
        except ValueError:
            if not NAME.fullmatch(name):
                raise Invalid(
                    f"REPEATPASS_NETWORK_ALLOW lists “{entry}”, which is no host: write host, host:port, *.domain, "
                    "an address or a network such as 10.1.0.0/16."
                ) from None
            hosts.append((name, ports))
    return Allowed(hosts=tuple(hosts), networks=tuple(networks))


def entries_of(text: str) -> tuple[str, ...]:
    """Split a setting at its commas, and check each entry."""
    entries = tuple(entry.strip() for entry in text.split(",") if entry.strip())
    allowed_of(entries)
    return entries


def _split(entry: str) -> tuple[str, frozenset[int]]:
    """``host:port`` → host and its ports; of an IPv6 address with a port the address is in brackets."""
    name, _, port = entry.lower().rpartition(":")
    if port.isdigit() and 0 < int(port) < 65536 and (name.endswith("]") or ":" not in name) and name:
        return name.strip("[]"), frozenset({int(port)})
    return entry.lower().strip("[]"), USUAL


def _matches(pattern: str, host: str) -> bool:
    return pattern in ("*", host) or (pattern.startswith("*.") and host.endswith(pattern[1:]))


def _unwrapped(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in EMBEDDING:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
