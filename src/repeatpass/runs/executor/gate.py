"""The one way out of a sandbox: a forwarding proxy that lets through what the operator lists, and tells the log.

A sandbox has a network of its own with nobody in it. Where hosts are listed, a relay in the kernel passes what asks
for an HTTP proxy (CONNECT, or GET with a whole address: RFC 9110 §7.6 and §9.3.6) on to a socket of ours. Names are
looked up here, and the address that was checked is the one that is connected to. Private, loopback and link-local
addresses, among them those where clouds keep credentials, need to be listed as addresses.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from repeatpass.runs.network import Address, Allowed, allowed_of

HEAD_BYTES, HEAD_S, CONNECT_S = 65536, 30.0, 20.0
CHUNK = 1 << 16


class Refused(Exception):
    """A connection is not let through; the text says why."""


class Gate:
    """Serves one run at the socket *path*; *tell* gets a line for each refused and each allowed connection."""

    def __init__(self, allow: Sequence[str], path: Path, tell: Callable[[str], None]) -> None:
        self.allowed: Allowed = allowed_of(allow)
        self.path, self.tell = path, tell
        self.reached: dict[str, None] = {}  # host:port, in order
        self.server: asyncio.Server | None = None
        self.lines: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begin to serve."""
        self.server = await asyncio.start_unix_server(self._come, self.path, limit=HEAD_BYTES)
        self.path.chmod(0o666)  # its folder is seen by the one kernel only

    async def close(self) -> None:
        """Cut every connection."""
        if self.server is not None:
            self.server.close()
        for line in list(self.lines):
            line.cancel()
        await asyncio.gather(*self.lines, return_exceptions=True)

    def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self.lines.add(task)
        task.add_done_callback(self.lines.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_S):
                head = await reader.readuntil(b"\r\n\r\n")
            there, first = await self._through(head)
            writer.write(first)
            await _joined(reader, writer, *there)
        except Refused as refused:
            writer.write(f"HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n{refused}\n".encode())
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass
        finally:
            with suppress(OSError):
                writer.close()

    async def _through(self, head: bytes) -> tuple[tuple[asyncio.StreamReader, asyncio.StreamWriter], bytes]:
        """Connect to where *head* asks to; return the streams there, and what to answer first."""
        method, _, rest = head.partition(b" ")
        target, _, rest = rest.partition(b" ")
        text = target.decode("ascii", "replace")
        url = urlsplit(f"//{text}" if method == b"CONNECT" else text)
        try:
            host, port = url.hostname or "", url.port or (443 if method == b"CONNECT" else 80)
        except ValueError:
            host, port = "", 0
        there = await self._connected(host, port)
        if method == b"CONNECT":
            return there, b"HTTP/1.1 200 Connection established\r\n\r\n"
        path = url._replace(scheme="", netloc="").geturl() or "/"
        there[1].write(b" ".join((method, path.encode("ascii", "replace"), _one_request(rest))))
        return there, b""

    async def _connected(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = f"{host}:{port}"
        address = await self._address(host, port)
        try:
            async with asyncio.timeout(CONNECT_S):
                there = await asyncio.open_connection(str(address), port)
        except (OSError, TimeoutError) as error:
            self.tell(f"{name} is allowed but could not be reached: {error or 'it did not answer'}.")
            raise Refused(f"{name} could not be reached.") from error
        if name not in self.reached:
            self.tell(f"Connected to {name}, which the operator allows. What was read there is not on record.")
        self.reached[name] = None
        return there

    async def _address(self, host: str, port: int) -> Address:
        """The address to connect to. Raises Refused, and tells the log."""
        if not self.allowed.names(host, port):
            raise self._refusal(f"{host}:{port} is not among the hosts that the operator allows")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise self._refusal(f"{host} is not known") from None
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        for address in addresses:
            if self.allowed.reaches(address):
                return address
        where = ", ".join(dict.fromkeys(map(str, addresses)))
        raise self._refusal(f"{host}:{port} leads to {where}, which is private and not listed as an address")

    def _refusal(self, why: str) -> Refused:
        self.tell(f"A connection was refused: {why}.")
        return Refused(f"The sandbox does not let this through: {why}.")


def _one_request(rest: bytes) -> bytes:
    """The head without what is meant for the proxy, and with an end after one request: the next may go elsewhere."""
    first, *lines = rest.rstrip(b"\r\n").split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith((b"proxy-", b"connection:"))]
    return b"\r\n".join((first, *kept, b"Connection: close", b"", b""))


async def _joined(
    here: asyncio.StreamReader, back: asyncio.StreamWriter, there: asyncio.StreamReader, out: asyncio.StreamWriter
) -> None:
    try:
        await asyncio.gather(_pumped(here, out), _pumped(there, back))
    finally:
        out.close()


async def _pumped(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
