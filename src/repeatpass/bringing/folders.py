"""Folders on their way here, such as Zarr stores: many small files, each kept as soon as it is whole.

What has arrived stays when the connection breaks or the page is left; whoever sends goes on with what is missing.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from repeatpass.access import Actor, Right
from repeatpass.bringing.arriving import check_file_name, forget_old
from repeatpass.bringing.records import Arrived
from repeatpass.core.errors import Conflict, Exhausted, Invalid, NotFound
from repeatpass.core.ids import new_id
from repeatpass.kit.cubes.zipping import zip_store

MARKS = ("zarr.json", ".zgroup", ".zmetadata")  # of a Zarr store, in its root
FILES = 50_000  # in one folder
UNDER_WAY = 10  # folders of one person
DEEPEST = 20
LONGEST = 255  # bytes of one name, as file systems have it
SIDE = (".DS_Store", "Thumbs.db", "desktop.ini")  # what systems leave in folders, and nobody means


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderArrival:
    """A folder under way: it will have *files* files of *size* bytes in all."""

    id: str
    owner: str
    name: str
    files: int
    size: int


class Folders:
    """Folders under way, in *root*. One may have *most* bytes."""

    def __init__(self, root: Path, most: int) -> None:
        self.root, self.most = root, most

    def begin(self, actor: Actor, name: str, files: int, size: int) -> FolderArrival:
        """Make room for a folder; raise Invalid for what cannot be, Exhausted where there is no room."""
        actor.require(Right.CONTRIBUTE)
        forget_old(self.root)
        made = FolderArrival(id=new_id(), owner=actor.id, name=check_file_name(name), files=files, size=size)
        if not 0 < files <= FILES:
            raise Invalid(
                f"“{made.name}” has {files:,} files. Right would be: 1 to {FILES:,}; write it with larger chunks, or "
                "pack it into one zip file.",
                field="files",
            )
        if not 0 < size <= self.most:
            raise Invalid(
                f"“{made.name}” has {size / 1e9:,.2f} GB. Right would be: {self.most / 1e9:,.2f} GB at most.",
                field="size",
            )
        if sum(each.owner == actor.id for each in self._all()) >= UNDER_WAY:
            raise Exhausted(f"{UNDER_WAY} folders of yours are under way; finish or remove some.")
        (self.root / made.id / "content").mkdir(parents=True, mode=0o700)
        if shutil.disk_usage(self.root).free < size * 3:
            self.remove(actor, made.id, known=True)
            raise Exhausted(
                f"The disk has no room for “{made.name}” ({size / 1e9:,.2f} GB, three times while it is checked)."
            )
        (self.root / made.id / "about.json").write_text(json.dumps(asdict(made)), "utf-8")
        return made

    def find(self, actor: Actor, id: str) -> FolderArrival:
        """Return a folder of the actor's; raise NotFound for any other."""
        found = self._about(self._folder(id))
        if found is None or found.owner != actor.id:
            raise NotFound(f"There is no folder {id[:40]} under way.", upload=id[:40])
        return found

    def here(self, actor: Actor, id: str) -> dict[str, int]:
        """Return the files that have arrived, path to bytes."""
        self.find(actor, id)
        content = self._folder(id) / "content"
        return {str(path.relative_to(content)): path.stat().st_size for path in _files(content)}

    def put(self, actor: Actor, id: str, path: str, content: BinaryIO) -> None:
        """Keep one file of a folder, in place of an earlier one; raise Invalid for a path that leads elsewhere.

        The path is checked before anything is written, and nobody but this house writes into the folder.
        """
        found = self.find(actor, id)
        target = self._folder(id) / "content" / check_path(path)
        draft = self._folder(id) / f"part-{new_id()}"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                shutil.copyfileobj(content, file, 1 << 20)
            draft.replace(target)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise Invalid(f"“{path[:200]}” is a file and a folder at once.", field="files") from None
        except OSError as error:
            raise Exhausted(
                f"The disk cannot take “{path[:80]}” of “{found.name}” ({error.strerror}). What is here is kept."
            ) from None
        finally:
            draft.unlink(missing_ok=True)

    def packed(self, actor: Actor, id: str) -> Arrived:
        """Return a folder that is complete, as one zip file; raise Conflict where some is missing, Invalid if it is no Zarr."""
        found, here = self.find(actor, id), self.here(actor, id)
        if (len(here), sum(here.values())) != (found.files, found.size):
            raise Conflict(
                f"{len(here):,} of {found.files:,} files and {sum(here.values()):,} of {found.size:,} bytes of "
                f"“{found.name}” are here; send the rest first."
            )
        if not any(mark in here for mark in MARKS):
            raise Invalid(
                f"“{found.name}” is a folder and no Zarr store: none of {', '.join(MARKS)} is in it. Choose the folder "
                "that holds one of them, or send the files by themselves.",
                field="files",
            )
        target = self._folder(id) / "packed.zip"
        try:
            zip_store(self._folder(id) / "content", target, keep=True)
        except OSError as error:
            raise Exhausted(f"The disk cannot take “{found.name}” ({error.strerror}). What is here is kept.") from None
        return Arrived(name=f"{found.name.removesuffix('.zarr')}.zarr.zip", path=target)

    def remove(self, actor: Actor, id: str, *, known: bool = False) -> None:
        """Forget a folder of the actor's."""
        if not known:
            self.find(actor, id)
        shutil.rmtree(self._folder(id), ignore_errors=True)

    def has(self, id: str) -> bool:
        """Say whether *id* is that of a folder, and not of a file."""
        return id.isalnum() and (self.root / id).is_dir()

    def _all(self) -> Iterator[FolderArrival]:
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            if (found := self._about(folder)) is not None:
                yield found

    def _about(self, folder: Path) -> FolderArrival | None:
        try:
            return FolderArrival(**json.loads((folder / "about.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _folder(self, id: str) -> Path:
        if not id.isalnum() or len(id) > 40:
            raise NotFound(f"There is no folder “{id[:40]}” under way.", upload=id[:40])
        return self.root / id


def check_path(path: str) -> str:
    """Return the path of a file inside a folder; raise Invalid for one that leads out of it or cannot be kept."""
    parts = path.split("/")
    wrong = (
        ".." in parts or "." in parts or "" in parts or "\\" in path or len(parts) > DEEPEST
        or any(ord(letter) < 32 or ord(letter) == 127 for letter in path)
        or any(len(part.encode(errors="replace")) > LONGEST for part in parts)
    )  # fmt: skip
    try:
        path.encode()
    except UnicodeEncodeError:
        wrong = True
    if wrong:
        raise Invalid(
            f"“{path[:80]!r}” is no path inside a folder. Right would be: temperature/c/0/0, without “..”.",
            field="files",
        )
    return path


def _files(content: Path) -> Iterator[Path]:
    return (path for path in content.rglob("*") if path.is_file())
