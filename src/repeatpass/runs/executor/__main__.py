"""`python -m repeatpass.runs.executor --home DIR`: carry out the runs of one home."""

import argparse
import asyncio
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from repeatpass.runs.executor.server import Executor

TAKEN = 3  # exit code: another executor serves this home already


def main() -> int:
    """Serve until asked to end; return the exit code."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with (options.home / "executor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return TAKEN
        asyncio.run(_serve(options, lambda: fcntl.flock(lock, fcntl.LOCK_UN)))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="repeatpass.runs.executor", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder for the address and lock files")
    parser.add_argument("--linger", type=float, default=60.0, help="seconds to stay without a server and without a run")
    parser.add_argument("--ready", type=int, default=2, help="kernels that wait ready in each environment")
    parser.add_argument("--ready-fd", type=int, default=-1, help="file descriptor that is told once requests are taken")
    parser.add_argument("--no-fork", action="store_true", help="start a new process for each kernel")
    return parser.parse_args()


async def _serve(options: argparse.Namespace, release: Callable[[], None]) -> None:
    executor = Executor(
        options.home, linger=options.linger, ready=options.ready, fork=not options.no_fork, release=release
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, executor.ending.set)
    serving = asyncio.create_task(executor.serve())
    await asyncio.sleep(0)
    while not (executor.folder / "x").exists() and not serving.done():
        await asyncio.sleep(0.005)
    if options.ready_fd >= 0:
        with suppress(BrokenPipeError):  # the server that started us was killed meanwhile; the next one finds us
            os.write(options.ready_fd, b"ready\n")
        os.close(options.ready_fd)
    await serving


if __name__ == "__main__":
    sys.exit(main())
