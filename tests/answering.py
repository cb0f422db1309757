"""An application served from a thread of the tests' own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def answering(app: Any, port: int = 0, **options: Any) -> Iterator[str]:
    """Serve *app* at *port*, or at a free one; gives its address. *options* are uvicorn's."""
    given: dict[str, Any] = {"log_level": "error", "ws": "none", "timeout_graceful_shutdown": 1} | options
    server = uvicorn.Server(uvicorn.Config(app, port=port, **given))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "The server ended before it answered."
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
