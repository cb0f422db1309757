"""Files on their way here: kept beside the house until they are whole, so that a broken connection loses nothing.

The protocol of tus 1.0 (https://tus.io/protocols/resumable-upload) is spoken by the face; this is what it needs.
"""

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from repeatpass.access import Actor, Right
from repeatpass.bringing.records import Arrived
from repeatpass.core.errors import Conflict, Exhausted, Invalid, NotFound
from repeatpass.core.ids import new_id

NAME = re.compile(r"[^\\/\x00-\x1f\x7f]{1,200}")
KEPT_S = 3 * 24 * 3600.0  # an upload that nobody goes on with is forgotten
MOST = 50  # uploads of one person at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """An upload: *offset* of *size* bytes are here."""

    id: str
    owner: str
    name: str
    size: int
    offset: int = 0


class Arrivals:
    """Uploads under way, in *root*. A single file may have *most* bytes."""

    def __init__(self, root: Path, most: int) -> None:
        self.root, self.most = root, most

    def begin(self, actor: Actor, name: str, size: int) -> Arrival:
        """Make room for a file; raise Invalid for a name or size that cannot be, Exhausted where there is no room."""
        actor.require(Right.CONTRIBUTE)
        forget_old(self.root)
        plain = check_file_name(name)
        if size <= 0:
            raise Invalid(f"“{plain}” has {size} bytes; send a file that holds something.", field="size", kind="empty")
        if size > self.most:
            raise Invalid(
                f"“{plain}” has {size / 1e9:,.2f} GB; one file may have {self.most / 1e9:,.2f} GB. Bring it in parts, "
                "or point to an address where it can be read from.",
                field="size",
            )
        if len(list(self._of(actor.id))) >= MOST:
            raise Exhausted(f"{MOST} uploads of yours are under way; finish or remove some.")
        self.root.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.root).free < size * 2:
            raise Exhausted(f"The disk has no room for “{plain}” ({size / 1e9:,.2f} GB, twice while it is checked).")
        arrival = Arrival(id=new_id(), owner=actor.id, name=plain, size=size)
        folder = self.root / arrival.id
        folder.mkdir(mode=0o700)
        (folder / "content").touch(mode=0o600)
        (folder / "about.json").write_text(json.dumps(asdict(arrival)), "utf-8")
        return arrival

    def find(self, actor: Actor, id: str) -> Arrival:
        """Return an upload of the actor's, with what is here of it now; raise NotFound for any other."""
        try:
            known = Arrival(**json.loads((self._folder(id) / "about.json").read_text("utf-8")))
            here = (self._folder(id) / "content").stat().st_size
        except (OSError, ValueError, TypeError):
            raise NotFound(f"There is no upload {id[:40]}.", upload=id[:40]) from None
        if known.owner != actor.id:
            raise NotFound(f"There is no upload {id[:40]}.", upload=id[:40])
        return Arrival(**{**asdict(known), "offset": here})

    def add(self, actor: Actor, id: str, offset: int, content: bytes) -> Arrival:
        """Add *content* where it belongs; raise Conflict if that is not where the upload stands, Invalid if it is too much."""
        known = self.find(actor, id)
        if offset != known.offset:
            raise Conflict(
                f"The upload stands at {known.offset}, not at {offset}; go on from there.", offset=known.offset
            )
        if offset + len(content) > known.size:
            raise Invalid(f"“{known.name}” was announced with {known.size} bytes, and more were sent.", field="size")
        try:
            with (self._folder(id) / "content").open("r+b") as file:
                file.seek(offset)
                file.write(content)
        except OSError as error:
            raise Exhausted(f"The disk cannot take “{known.name}” ({error.strerror}). What is here is kept.") from None
        return Arrival(**{**asdict(known), "offset": offset + len(content)})

    def whole(self, actor: Actor, ids: list[str]) -> list[Arrived]:
        """Return uploads that are complete; raise Conflict for one that is not."""
        found = [self.find(actor, id) for id in ids]
        for each in found:
            if each.offset != each.size:
                raise Conflict(
                    f"{each.offset:,} of {each.size:,} bytes of “{each.name}” are here; send the rest first."
                )
        return [Arrived(name=each.name, path=self._folder(each.id) / "content") for each in found]

    def remove(self, actor: Actor, id: str) -> None:
        """Forget an upload of the actor's."""
        self.find(actor, id)
        shutil.rmtree(self._folder(id), ignore_errors=True)

    def _of(self, owner: str) -> Iterator[Path]:
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            try:
                if json.loads((folder / "about.json").read_text("utf-8"))["owner"] == owner:
                    yield folder
            except (OSError, ValueError, KeyError):
                continue

    def _folder(self, id: str) -> Path:
        if not id.isalnum() or len(id) > 40:
            raise NotFound(f"There is no upload “{id[:40]}”.", upload=id[:40])
        return self.root / id


def forget_old(root: Path) -> None:
    """Forget uploads below *root* that nobody has gone on with for three days."""
    for folder in root.iterdir() if root.is_dir() else ():
        try:
            newest = max((each.stat().st_mtime for each in folder.rglob("*")), default=folder.stat().st_mtime)
        except FileNotFoundError:  # it is written to, or removed, just now
            continue
        if time.time() - newest > KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)


def check_file_name(name: str) -> str:
    """Return the last part of a file's name; raise Invalid for one that cannot be kept."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not NAME.fullmatch(plain) or plain in (".", ".."):
        raise Invalid(f"“{name[:80]!r}” is no file name. Right would be: sst-2024.nc.", field="name")
    return plain
