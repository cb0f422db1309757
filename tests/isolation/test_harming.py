"""Attempts to change, exhaust or outlive what a run was given."""

import os
import sys
from pathlib import Path

import psutil
import pytest
from attempts import Sandboxed, until

from repeatpass.runs.records import State

pytestmark = pytest.mark.slow

READ_ONLY = ("Read-only file system", "Permission denied")
FORBIDDEN = "Operation not permitted"
LIBC = (
    "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\ndef call(name, *a):\n"
    "    if getattr(libc, name)(*a) < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))\n"
)


@pytest.mark.parametrize(
    "place", ["sys.prefix", "sys.base_prefix", "'/kit'", "'/usr/lib'", "'/'", "'/etc'", "'/job'", "'/dev'"]
)
def test_environment_kit_and_system_cannot_be_written(house: Sandboxed, place: str) -> None:
    house.fails(f"import sys; open({place} + '/planted.py', 'w')", by=READ_ONLY)


def test_a_module_of_the_environment_cannot_be_altered(house: Sandboxed) -> None:
    house.fails("import numpy; open(numpy.__file__, 'a').write('# planted')", by=READ_ONLY)
    house.fails("import repeatpass.kit.kernel as kit; open(kit.__file__, 'a').write('# planted')", by=READ_ONLY)


def test_nothing_can_be_mounted(house: Sandboxed) -> None:
    house.fails(LIBC + "call('mount', b'none', b'/job/tmp', b'tmpfs', 0, None)", by=FORBIDDEN)
    house.fails(LIBC + "call('mount', None, b'/job/given', None, 32 | 4096, None)", by=FORBIDDEN)


@pytest.mark.parametrize("kind", ["0x10000000", "0x10020000", "0x20000", "0x20000000", "0x40000000"])
def test_no_namespace_can_be_made_to_become_somebody_in(house: Sandboxed, kind: str) -> None:
    """From a process with one thread, since others may not even ask."""
    code = (
        f"import subprocess, sys\n"
        f"end = subprocess.run([sys.executable, '-c', {LIBC + f'call({chr(39)}unshare{chr(39)}, {kind})'!r}], "
    )
    code += "capture_output=True, text=True)\nraise OSError(end.stderr[-200:] if end.returncode else 'it worked')"
    house.fails(code, by=(FORBIDDEN, "No space left on device"))


def test_namespaces_of_others_cannot_be_entered(house: Sandboxed) -> None:
    house.fails(LIBC + "call('setns', os.open('/proc/1/ns/user', os.O_RDONLY), 0)", by=("Invalid argument", FORBIDDEN))
    house.fails(f"open('/proc/{os.getpid()}/ns/mnt')", by="No such file or directory")


@pytest.mark.parametrize("call", ["os.setuid(0)", "os.setgid(0)", "os.setgroups([0])", "os.chown('/job/work', 0, 0)",
                                  "os.mknod('/job/work/sda', 0o60666, os.makedev(8, 0))"])  # fmt: skip
def test_nobody_else_can_be_become(house: Sandboxed, call: str) -> None:
    house.fails(f"import os; {call}", by=(FORBIDDEN, "Invalid argument"))


def test_a_program_that_would_be_another_user_is_not(house: Sandboxed) -> None:
    said = house.shown("import subprocess, os\nfor name in ('su', 'mount', 'ping'):\n"
                       "    print(subprocess.run(['sh', '-c', name + ' 2>&1; id -u; grep Eff /proc/self/status'], "
                       "capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout)")  # fmt: skip
    assert "\n0\n" not in said and "CapEff:\t0000000000000000" in said


def test_limits_cannot_be_raised(house: Sandboxed) -> None:
    for name in ("NPROC", "FSIZE", "DATA"):
        house.fails(f"import resource as r; r.setrlimit(r.RLIMIT_{name}, (r.RLIM_INFINITY, r.RLIM_INFINITY))",
                    by=("not allowed to raise maximum limit", FORBIDDEN))  # fmt: skip


