"""Starting a program of ours that is to outlive this process: in a session of its own, told little, its log kept short."""

import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

LOG_BYTES = 2_000_000  # a longer log is begun anew
# All that it is told of our environment: what runs below it, as the same user, could read the rest from /proc.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


def launched(command: Callable[[int], Sequence[str]], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start *command* in *folder* and return when it writes a line to the descriptor it is given, or has ended."""
    ours, theirs = os.pipe()
    with log.open("wb" if log.exists() and log.stat().st_size > LOG_BYTES else "ab") as out:
        process = subprocess.Popen(
            command(theirs),
            pass_fds=[theirs],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd=folder,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
    os.close(theirs)
    with os.fdopen(ours, "rb") as told:
        if not told.readline():
            process.wait()
    # Reaping without keeping this process from leaving: what was started may well outlive it.
    threading.Thread(target=process.wait, name=f"{log.stem}-reaper", daemon=True).start()
    return process
