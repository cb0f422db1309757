"""Putting files into a workspace: never outside of it, never over what is there.

Whoever owns a workspace can put links into it, and can change them at any moment. A path that is looked at first and
opened later could mean something else by then. Each folder is therefore opened from the one above it and no link
is followed.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from repeatpass.core.digests import digest_file
from repeatpass.core.errors import Conflict, Exhausted, Invalid

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
LONGEST = 255  # bytes of one name, as file systems have it


def checked_place(name: str, field: str) -> str:
    """Return *name* as a plain path inside a workspace; raise Invalid, naming *field*, for one that is none."""
    if not isinstance(name, str) or not name.strip("/ ."):
        raise Invalid(f"{field} must be the name of a file or folder in your workspace; it is “{name}”.")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    problem = _problem(name, parts)
    if problem:
        raise Invalid(f"{field} “{name[:200]}” {problem}; write a path inside your workspace, such as results/may.")
    return "/".join(parts)


def _problem(name: str, parts: list[str]) -> str:
    if name.startswith(("/", "~")):
        return "begins at the root or at a home"
    if ".." in parts:
        return "leads upwards with “..”"
    if "\\" in name or any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name):
        return "holds a backslash or a control character"
    if any(part.startswith(".") for part in parts):
        return "has a hidden part, beginning with a dot"
    if len(name.encode(errors="replace")) > 1000 or any(len(part.encode(errors="replace")) > LONGEST for part in parts):
        return "is too long"
    return ""


def place(root: Path, name: str, content: BinaryIO) -> None:
    """Write *content* as the file *name* below *root*, making the folders above it.

    Raise Conflict if something is there already, or if a folder on the way is a link; Exhausted on a full disk.
    """
    *folders, last = name.split("/")
    try:
        with _folder(root, folders) as folder:
            _write(folder, last, content)
    except FileExistsError:
        raise Conflict(f"“{name}” is in the workspace already and is not overwritten.", path=name) from None
    except OSError as error:
        if error.errno in (28, 122):  # ENOSPC, EDQUOT
            raise Exhausted(f"“{name}” could not be written: the disk is full.", path=name) from None
        raise Conflict(
            f"“{name}” could not be written: a part of its path is a link or no folder ({error.strerror}).", path=name
        ) from None


def holds(root: Path, name: str, checksum: str) -> bool:
    """Say whether the file *name* is there already with just the content that *checksum* states."""
    path = root / name
    try:
        return path.resolve() == root.resolve() / name and path.is_file() and digest_file(path) == checksum
    except OSError:
        return False


def is_taken(root: Path, name: str) -> bool:
    """Say whether anything is at *name* below *root*."""
    return os.path.lexists(root / name)


@contextmanager
def _folder(root: Path, folders: list[str]) -> Iterator[int]:
    opened = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    try:
        for name in folders:
            try:
                os.mkdir(name, dir_fd=opened[-1])
            except FileExistsError:
                pass
            opened.append(os.open(name, FOLDER, dir_fd=opened[-1]))
        yield opened[-1]
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _write(folder: int, name: str, content: BinaryIO) -> None:
    # Written beside and then linked: a reader never sees half a file, and a link is never made over a file.
    part = f".{name[:200]}.{os.getpid()}.{os.urandom(4).hex()}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(part, flags, 0o644, dir_fd=folder), "wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
        os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    finally:
        try:
            os.unlink(part, dir_fd=folder)
        except FileNotFoundError:
            pass
