"""Finding a notebook in somebody's workspace folder, and never outside of it."""

from pathlib import Path

from repeatpass.access import Actor
from repeatpass.core.errors import Forbidden


def notebook_in_workspace(home: Path, actor: Actor, name: str) -> bytes | None:
    """Return the content of the file *name* in the actor's workspace, None if there is none.

    Raise Forbidden for a path, or a link, that leads out of the workspace.
    """
    root = (home / "workspaces" / actor.id).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise Forbidden(f"“{name}” lies outside of your workspace; give a path inside it.")
    return path.read_bytes() if path.is_file() else None
