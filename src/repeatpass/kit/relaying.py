"""Inside of a sandbox: passes connections to a local port on to the gate of the run, a Unix socket.

Programs find the port by the usual variables (HTTP_PROXY and so on). Threads of the kernel, so that the
processes which it starts can use it, too.
"""

import os
import socket
import threading
from contextlib import suppress

from repeatpass.kit import watching

CHUNK = 1 << 16
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy")


def relay(gate: str) -> None:
    """Listen on a free port of the loopback interface, and tell everybody by environment variables."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    os.environ.update(dict.fromkeys(VARIABLES, f"http://127.0.0.1:{port}"))
    os.environ.update(dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1"))
    watching.expect({gate})  # the gate itself keeps the record of what is behind it
    watching.relayed(f"127.0.0.1:{port}")
    threading.Thread(target=_accept, args=(listening, gate), daemon=True, name="relay").start()


def _accept(listening: socket.socket, gate: str) -> None:
    while True:
        near, _ = listening.accept()
        threading.Thread(target=_join, args=(near, gate), daemon=True, name="relayed").start()


def _join(near: socket.socket, gate: str) -> None:
    with near, socket.socket(socket.AF_UNIX) as far, suppress(OSError):
        far.connect(gate)
        back = threading.Thread(target=_pump, args=(far, near), daemon=True, name="relayed back")
        back.start()
        _pump(near, far)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
