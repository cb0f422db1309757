"""Makes an environment's folder: whole or not at all, once, however many ask for it."""

import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from repeatpass.core.errors import Invalid, NotFound
from repeatpass.notebooks.environments.checking import MANIFEST, STATEMENT, write_manifest
from repeatpass.notebooks.environments.records import (
    Environment,
    EnvironmentFull,
    EnvironmentUnavailable,
    shipped,
)
from repeatpass.notebooks.environments.tools import (
    Progress,
    ToolFailed,
    explain,
    find_uv,
    is_full,
    no_python,
    run,
)

FOLDER = "environments"
LOCK = "lock.txt"


def ensure(environment: Environment | str, home: Path, progress: Progress | None = None) -> Path:
    """Return the prefix of *environment* below *home*, making it if it is not there.

    Args:
        environment: what to make; a name means one that comes with this package.
        home: the platform's folder; the prefix is ``<home>/environments/<digest12>``.
        progress: told in sentences what is being done.

    A prefix that exists is whole: it is made in a folder beside it and then renamed.
    Whoever asks while another makes it waits. It is never the prefix of the caller's own Python.

    Raises:
        NotFound: no environment of that name comes with this package.
        EnvironmentUnavailable: no index, no Python, or no tool to make it with.
        EnvironmentFull: the disk is full.
    """
    wanted = shipped(environment) if isinstance(environment, str) else environment
    root = home / FOLDER
    target = root / wanted.short
    if _whole(target):
        return target
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root / f".{wanted.short}.lock", wanted, progress):
            return target if _whole(target) else _make(wanted, root, target, progress)
    except OSError as error:
        raise _told(error, wanted, root) from error


def find(digest: str, home: Path) -> Path:
    """Return the prefix of the environment with *digest* (``sha256:<hex>``). Raises NotFound."""
    target = home / FOLDER / digest.removeprefix("sha256:")[:12]
    if not _whole(target) or _stated(target).digest != digest:
        raise NotFound(f"The environment {digest[:19]}… is not on this machine.", environment=digest)
    return target


def installed(home: Path) -> list[Environment]:
    """Return the environments that are there, by name."""
    folders = (home / FOLDER).glob("[0-9a-f]*") if (home / FOLDER).is_dir() else ()
    return sorted((_stated(each) for each in folders if _whole(each)), key=lambda each: each.name)


def python_of(prefix: Path) -> Path:
    """Return the interpreter of a prefix."""
    return prefix / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _make(wanted: Environment, root: Path, target: Path, progress: Progress | None) -> Path:
    for left in root.glob(f".{wanted.short}-*"):  # of a maker that was killed; nobody else makes it now
        shutil.rmtree(left, ignore_errors=True)
    if target.exists():
        shutil.rmtree(target)
    draft = Path(tempfile.mkdtemp(prefix=f".{wanted.short}-", dir=root))
    try:
        _fill(wanted, draft, progress)
        draft.chmod(0o755)
        draft.rename(target)
    except ToolFailed as error:
        raise explain(error, wanted) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _fill(wanted: Environment, draft: Path, progress: Progress | None) -> None:
    say = progress or (lambda _: None)
    say(f"Making the environment {wanted.name} (Python {wanted.python}, {len(wanted.requirements)} packages).")
    lock = draft / LOCK
    lock.write_text(wanted.lock, encoding="utf-8")
    uv = find_uv()
    if uv:
        _with_uv(uv, wanted, draft, lock, say)
    else:
        _with_pip(wanted, draft, lock, say)
    write_manifest(draft, python_of(draft))
    (draft / STATEMENT).write_text(json.dumps(wanted.to_json()), encoding="utf-8")


def _with_uv(uv: str, wanted: Environment, draft: Path, lock: Path, say: Progress) -> None:
    same = wanted.python == platform.python_version()
    base = getattr(sys, "_base_executable", sys.executable) if same else wanted.python
    try:
        run([uv, "venv", "--quiet", "--allow-existing", "--relocatable", "--python", base, draft], draft)
    except ToolFailed as error:
        raise (explain(error, wanted) if is_full(error) else no_python(wanted)) from error
    # Copies, not links into uv's cache: a file that somebody alters here must be altered here alone.
    sync: list[str | Path] = [
        uv, "pip", "sync", "--python", python_of(draft), "--require-hashes", "--allow-empty-requirements",
        "--compile-bytecode", "--link-mode", "copy", lock,
    ]  # fmt: skip
    try:
        run([*sync, "--offline"], draft)
    except ToolFailed as error:
        if is_full(error):
            raise
        say("Fetching packages that are not in the local cache.")
        run(sync, draft, say)


def _with_pip(wanted: Environment, draft: Path, lock: Path, say: Progress) -> None:
    if wanted.python != platform.python_version():
        raise no_python(wanted)
    base = getattr(sys, "_base_executable", sys.executable)
    run([base, "-m", "venv", draft], draft)
    python = python_of(draft)
    run([python, "-m", "pip", "install", "--require-hashes", "--no-deps", "--compile", "--progress-bar", "off",
         "--disable-pip-version-check", "-r", lock], draft, say)  # fmt: skip


def _whole(target: Path) -> bool:
    return (target / STATEMENT).is_file() and (target / MANIFEST).is_file() and python_of(target).exists()


def _stated(target: Path) -> Environment:
    return Environment.parse((target / STATEMENT).read_text("utf-8"))


@contextmanager
def _alone(path: Path, wanted: Environment, progress: Progress | None) -> Iterator[None]:
    """Hold a lock file that the system releases even if the holder is killed."""
    try:
        import fcntl
    except ImportError:  # no such locks here: the rename still lets only one of two makers win
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if progress:
                progress(f"Waiting: another process is making the environment {wanted.name}.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _told(error: OSError, wanted: Environment, root: Path) -> Exception:
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EnvironmentFull(f"The disk is full: the environment {wanted.name} could not be made. Free some space.")
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
        return Invalid(f"Nothing can be written to {root}: choose another home, or change its rights.")
    return EnvironmentUnavailable(f"The environment {wanted.name} could not be made: {error.strerror or error}.")