@pytest.mark.parametrize("target", ["server", "executor"])
def test_signals_reach_nobody_outside(house: Sandboxed, target: str) -> None:
    pid = os.getpid() if target == "server" else house.executor()["pid"]
    house.fails(f"import os; os.kill({pid}, 9)", by="No such process")


def test_killing_everybody_kills_only_what_the_run_itself_started(house: Sandboxed) -> None:
    code = """
import os, signal, subprocess
own = subprocess.Popen(['sleep', '60'])
try: os.kill(-1, signal.SIGKILL)
except ProcessLookupError: pass
print('own', own.wait(), 'parent', os.getppid())
for pid in set(range(2, 40000)) - set(map(int, os.listdir('/proc/self/task'))):
    try: os.kill(pid, signal.SIGKILL); print('killed', pid)
    except ProcessLookupError: pass
"""
    said = house.shown(code)
    assert "own -9 parent 0" in said and "killed" not in said
    assert house.shown("print('still there')")


def test_neither_server_nor_other_kernels_can_be_traced(house: Sandboxed) -> None:
    other = house.start("import time; time.sleep(5)", actor=house.bob)
    for pid in (os.getpid(), house.executor()["pid"]):
        house.fails(LIBC + f"call('ptrace', 16, {pid}, None, None)", by=("No such process", FORBIDDEN))
    house.fails(LIBC + "call('kill', 0x7fffff, 0)", by="No such process")
    assert house.ended(other).state is State.SUCCEEDED


def test_a_fork_bomb_is_held_and_named(house: Sandboxed) -> None:
    bystander = house.start("import time; time.sleep(4); print('not disturbed')", actor=house.bob)
    bomb = "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(1)"
    run = house.fails(bomb, by="more processes and threads than its limit of 256")
    assert run.limits_by == "processes"
    assert house.ended(bystander).state is State.SUCCEEDED


def test_a_shell_bomb_and_too_many_threads_are_held_and_named(house: Sandboxed) -> None:
    run = house.run(
        "import subprocess, time; subprocess.Popen(['sh', '-c', 'b() { b | b & }; b']); time.sleep(30)", time_s=20
    )
    assert run.state is State.FAILED and run.limits_by in ("processes", "time")
    run = house.fails("import threading, time\nfor _ in range(1000): threading.Thread(target=time.sleep, args=(20,)).start()",
                      by="more processes and threads than its limit")  # fmt: skip
    assert run.limits_by == "processes"


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm", "/job/work", "/job/outputs", "/job/home", "/job/records"])
def test_no_place_can_be_filled_beyond_the_disk_limit(house: Sandboxed, place: str) -> None:
    if place == "/tmp" and Path(sys.prefix).is_relative_to(place):
        pytest.skip("the environment of these tests lies under /tmp, which a sandbox then shows for reading only")
    fill = f"import time\nfor number in range(40): open(f'{place}/{{number}}', 'wb').write(b'x' * 5_000_000)\ntime.sleep(15)"
    assert house.fails(fill, by="wrote more to files than its limit").limits_by == "files"


def test_hidden_files_count_as_well(house: Sandboxed) -> None:
    """Files without a name, in memory or unlinked, and files in a folder that was closed to everybody."""
    nameless = (
        "import os, time\nheld = [os.memfd_create('x') for _ in range(9)]\n"
        "for fd in held: os.write(fd, b'x' * 9_000_000)\ntime.sleep(15)"
    )
    assert house.fails(nameless, by="wrote more to files", memory_bytes=10**9).limits_by == "files"
    closed = (
        "import os, time\nos.mkdir('d')\nfor n in range(9): open(f'd/{n}', 'wb').write(b'x' * 9_000_000)\n"
        "os.chmod('d', 0)\ntime.sleep(15)"
    )
    assert house.fails(closed, by="wrote more to files").limits_by == "files"


