"""Where notices may go and data are looked for: never, by somebody's request, to services of the house's own network.

A callback's address is chosen by whoever starts a run, a source's by whoever curates an indicator. Without a guard
they could have the server speak to what only the server reaches: loopback services, a cloud's metadata, the
institution's intranet (server-side request forgery). Every address that the name stands for is therefore looked at,
and the very address that was looked at is the one connected to, so that a name cannot change its meaning in between
(DNS rebinding).
"""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urlsplit

from repeatpass.core.errors import Forbidden, Invalid, Unavailable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """Which addresses notices may go to: all public ones, and the private *networks* that are named."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``all``, ``none`` or networks such as ``10.1.0.0/16, 192.168.7.20``; raise Invalid otherwise."""
        words = {"all": "0.0.0.0/0,::/0", "none": ""}.get(text.strip().lower(), text)
        try:
            return cls(networks=tuple(ipaddress.ip_network(word.strip()) for word in words.split(",") if word.strip()))
        except ValueError as error:
            raise Invalid(
                f"“{text}” does not say which private addresses may be told ({error}): write all, none, or networks "
                "such as 10.1.0.0/16, 192.168.7.20."
            ) from None

    @property
    def any(self) -> bool:
        """Whether there is no address that may not be told."""
        return set(self.networks) >= {ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")}

    def check(self, url: str, field: str = "The address") -> str:
        """Return *url* if a notice may go there as far as can be told without asking for its name; raise Invalid."""
        parts = _parts(url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid(f"{field} “{url}” is not an http or https address.", url=url)
        if parts.username is not None or parts.password is not None:
            raise Invalid(f"{field} must hold no user name or password; use a path that only the receiver knows.")
        if len(url) > 2000 or any(ord(letter) < 33 or ord(letter) == 127 for letter in url):
            raise Invalid(f"{field} is too long, or holds spaces or control characters.")
        try:
            self._require_allowed(_unwrapped(ipaddress.ip_address(parts.hostname)), url)
        except ValueError:  # a name, looked up when the notice is sent
            pass
        return url

    def resolve(self, url: str) -> str:
        """Return the network address to connect to for *url*.

        Raise Forbidden if any address that its name stands for is not allowed, Unavailable if it stands for none.
        """
        parts = urlsplit(url)
        assert parts.hostname
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unavailable(f"The name {parts.hostname} is not known. Check the address.") from None
        addresses = [str(entry[4][0]).split("%")[0] for entry in found]
        self._require_all(addresses, url)
        return addresses[0]

    def _require_all(self, addresses: Iterable[str], url: str) -> None:
        for address in addresses:
            self._require_allowed(_unwrapped(ipaddress.ip_address(address)), url)

    def _require_allowed(self, address: Address, url: str) -> None:
        public = address.is_global and not address.is_multicast
        if not public and not any(address in network for network in self.networks):
            raise Forbidden(
                f"{urlsplit(url).hostname} is {address}, an address of this machine or of a private network, "
                "asked and told only where REPEATPASS_PRIVATE_TARGETS allows it.",
                url=url,
            )


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return None
    return parts


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address leads to, where it is a disguise of one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
