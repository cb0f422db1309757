"""A file of a workspace as it was at a revision of the git repository that it lies in.

Read with dulwich, not by the git command: that one obeys the repository's own configuration, which whoever owns the
workspace can write, and would run programs for them as the server.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from repeatpass.core.errors import Forbidden, Invalid, NotFound

LARGEST = 64 * 1024**2  # bytes of one notebook


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """The content of a file in one commit."""

    commit: str  # SHA-1 of the commit, hex
    content: bytes


def committed(workspace: Path, name: str, revision: str) -> Committed:
    """Return the file *name* of *workspace* as of *revision*: a commit (or its beginning), a tag or a branch.

    Raise NotFound where there is no repository, no such revision, or no such file in it; Forbidden for a
    repository whose parts lie outside of the workspace.
    """
    root = workspace.resolve()
    folder = _repository_of(root, name)
    _require_inside(root, folder / ".git")
    inside = (root / name).relative_to(folder).as_posix()
    return _read(folder, inside, revision)


def _repository_of(root: Path, name: str) -> Path:
    path = root / name
    if ".." in Path(name).parts or not path.is_relative_to(root):
        raise Forbidden(f"“{name}” lies outside of your workspace; give a path inside it.")
    for folder in path.parents:
        if not folder.is_relative_to(root):
            break
        if (folder / ".git").is_dir() and folder.resolve() == folder:
            return folder
    raise NotFound(
        f"“{name}” lies in no git repository of your workspace, so git_revision means nothing for it. Leave it out, "
        "or clone the repository into the workspace."
    )


def _require_inside(root: Path, git: Path) -> None:
    """A repository may borrow from others: by links, or by the two files that name further folders."""
    for borrowed in ("commondir", "objects/info/alternates", "objects/info/http-alternates"):
        if os.path.lexists(git / borrowed):
            raise Forbidden(f"The git repository borrows from another one ({borrowed}); clone it whole.")
    for folder, folders, files in os.walk(git, followlinks=False):
        for entry in (*folders, *files):
            path = Path(folder, entry)
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                raise Forbidden("The git repository has a link that leads out of your workspace; clone it whole.")


def _read(folder: Path, inside: str, revision: str) -> Committed:
    from dulwich.errors import NotTreeError
    from dulwich.object_store import tree_lookup_path
    from dulwich.objects import Blob
    from dulwich.objectspec import parse_commit
    from dulwich.repo import Repo

    try:
        with Repo(str(folder)) as repository:
            commit = parse_commit(repository, revision.encode())
            _mode, found = tree_lookup_path(repository.get_object, commit.tree, inside.encode())
            blob = repository[found]
            if not isinstance(blob, Blob) or blob.raw_length() > LARGEST:
                raise Invalid(f"“{inside}” is no file at git revision {revision}, or is too large to be a notebook.")
            return Committed(commit=commit.id.decode(), content=bytes(blob.data))
    except (KeyError, NotTreeError):
        raise NotFound(
            f"There is no “{inside}” at git revision “{revision}” of its repository; git log -- {inside} names the "
            "revisions that have it. What is not committed has no revision."
        ) from None
    except (ValueError, OSError, AssertionError) as error:
        raise Invalid(
            f"The git repository of “{inside}” could not be read at revision “{revision}” ({error})."
        ) from None
