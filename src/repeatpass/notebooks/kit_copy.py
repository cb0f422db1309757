"""The kit as a folder of its own: all that a notebook's environment sees of this program."""

import compileall
import hashlib
import shutil
import tempfile
from pathlib import Path
from py_compile import PycInvalidationMode

import repeatpass

KINDS = {".py", ".mplstyle"}


def kit_folder(target: Path) -> Path:
    """Copy `repeatpass/__init__.py` and `repeatpass/kit/` below *target*; return the folder for PYTHONPATH.

    The folder is named by the digest of its content, so that runs can pin the kit they used: it is made
    once and never changed. Safe to call from several processes at once.
    """
    package = Path(repeatpass.__file__).parent
    kit = (file for file in (package / "kit").rglob("*") if file.suffix in KINDS)
    sources = [package / "__init__.py", *sorted(kit)]
    folder = target / _digest(package, sources)[:12]
    if not folder.exists():
        target.mkdir(parents=True, exist_ok=True)
        _place(package, sources, folder)
    return folder


def _digest(package: Path, sources: list[Path]) -> str:
    total = hashlib.sha256()
    for source in sources:
        total.update(f"{source.relative_to(package)}\0".encode() + source.read_bytes() + b"\0")
    return total.hexdigest()


def _place(package: Path, sources: list[Path], folder: Path) -> None:
    """Fill a temporary folder, then give it its name at once."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".kit-") as temporary:
        root = Path(temporary) / "kit"
        for source in sources:
            copy = root / "repeatpass" / source.relative_to(package)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        # Bytecode that is checked by content, not by time: the copy stays the same wherever it is moved.
        compileall.compile_dir(root, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        try:
            root.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was first, with the same content
                raise