def test_a_zip_bomb_stops_at_the_disk_limit_and_is_never_unpacked_by_the_platform(house: Sandboxed) -> None:
    pack = (
        "import zipfile, repeatpass\nwith zipfile.ZipFile({}, 'w', zipfile.ZIP_DEFLATED) as f:\n"
        "    for n in range(3): f.writestr(str(n), bytes(40_000_000))\n"
    )
    house.fails(pack.format("'bomb.zip'") + "zipfile.ZipFile('bomb.zip').extractall('out')\nimport time; time.sleep(15)",
                by="wrote more to files than its limit")  # fmt: skip
    run = house.run(pack.format("repeatpass.output('bomb.zip')"))
    [output] = house.house.runs.provenance(run.id).outputs
    assert (run.state, output.size < 200_000) == (State.SUCCEEDED, True)


def test_a_sparse_file_of_a_terabyte_cannot_be_an_output(house: Sandboxed) -> None:
    run = house.fails("import os, repeatpass\nos.truncate(os.open(repeatpass.output('x.bin'), os.O_CREAT | os.O_WRONLY), 10**12)",
                      by="wrote more to files than its limit")  # fmt: skip
    assert run.limits_by == "files"


def test_a_daemon_does_not_outlive_its_run(house: Sandboxed) -> None:
    daemon = """
import os, subprocess
subprocess.Popen(['sh', '-c', 'setsid sh -c "exec -a repeatpass-daemon sleep 987" & exit'], shell=False)
subprocess.Popen(['bash', '-c', '(setsid -f sleep 98765)']).wait()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp('sleep', ['sleep', '98765'])
    os._exit(0)
"""
    assert house.run(daemon).state is State.SUCCEEDED
    alive = [
        each.info["cmdline"] for each in psutil.process_iter(["cmdline"]) if "98765" in (each.info["cmdline"] or [])
    ]
    assert alive == []


def test_a_flood_on_the_lines_to_the_executor_harms_nobody(house: Sandboxed) -> None:
    executor = psutil.Process(house.executor()["pid"])
    before = executor.memory_info().rss
    flood = """
import os, stat, time
for fd in range(3, 200):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode) and 'socket' in os.readlink(f'/proc/self/fd/{fd}'):
            os.set_blocking(fd, False)
            for _ in range(300): os.write(fd, b'{' * 1_000_000)
    except OSError: pass
time.sleep(1)
"""
    house.run(flood, time_s=15)
    assert executor.memory_info().rss - before < 200e6
    assert "fine" in house.shown("print('fine')")


def test_output_is_limited_even_where_the_kernel_was_told_not_to(house: Sandboxed) -> None:
    code = (
        "from repeatpass.kit import kernel\nkernel.ALLOWANCE.left = None\nwhile True: print('x' * 100_000, flush=True)"
    )
    run = house.fails(code, by="showed more output than its limit", output_bytes=3_000_000)
    assert run.limits_by == "output"


def test_the_kernel_line_cannot_be_used_to_lie_about_the_end(house: Sandboxed) -> None:
    code = """
import os, json
for fd in range(3, 200):
    try: os.write(fd, json.dumps({'exit': 0, 'given': True, 'pid': 1, 'keeper': 1, 'limit': 'x'}).encode() + b'\\n')
    except OSError: pass
raise ValueError('it failed all the same')
"""
    run = house.run(code, time_s=8)
    assert run.state in (State.FAILED, State.CRASHED), run
    until(lambda: not house.house.folders.of(run.id).exists())


def test_other_runs_go_on_and_nothing_is_left_behind(house: Sandboxed) -> None:
    assert house.run("1 + 1").state is State.SUCCEEDED

    def rooms() -> list[Path]:
        return [path for path in (house.home / "rooms").glob("*/*/*") if path.name != "inputs"]

    until(lambda: len(rooms()) <= 8, 60)  # kernels that wait, not those that ran
