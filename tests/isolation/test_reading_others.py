"""Attempts to read what belongs to the platform or to others. Each is made by a notebook of Ann's, and fails."""

import os

import pytest
from attempts import Sandboxed, until

pytestmark = pytest.mark.slow

GONE = "No such file or directory"
HIDDEN = (GONE, "Permission denied")


def test_the_database_cannot_be_read(house: Sandboxed) -> None:
    database = house.home / "repeatpass.db"
    assert database.exists()
    house.fails(f"open({str(database)!r}, 'rb').read()", by=GONE)
    house.fails(f"import sqlite3; sqlite3.connect('file:{database}?mode=ro', uri=True).execute('select 1')",
                by="unable to open database file")  # fmt: skip


@pytest.mark.parametrize("name", ["files", "runs", "rooms", "workspaces", "session.key", "executor.json", ""])
def test_nothing_of_the_home_is_there(house: Sandboxed, name: str) -> None:
    house.fails(f"import os; os.stat({str(house.home / name)!r})", by=GONE)
    assert (house.home / "executor.json").exists()  # since there was a run


def test_another_workspace_is_out_of_reach_while_it_runs(house: Sandboxed) -> None:
    secret = "import time; open('secret.txt', 'w').write('of Bob'); open('/job/outputs/began', 'w'); time.sleep(8)"
    other = house.start(secret, actor=house.bob)
    until(lambda: list((house.home / "rooms").rglob("secret.txt")))
    room = next((house.home / "rooms").rglob("secret.txt"))
    house.fails(f"open({str(room)!r}).read()", by=GONE)
    house.fails(f"import os; os.listdir({str(house.house.folders.of(other.id))!r})", by=GONE)
    walk = """
import os
found = [os.path.join(parent, name) for parent, _, names in os.walk('/') if not parent.startswith('/proc') for name in names
         if name == 'secret.txt']
print('found', found)
"""
    assert "found []" in house.shown(walk)
    assert house.ended(other).state == "succeeded"


def test_rooms_and_sockets_of_other_kernels_are_covered(house: Sandboxed) -> None:
    house.fails("import os; assert os.listdir('/rooms') == [] == os.listdir('/k'); open('/k/1/k-1')", by=GONE)
    house.fails(
        "import os; os.open('/rooms/x', os.O_CREAT | os.O_WRONLY)", by=("Read-only file system", "Permission denied")
    )
    uncover = (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.umount2({!r}, 2): raise OSError(ctypes.get_errno(), 'umount')"
    )
    for place in (b"/rooms", b"/k", b"/proc"):
        house.fails(uncover.format(place), by=("Operation not permitted", "umount"))


def test_the_environment_of_the_server_cannot_be_read(house: Sandboxed) -> None:
    look = """
import os, glob
told = dict(os.environ), [open(name, 'rb').read() for name in glob.glob('/proc/*/environ')]
print('told', 'swordfish' in repr(told), len(told[1]))
"""
    assert "told False" in house.shown(look)
    assert os.environ["REPEATPASS_SENTINEL"].startswith("swordfish")
    house.fails(f"open('/proc/{os.getpid()}/environ').read()", by=GONE)


@pytest.mark.parametrize("name", ["environ", "mem", "maps", "fd", "root", "cwd", "cmdline"])
def test_proc_of_server_and_executor_is_not_there(house: Sandboxed, name: str) -> None:
    executor = house.executor()["pid"]
    code = (
        "import os\nfor pid in {}: \n"
        "  if os.path.exists(f'/proc/{{pid}}'): raise SystemError('it is there')\nos.lstat('/proc/{}/{}')"
    )
    house.fails(code.format([os.getpid(), executor], executor, name), by=GONE)


def test_the_root_of_the_first_process_is_the_sandbox_itself(house: Sandboxed) -> None:
    house.fails(f"open('/proc/1/root{house.home}/repeatpass.db')", by=HIDDEN)
    house.fails("import os; os.chroot('/proc/1/root')", by="Operation not permitted")


@pytest.mark.parametrize(
    "path", ["/etc/shadow", "/root", "/home", "/var", "/run", "/sys/fs/cgroup", "/dev/mem", "/dev/sda"]
)
def test_the_rest_of_the_machine_is_not_there(house: Sandboxed, path: str) -> None:
    if path == "/root" and house.prefix.resolve().as_posix().startswith("/root"):
        pytest.skip("The environment of these tests lies in /root.")
    house.fails(f"import os; print(os.listdir({path!r}) if os.path.isdir({path!r}) else open({path!r}).read())\n"
                f"raise FileNotFoundError(2, 'No such file or directory') if {path!r} == '/root' else SystemError",
                by=GONE)  # fmt: skip


def test_the_folder_above_the_environment_shows_nothing_else(house: Sandboxed) -> None:
    """Ways to what is shown are there as empty folders; what lies beside it on the machine is not."""
    code = f"""
import os, pathlib
prefix = pathlib.Path({str(house.prefix)!r})
base = pathlib.Path(os.path.realpath(prefix / 'bin' / 'python')).parent.parent
for shown in (prefix, base):
    for parent in list(shown.parents)[:-1]:
        if str(parent).startswith('/usr'): continue
        print(parent, os.listdir(parent))
        assert len(os.listdir(parent)) <= 2, os.listdir(parent)
"""
    house.shown(code)


def test_requests_and_contexts_of_others_and_secrets_are_nowhere_on_disk(house: Sandboxed) -> None:
    house.house.secrets.set(house.bob, "BOBS_TOKEN", "correct-horse-battery")
    other = house.start("import os, time; assert os.environ['BOBS_TOKEN']; time.sleep(4)", actor=house.bob)
    request = house.house.folders.of(other.id) / "request.json"
    until(request.exists)
    assert "battery" not in request.read_text()
    assert house.house.folders.of(other.id).stat().st_mode & 0o077 == 0
    house.fails("import os; os.environ['BOBS_TOKEN']", by="BOBS_TOKEN")
    assert house.ended(other).state == "succeeded"
