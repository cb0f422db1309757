"""Pins: everything that a repeat needs must be there, and be what it was."""

from repeatpass.core.errors import Conflict, NotFound
from repeatpass.notebooks.installed import Environments
from repeatpass.runs.records import Provenance, Run
from repeatpass.storage.files import FileArea


def broken_pins(run: Run, provenance: Provenance, environments: Environments, files: FileArea) -> list[str]:
    """Return a sentence for each pin of *run* that is missing or was altered; empty if all hold.

    The source, the context, every input and every output of the run are read again in full; the environment's
    files are compared with what was written down when it was made.
    """
    wanted = {"The notebook's source": run.legs.source, "The list of collections": run.legs.context}
    wanted |= {f"The input {read.collection}/{read.item or read.asset}": read.checksum for read in provenance.inputs}
    wanted |= {f"The original output {output.path}": output.checksum for output in provenance.outputs}
    broken = [words for what, checksum in wanted.items() if (words := _broken_file(files, what, checksum))]
    return broken + _broken_environment(run, environments)


def _broken_file(files: FileArea, what: str, checksum: str) -> str:
    try:
        files.verify(checksum)
    except NotFound:
        return f"{what} ({checksum[:19]}…) is missing from the file area."
    except Conflict:
        return f"{what} ({checksum[:19]}…) was altered on disk."
    return ""


def _broken_environment(run: Run, environments: Environments) -> list[str]:
    broken = []
    try:
        if altered := environments.altered(run.legs.environment):
            broken.append(f"The environment {run.legs.environment_name} was altered: {altered}.")
    except NotFound as error:
        broken.append(error.message)
    try:
        environments.kit_folder(run.legs.kit)
    except NotFound as error:
        broken.append(error.message)
    return broken
