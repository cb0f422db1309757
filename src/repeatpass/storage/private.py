"""Small files that nobody but their owner may read: keys and tokens."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def private_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the content of *path*, making it first if it is not there.

    It appears whole and for its owner's eyes only; of two programs that make it at once, both get the same.
    """
    if not path.exists():
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(make())
            os.link(part, path)  # unlike a rename, never over one that is there
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
    return path.read_bytes()
