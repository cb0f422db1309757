"""Who is at the other end of a loopback connection: on Linux, the system says whose socket it is."""

import ipaddress
import os
import sys
from pathlib import Path

TABLES = {4: Path("/proc/net/tcp"), 6: Path("/proc/net/tcp6")}
ROOT = 0  # may do everything on this machine anyway


def is_our_own(client: tuple[str, int] | None) -> bool:
    """Say whether the connection from *client* (address, port) was opened by the user that runs this server.

    Where the system does not tell (it is not Linux), every local user is taken for the owner.
    """
    if client is None:
        return False
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return False
    table = TABLES[address.version]
    if not table.exists():
        return sys.platform != "linux"
    return _user_of(table, f"{_as_listed(address)}:{client[1]:04X}") in {os.getuid(), ROOT}


def _as_listed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Write an address as the table does: words of four bytes, each in the machine's byte order, in hex."""
    packed = address.packed
    words = [packed[at : at + 4] for at in range(0, len(packed), 4)]
    return "".join((word[::-1] if sys.byteorder == "little" else word).hex().upper() for word in words)


def _user_of(table: Path, local: str) -> int | None:
    """Return the user of the socket whose own end is *local* (proc(5), /proc/net/tcp), None if there is none."""
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == local:
            return int(fields[7])
    return None
