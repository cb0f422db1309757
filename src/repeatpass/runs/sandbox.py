"""The sandbox that a workspace's kernels live in: bubblewrap (bwrap(1)) around their fork server.

It has namespaces of its own for processes, network, IPC, host name and (unless the server runs as root) users, and
sees: the environment and its Python, the kit, what the system installs below /usr, a few harmless files of /etc, and
two folders for its kernels. Each kernel is then shut in once more, by `repeatpass.kit.confining`.

Run as root, each sandbox gets a user of its own, without a name, so that no kernel is root of this machine.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from repeatpass.core.errors import Invalid, Unavailable
from repeatpass.kit import confining

NEEDED = "Install bubblewrap (apt install bubblewrap, dnf install bubblewrap)"
FIRST_UID = 1_879_048_192  # up to 2**31 - 1 nobody else uses, says systemd (UIDS-GIDS.md)
UIDS = 1 << 27
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = ("alternatives", "ca-certificates", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
       "mime.types", "pki", "ssl", "timezone")  # fmt: skip
PATIENCE_S = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Isolation:
    """How runs are kept apart: in a *sandbox* or not, and which hosts may be reached from there."""

    sandbox: bool = False
    network: tuple[str, ...] = ()


NO_SANDBOX = Isolation()


def chosen(wish: str, *, multi_user: bool, network: tuple[str, ...] = ()) -> Isolation:
    """Return how runs are to be kept apart. *wish*: on, off, or auto, which means on where there are several users.

    Raise Invalid if several users are to share a house without sandboxes.
    """
    if multi_user and wish == "off":
        raise Invalid("Several users (REPEATPASS_MULTI_USER) need sandboxes; REPEATPASS_SANDBOX cannot be off.")
    if wish != "on" and not multi_user:
        return NO_SANDBOX
    return Isolation(sandbox=True, network=network)


def require(isolation: Isolation) -> None:
    """Raise Unavailable, with what to do, if sandboxes are wanted and cannot be had on this machine."""
    if isolation.sandbox and not (found := works()).works:
        raise Unavailable(
            f"Runs are to have a sandbox each, as several users need them, and cannot have one here. {found.words} "
            "One person alone can do without: REPEATPASS_MULTI_USER=0 and REPEATPASS_SANDBOX=auto."
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Whether sandboxes work on this machine, and a sentence that says so or what to do."""

    works: bool
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """One sandbox. *folder* holds the kernels' sockets and *rooms* what they read and write; both are ours alone.

    *uid* is the user inside; it differs from ours only where we are root.
    """

    prefix: Path
    kit: Path
    folder: Path
    rooms: Path
    uid: int

    def prepare(self) -> None:
        """Make the folders."""
        for path in (self.rooms, self.rooms / "inputs", self.folder / "server", self.folder / "etc"):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (self.rooms, self.rooms / "inputs", self.folder):
            path.chmod(0o711)  # in the sandbox they are passed through by another user
        self.own(self.folder / "server")
        line = f"run:x:{self.uid}:{self.uid}"
        (self.folder / "etc" / "passwd").write_text(f"{line}:run:{confining.HOME}:/bin/sh\n")
        (self.folder / "etc" / "group").write_text(f"{line.rpartition(':')[0]}:\n")
        (self.folder / "etc" / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")

    def room(self, number: str) -> Path:
        """Make the folders of one kernel."""
        room = self.rooms / number
        for path in (room, room / "given", *(room / name for name in confining.WRITABLE)):
            path.mkdir(mode=0o700)
            self.own(path)
        return room

    def own(self, path: Path) -> None:
        """Give *path* to the user of the sandbox."""
        if os.getuid() == 0:
            os.chown(path, self.uid, self.uid, follow_symlinks=False)

    def command(self, *inner: str) -> list[str]:
        """Return the command that runs *inner* in this sandbox; its environment variables are passed on.

        Raises ValueError where the sandbox would show what it must hide.
        """
        binds = [("--ro-bind", str(self.kit), confining.KIT), ("--bind", str(self.rooms), confining.ROOMS)]
        binds += [("--bind", str(self.folder), confining.SOCKETS)]
        binds += [
            ("--ro-bind", str(self.folder / "etc" / name), f"/etc/{name}") for name in ("passwd", "group", "hosts")
        ]
        told = [word for bind in (*_system(), *self._python(), *binds) for word in bind]
        return [*_bwrap(), *told, *_ending(), *_user(self.uid), *inner]

    def _python(self) -> Iterator[tuple[str, ...]]:
        """The environment and the Python that it rests on by whatever links; outer folders first.

        Raises ValueError where one of them would show the folders of this house.
        """
        base, links = rests_on(self.prefix)
        shown = sorted(path for path in {self.prefix, base} if not path.is_relative_to("/usr"))
        for path in (Path("/usr"), *shown):
            if self.rooms.is_relative_to(path):
                raise ValueError(f"The home of the house lies in {path}, which runs may read; move one of them.")
        for path in shown:
            yield "--dir", str(path.parent)  # so that another user may pass through
            yield "--ro-bind", str(path), str(path)
        for path, target in links.items():
            if not any(path.is_relative_to(inside) for inside in (*shown, *map(Path, ("/usr", *SYSTEM)))):
                yield "--dir", str(path.parent)
                yield "--symlink", str(target), str(path)
        if not any(path.is_relative_to("/tmp") for path in (*shown, *links)):
            yield "--symlink", confining.WRITABLE["tmp"], "/tmp"


def uid_of(home: Path, number: int) -> int:
    """Return the user for the sandbox *number* of *home*: our own, or one of its own where we are root."""
    if os.getuid() != 0:
        return os.getuid()
    begin = int(hashlib.sha256(str(home).encode()).hexdigest()[:8], 16)
    return FIRST_UID + (begin + number) % UIDS


def rests_on(prefix: Path) -> tuple[Path, dict[Path, Path]]:
    """Return the prefix of the Python that `bin/python` of *prefix* leads to, and the links on the way there."""
    links, python = {}, prefix / "bin" / "python"
    while python.is_symlink():
        links[python] = python.readlink()
        python = Path(os.path.normpath(python.parent / python.readlink()))
    base = python.resolve().parent.parent
    # Python looks for its library from where pyvenv.cfg says that it is, which may be by a link, too.
    for place in {python.parent.parent, *_named_home(prefix / "pyvenv.cfg")} - {base}:
        if place.resolve() == base:
            links[place] = base
    return base, links


def _named_home(settings: Path) -> Iterator[Path]:
    for line in settings.read_text().splitlines() if settings.exists() else ():
        name, _, value = line.partition("=")
        if name.strip() == "home":
            yield Path(value.strip()).parent


def _bwrap() -> list[str]:
    own_user = [] if os.getuid() == 0 else ["--unshare-user"]
    spaces = ["--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    return ["bwrap", *own_user, *spaces, "--hostname", "run", "--die-with-parent", "--new-session"]


def _system() -> Iterator[tuple[str, ...]]:
    """What every program needs."""
    yield "--ro-bind", "/usr", "/usr"
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            yield "--symlink", str(path.readlink()), str(path)
        elif path.exists():
            yield "--ro-bind", str(path), str(path)
    yield "--dir", "/etc"
    for name in ETC:
        yield "--ro-bind-try", f"/etc/{name}", f"/etc/{name}"
    yield "--dev", "/dev"
    for place in (*confining.WRITABLE.values(), confining.GIVEN, confining.INPUTS, confining.HOME):
        if place.startswith(confining.JOB):
            yield "--dir", place


def _ending() -> list[str]:
    """/proc last: as root it is mounted by hand, because bwrap would cover a part of it, and kernels need it whole."""
    proc = ["--dir", "/proc"] if os.getuid() == 0 else ["--proc", "/proc"]
    return [*proc, "--remount-ro", "/", "--remount-ro", "/dev", "--chdir", f"{confining.SOCKETS}/server", "--"]


def _user(uid: int) -> list[str]:
    """As root: become the sandbox's user, for good."""
    if os.getuid() != 0:
        return []
    drop = f"setpriv --reuid {uid} --regid {uid} --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs"
    return ["/bin/sh", "-c", f'mount -t proc -o nosuid,nodev,noexec proc /proc && exec {drop} "$@"', "sh"]


@cache
def works() -> Found:
    """Say whether sandboxes can be had here, by really starting one. Looked at once."""
    if sys.platform != "linux":
        return Found(works=False, words="Sandboxes need Linux; several users cannot be kept apart on this system.")
    if shutil.which("bwrap") is None:
        return Found(works=False, words=f"There is no bwrap on this machine. {NEEDED}.")
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        return Found(works=False, words="There is no setpriv on this machine, which root needs. Install util-linux.")
    return _tried()


def _tried() -> Found:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="rp-") as name:
        folder = Path(name)
        box = Sandbox(
            prefix=Path(sys.prefix),
            kit=Path(confining.__file__).parent.parent.parent,
            folder=folder / "k",
            rooms=folder / "rooms",
            uid=uid_of(folder, 0),
        )
        box.prepare()
        box.room("1")
        (box.folder / "1").mkdir(mode=0o700)
        box.own(box.folder / "1")
        return _asked(box)


def _asked(box: Sandbox) -> Found:
    python = [str(box.prefix / "bin" / "python"), "-I", "-c", Path(confining.__file__).read_text() + TRY]
    try:
        done = subprocess.run(box.command(*python), env={}, capture_output=True, text=True, timeout=PATIENCE_S)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return Found(works=False, words=f"bwrap does not work here: {error}.")
    if done.returncode == 0 and done.stdout.strip() == "1 0000000000000000":
        words = "A sandbox was made: processes, network, files and users of a run are its own."
        return Found(works=True, words=words)
    said = " ".join(done.stderr.split())[-300:] or f"exit code {done.returncode}"
    return Found(
        works=False,
        words=f"bwrap is here but cannot make a sandbox ({said}). The system must let unprivileged users make user "
        "namespaces: see kernel.unprivileged_userns_clone, user.max_user_namespaces and, on Ubuntu, "
        "kernel.apparmor_restrict_unprivileged_userns.",
    )


# Shut a process in as a keeper does; it says its number, which is 1, and its capabilities, which are none.
TRY = """
enter("1")
child = os.fork()
if child == 0:
    seal()
    status = Path("/proc/self/status").read_text().split()
    print(os.getpid(), status[status.index("CapEff:") + 1], flush=True)
    os._exit(0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
