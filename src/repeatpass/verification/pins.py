"""Pins: everything that a repeat needs must be there, and be what it was."""

from repeatpass.core.errors import Conflict, NotFound
from repeatpass.notebooks.installed import Environments
from repeatpass.runs.elsewhere import is_elsewhere
from repeatpass.runs.records import Provenance, Run
from repeatpass.storage.files import FileArea
from repeatpass.verification.changes import BrokenPin, Cause


def broken_pins(run: Run, provenance: Provenance, environments: Environments, files: FileArea) -> list[BrokenPin]:
    """Return each pin of *run* that is missing or was altered; empty if all hold.

    The source, the context, every input that is kept here and every output of the run are read again in full; the environment's
    files are compared with what was written down when it was made.
    """
    wanted: list[tuple[Cause | None, str, str]] = [
        (Cause.CODE, "the notebook's source", run.legs.source),
        (Cause.INPUTS, "the list of collections", run.legs.context),
    ]
    here = [read for read in provenance.inputs if not is_elsewhere(read.collection)]  # others are read there again
    wanted += [(Cause.INPUTS, f"the input {i.collection}/{i.item or i.asset}", i.checksum) for i in here]
    wanted += [(None, f"the original output {o.path}", o.checksum) for o in provenance.outputs]
    broken = [
        BrokenPin(cause=cause, clause=clause)
        for cause, what, checksum in wanted
        if (clause := _broken_file(files, what, checksum))
    ]
    return broken + _broken_environment(run, environments)


def _broken_file(files: FileArea, what: str, checksum: str) -> str:
    try:
        files.verify(checksum)
    except NotFound:
        return f"{what} ({checksum[:19]}…) is missing from the file area"
    except Conflict:
        return f"{what} ({checksum[:19]}…) was altered on disk"
    return ""


def _broken_environment(run: Run, environments: Environments) -> list[BrokenPin]:
    clauses = []
    try:
        if altered := environments.altered(run.legs.environment):
            clauses.append(f"the environment {run.legs.environment_name} was altered: {altered}")
    except NotFound:
        clauses.append(f"the environment {run.legs.environment_name} ({run.legs.environment[:19]}…) is missing")
    try:
        environments.kit_folder(run.legs.kit)
    except NotFound:
        clauses.append(f"the kit {run.legs.kit} is missing")
    return [BrokenPin(cause=Cause.ENVIRONMENT, clause=clause) for clause in clauses]
