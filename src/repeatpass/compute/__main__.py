"""`python -m repeatpass.compute --folder DIR`: the Dask cluster of one home, on loopback, until nobody needs it."""

import argparse
import fcntl
import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from repeatpass.compute.cluster import ADDRESS_FILE, LOCK_FILE, security_in

TAKEN = 3  # exit code: another cluster serves this home already
LOOK_S = 0.5
HIDDEN = {"fire-and-forget"}  # the scheduler's own client, not a person's


def main() -> int:
    """Serve until asked to end or not needed; return the exit code."""
    options = _options()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with (options.folder / LOCK_FILE).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return TAKEN
        _serve(options)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="repeatpass.compute", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="for the address, the key and what spills over")
    parser.add_argument("--workers", type=int, default=2, help="processes, each with one CPU as a Dask resource")
    parser.add_argument("--memory", type=int, default=0, help="bytes that all of them have together; 0: all there is")
    parser.add_argument("--linger", type=float, default=120.0, help="seconds to stay without a client and a task")
    parser.add_argument("--ready-fd", type=int, default=-1, help="file descriptor that is told once tasks are taken")
    return parser.parse_args()


def _serve(options: argparse.Namespace) -> None:
    from distributed import LocalCluster

    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ending.set())
    _make_key(options.folder)
    _say_nothing_over_http()
    _be_quiet()
    memory = (options.memory or _all_memory()) // options.workers
    cluster = LocalCluster(
        n_workers=options.workers,
        threads_per_worker=1,
        host="127.0.0.1",
        protocol="tls://",
        security=security_in(options.folder),
        dashboard_address=None,
        worker_dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else port 8787, of which there is one
        local_directory=str(options.folder / "work"),
        resources={"CPU": 1, "MEMORY": memory},
    )
    with cluster:
        _announce(options, cluster.scheduler_address)
        _until_not_needed(cluster, options.linger, ending)
        (options.folder / ADDRESS_FILE).unlink(missing_ok=True)


def _say_nothing_over_http() -> None:
    """Who may look at the cluster is told by its key; its pages know no key."""
    import dask

    dask.config.set({f"distributed.{role}.http.routes": [] for role in ("scheduler", "worker", "nanny")})


def _be_quiet() -> None:
    """Look at itself less often than Dask does by default, which took a tenth of a core of an idle cluster."""
    import dask

    dask.config.set(
        {
            "distributed.worker.profile.enabled": False,  # a look at every thread each 10 ms
            "distributed.worker.memory.monitor-interval": "1s",
            "distributed.admin.tick.interval": "1s",
            "distributed.admin.tick.limit": "10s",
            "distributed.admin.system-monitor.interval": "5s",
            "distributed.admin.system-monitor.gil.enabled": False,
        }
    )


def _announce(options: argparse.Namespace, address: str) -> None:
    part = options.folder / f".{ADDRESS_FILE}.part"
    part.write_text(json.dumps({"address": address, "pid": os.getpid()}))
    part.replace(options.folder / ADDRESS_FILE)
    if options.ready_fd >= 0:
        os.write(options.ready_fd, b"ready\n")
        os.close(options.ready_fd)


def _until_not_needed(cluster: Any, linger: float, ending: threading.Event) -> None:
    left = time.monotonic()
    while not ending.wait(LOOK_S):
        scheduler = cluster.scheduler
        if scheduler.tasks or set(scheduler.clients) - HIDDEN:
            left = time.monotonic()
        elif time.monotonic() - left > linger:
            return


def _make_key(folder: Path) -> None:
    """Write a new key and certificate; whoever can read them may use the cluster: only our user."""
    from distributed.security import Security

    made = Security.temporary()
    for name, text in (("key.pem", made.tls_scheduler_key), ("cert.pem", made.tls_scheduler_cert)):
        place = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(place, "w") as file:
            file.write(str(text))


def _all_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


if __name__ == "__main__":
    sys.exit(main())
