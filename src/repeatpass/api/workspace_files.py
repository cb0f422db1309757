"""Finding a notebook in somebody's workspace folder, and never outside of it."""

from pathlib import Path

from repeatpass.access import Actor
from repeatpass.core.errors import Forbidden, Invalid


def notebook_in_workspace(home: Path, actor: Actor, name: str) -> bytes | None:
    """Return the content of the file *name* in the actor's workspace, None if there is none.

    Raise Forbidden for a path, or a link, that leads out of the workspace.
    """
    root = (home / "workspaces" / actor.id).resolve()
    try:
        path = (root / name).resolve()
        found = path.is_file()
    except (ValueError, OSError):  # a zero byte, or a name longer than a name can be
        raise Invalid("The input “notebook” is not the name of a file.") from None
    if not path.is_relative_to(root):
        raise Forbidden(f"“{name}” lies outside of your workspace; give a path inside it.")
    return path.read_bytes() if found else None
