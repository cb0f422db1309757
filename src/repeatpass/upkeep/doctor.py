"""Doctor: look the house over and say, in sentences, what is wrong and what to do about it."""

import random
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from importlib.metadata import entry_points

from repeatpass.assembly import House
from repeatpass.core.errors import RepeatpassError
from repeatpass.core.times import now
from repeatpass.runs import sandbox
from repeatpass.runs.records import State
from repeatpass.runs.room import Wanted
from repeatpass.storage.upgrading import newest, present
from repeatpass.upkeep.gc import needed_files

SAMPLE = 200  # kept files that are hashed again
SAMPLE_BYTES = 500_000_000
TIGHT_BYTES = 1_000_000_000
STUCK = timedelta(hours=6)
PROVISIONER = "repeatpass-fork"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, and a sentence."""

    what: str
    ok: bool
    words: str


def examine(house: House) -> list[Finding]:
    """Look at everything that can be wrong; a look that fails is itself a finding."""
    return [_look(what, look, house) for what, look in LOOKS.items()]


def _look(what: str, look: Callable[[House], str], house: House) -> Finding:
    try:
        return Finding(what=what, ok=True, words=look(house))
    except Unwell as found:
        return Finding(what=what, ok=False, words=str(found))
    except Exception as error:
        return Finding(what=what, ok=False, words=f"This could not be looked at: {type(error).__name__}: {error}")


class Unwell(Exception):
    """What a look found wrong."""


def _database(house: House) -> str:
    if (said := house.database.check()) != "ok":
        raise Unwell(f"The integrity check complains: {said}. Restore the newest backup.")
    return "The integrity check has nothing to complain about."


def _schema(house: House) -> str:
    if (here := present(house.database)) != newest():
        raise Unwell(f"The schema is {here}, this program writes {newest()}. repeatpass up upgrades it.")
    return f"Schema {newest()}, the newest."


def _needed(house: House) -> str:
    needed = needed_files(house)
    missing = sorted(checksum for checksum in needed if not house.files.has(checksum))
    if missing:
        names = ", ".join(checksum[:19] + "…" for checksum in missing[:3])
        raise Unwell(
            f"{len(missing)} of {len(needed)} files that passports need are missing ({names}). What rests on them "
            "cannot be repeated; restore them from a backup."
        )
    return f"All {len(needed)} files that something needs are there."


def _sample(house: House) -> str:
    kept = list(house.files.all())
    looked, size, altered = 0, 0, []
    for file in random.sample(kept, len(kept)):
        if looked >= SAMPLE or size + file.size > SAMPLE_BYTES:
            break
        looked, size = looked + 1, size + file.size
        try:
            house.files.verify(file.checksum)
        except RepeatpassError as error:
            altered.append(error.message)
    if altered:
        raise Unwell(" ".join(altered[:3]) + " Restore from a backup; the disk may be failing.")
    return f"{looked} of {len(kept)} kept files were read again ({size / 1e6:.0f} MB); none was altered."


def _environments(house: House) -> str:
    known = house.environments.all()
    if not known:
        raise Unwell("No environment is installed, so nothing can be executed; repeatpass up installs one.")
    problems = list(_altered(house, known))
    if problems:
        raise Unwell(" ".join(problems))
    return f"{len(known)} installed, none altered."


def _altered(house: House, known: list[str]) -> Iterator[str]:
    for digest in known:
        try:
            if altered := house.environments.altered(digest):
                yield f"The environment {digest[:19]}… was altered: {altered}. Remove its folder; repeatpass up makes it again."
        except RepeatpassError as error:
            yield f"{error.message} repeatpass up makes it again from its lock."


def _space(house: House) -> str:
    free = shutil.disk_usage(house.settings.home).free
    if free < TIGHT_BYTES:
        raise Unwell(f"Only {free / 1e6:.0f} MB are free. repeatpass gc --dry-run says what can go.")
    return f"{free / 1e9:.0f} GB are free."


def _events(house: House) -> str:
    aside = house.events.set_aside()
    if aside:
        first = aside[0]
        said = f"{first.listener} on {first.event.name} {first.event.subject}: {first.reason}"
        raise Unwell(f"{len(aside)} set aside; the first: {said}. repeatpass events retry tells them again.")
    return f"None was set aside; {house.events.waiting()} are waiting to be delivered."


def _runs(house: House) -> str:
    found, number = house.runs.page(Wanted(states=(State.QUEUED, State.RUNNING), until=now() - STUCK, limit=3))
    if number:
        names = ", ".join(run.id for run in found)
        raise Unwell(f"{number} runs have not ended for six hours ({names}). repeatpass runs cancel ends one.")
    return "None is stuck."


def _secrets(house: House) -> str:
    paths = [house.settings.home / name for name in ("session.key", "owner.token", "secrets.key")]
    for path in paths:
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Unwell(f"{path} can be read by others. Run chmod 600 {path}, and revoke the token.")
        if path.exists() and path.stat().st_size == 0:
            raise Unwell(f"{path} is empty. Remove it; it is made again.")
    if shut := house.secrets.shut():
        names = ", ".join(f"{secret.name} of {secret.owner}" for secret in shut[:3])
        raise Unwell(
            f"{len(shut)} secrets cannot be opened with this key ({names}). Bring back the secrets.key that they were "
            "sealed with, or set them again."
        )
    return "The keys and the token are readable by their owner alone; every secret can be opened."


def _front_end(_house: House) -> str:
    built = resources.files("repeatpass.web").joinpath("static/dist")
    if not built.is_dir() or not any(entry.name.endswith(".js") for entry in built.iterdir()):
        raise Unwell(
            "Maps and charts are not built, so pages come without scripts. Install again with the index within reach."
        )
    return "Maps and charts are built."


def _kernels(house: House) -> str:
    names = {entry.name for entry in entry_points(group="jupyter_client.kernel_provisioners")}
    if PROVISIONER not in names:
        raise Unwell("The kernel provisioner is not registered; install the package again.")
    kit = house.environments.kit_folder(house.environments.kit())
    for digest in house.environments.all()[:1]:
        workspace = house.owner.id if house.folders.isolation.sandbox else ""
        house.runner.warm(house.environments.prefix(digest), kit, workspace=workspace, wait=True)
    return "A kernel can be made ready."


def _sandbox(house: House) -> str:
    found = sandbox.works()
    if house.folders.isolation.sandbox:
        if not found.works:
            raise Unwell(f"Runs are to have a sandbox each and cannot. {found.words}")
        return found.words
    words = found.words if found.works else f"None can be made, and none is asked for. {found.words}"
    return f"{words} Runs have none: one person works here."


LOOKS: dict[str, Callable[[House], str]] = {
    "database": _database,
    "schema": _schema,
    "kept files": _sample,
    "needed files": _needed,
    "environments": _environments,
    "disk": _space,
    "events": _events,
    "runs": _runs,
    "secrets": _secrets,
    "front end": _front_end,
    "kernels": _kernels,
    "sandbox": _sandbox,
}
