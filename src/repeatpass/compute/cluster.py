"""The Dask cluster: one of our own on this machine, started when it is first needed, or any scheduler by its address.

Ours is a process of its own, so that neither a heavy graph nor its death touches the server. It listens on loopback
only and speaks TLS with a key that only its user can read: a scheduler executes whatever it is sent.
"""

import fcntl
import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.core.detached import launched
from repeatpass.core.errors import Unavailable

if TYPE_CHECKING:
    from distributed import Client

log = logging.getLogger(__name__)
ADDRESS_FILE, LOCK_FILE, LOG_FILE = "cluster.json", "cluster.lock", "cluster.log"
PRIVATE = ("tls://", "wss://")  # addresses to which nothing travels in clear
PATIENCE_S = 30.0  # for an answer of a scheduler


class Cluster:
    """The way to a scheduler. *address* empty: our own, with *workers* processes, its files in *folder*."""

    def __init__(
        self, folder: Path, *, address: str = "", workers: int = 2, memory_bytes: int = 0, linger: float = 120.0
    ) -> None:
        self.folder, self.given, self.workers, self.memory_bytes = folder, address, workers, memory_bytes
        self.linger = linger
        self._lock = threading.Lock()
        self._client: Client | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is the one that we start ourselves."""
        return not self.given

    @property
    def is_private(self) -> bool:
        """Whether what it is sent can be read by nobody on the way: ours, or one with an encrypted address."""
        return self.is_own or self.given.startswith(PRIVATE)

    def present(self) -> str:
        """Return the address of the scheduler; empty where our own does not run at present."""
        if self.given:
            return self.given
        known = _known(self.folder)
        return str(known.get("address", "")) if known and _held(self.folder / LOCK_FILE) else ""

    def address(self) -> str:
        """Return the address of the scheduler; starts our own where it does not run. Raises Unavailable."""
        for _ in range(3):  # it may just be leaving
            if found := self.present():
                return found
            self._launch()
        raise Unavailable(f"The Dask cluster does not start; see {self.folder / LOG_FILE}.")

    def client(self) -> "Client":
        """Return the line to the scheduler, opened anew where it was cut. Raises Unavailable."""
        with self._lock:
            if self._client is None or self._client.status != "running":
                self._close()
                self._client = self._connected(self.address())
            return self._client

    def _connected(self, address: str) -> "Client":
        from distributed import Client

        try:
            return Client(
                address, security=self._security(), timeout=PATIENCE_S, set_as_default=False, name="repeatpass"
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise Unavailable(f"The Dask scheduler at {address} does not answer ({error}).") from error

    def _security(self) -> Any:
        from distributed.security import Security

        return security_in(self.folder) if self.is_own else Security()  # that of another: Dask's own configuration

    def renew(self, client: "Client") -> None:
        """Give a line up whose scheduler has gone, so that the next one who asks gets a new one."""
        with self._lock:
            if self._client is client:
                self._close()

    def close(self) -> None:
        """Hang up. Our own cluster leaves by itself once nobody needs it."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._client is not None:
            with suppress(Exception):  # what is gone cannot be left politely
                self._client.close(timeout=2)
            self._client = None

    def shutdown(self) -> None:
        """End our own cluster now."""
        self.close()
        known = _known(self.folder) if self.is_own and _held(self.folder / LOCK_FILE) else None
        if known:
            with suppress(ProcessLookupError):
                os.kill(int(known["pid"]), 15)
            with (self.folder / LOCK_FILE).open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH)  # until it has gone

    def environ(self) -> Mapping[str, str]:
        """Return what lets ``dask.distributed.Client()`` in a notebook find the cluster; empty where it does not run."""
        address = self.present()
        if not address:
            return {}
        found = {"DASK_SCHEDULER_ADDRESS": address}
        if self.is_own:
            tls = "DASK_DISTRIBUTED__COMM__TLS__"
            cert, key = (str(self.folder / name) for name in ("cert.pem", "key.pem"))
            found |= {f"{tls}CA_FILE": cert, f"{tls}CLIENT__CERT": cert, f"{tls}CLIENT__KEY": key}
        return found

    def _launch(self) -> None:
        """Start our cluster and wait until it takes tasks, or has ended (another one may be there already)."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        launched(self._command, self.folder, self.folder / LOG_FILE)

    def _command(self, told: int) -> list[str]:
        known = {"folder": self.folder, "workers": self.workers, "memory": self.memory_bytes, "linger": self.linger}
        options = [part for name, value in known.items() for part in (f"--{name}", str(value))]
        return [sys.executable, "-m", "repeatpass.compute", *options, "--ready-fd", str(told)]


def _known(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / ADDRESS_FILE).read_text())
    except (OSError, ValueError):
        return None
    return found


def _held(path: Path) -> bool:
    """Whether the process that holds the lock at *path* lives."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def security_in(folder: Path) -> Any:
    """Return Dask's security with the key and certificate in *folder*."""
    from distributed.security import Security

    files: dict[str, str] = {"tls_ca_file": str(folder / "cert.pem")}
    for role in ("client", "scheduler", "worker"):
        files |= {f"tls_{role}_cert": str(folder / "cert.pem"), f"tls_{role}_key": str(folder / "key.pem")}
    return Security(require_encryption=True, **files)
