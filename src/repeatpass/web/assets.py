"""The files the pages load: one style sheet, the mark, and what the front build left in ``dist``.

Everything a page needs to be read is a plain file of this package. Scripts, fonts and the base map come
from the build; where it is missing the pages do without and `Assets.scripts` is false.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"
SHEETS = (
    "tokens", "base", "layout", "parts", "figures", "pages", "notebook", "batches", "schedules", "browser", "registry",
    "data",
)  # fmt: skip
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Assets:
    """Addresses (below ``/static``) of what every page loads."""

    sheet: bytes  # all style sheets in one
    style: str
    mark: str
    world: str  # the outline of the land, for maps drawn without scripts
    script: str = ""  # empty when the front end was not built
    preload: tuple[str, ...] = ()

    @property
    def scripts(self) -> bool:
        """Whether the front end was built."""
        return bool(self.script)


def sheet_text(built: bool) -> bytes:
    """The style sheets joined in order; the fonts of the build only when they are there."""
    names = (("fonts",) if built else ()) + SHEETS
    return "\n".join((STATIC / "css" / f"{name}.css").read_text("utf-8") for name in names).encode()


def address(path: Path) -> str:
    """The address of a static file, with a stamp of its content so that it may be kept for ever."""
    stamp = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    return f"/static/{path.relative_to(STATIC).as_posix()}?v={stamp}"


@cache
def assets() -> Assets:
    """Look once at what is there."""
    manifest = DIST / "manifest.json"
    built = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else {}
    sheet = sheet_text(bool(built))
    return Assets(
        sheet=sheet,
        style=f"/static/site.css?v={hashlib.sha256(sheet).hexdigest()[:10]}",
        mark=address(STATIC / "mark.svg"),
        world=address(STATIC / "world.svg"),
        script=f"/static/dist/{built['main']}" if built else "",
        preload=tuple(f"/static/dist/{name}" for name in built.get("preload", ())),
    )
