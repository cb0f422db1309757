"""Copies what a run left into its workspace, once it has succeeded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from repeatpass.core.errors import RepeatpassError
from repeatpass.runs.copies import Copies, CopyState, copies_of, end_copies
from repeatpass.runs.records import Run, State
from repeatpass.runs.room import Runs
from repeatpass.storage.files import FileArea
from repeatpass.workspaces.placing import holds, place


class Copying:
    """Puts copies into the workspaces below *root*."""

    def __init__(self, runs: Runs, files: FileArea, root: Path) -> None:
        self.runs = runs
        self.files = files
        self.root = root

    def run_finished(self, id: str) -> None:
        """Make the copies that were asked for with run *id*, if any; being told twice makes none twice."""
        wanted = copies_of(self.runs.database, id)
        if wanted is None or wanted.state is not CopyState.WAITING:
            return
        run = self.runs.run(id)
        if run.state is State.SUCCEEDED:
            end_copies(self.runs.database, self._copied(run, wanted))
        elif run.state.final:
            message = f"Nothing was copied, because the run {run.state}."
            end_copies(self.runs.database, replace(wanted, state=CopyState.NOT_COPIED, message=message))

    def _copied(self, run: Run, wanted: Copies) -> Copies:
        root, done, troubles = self.root / wanted.workspace, list[str](), list[str]()
        for name, checksum in self._pairs(run, wanted):
            try:
                if not holds(root, name, checksum):
                    with self.files.open(checksum) as content:
                        place(root, name, content)
                done.append(name)
            except RepeatpassError as error:
                troubles.append(error.message)
        if troubles:
            return replace(wanted, state=CopyState.NOT_COPIED, message=" ".join(troubles[:5]), files=done)
        files = "file is" if len(done) == 1 else "files are"
        return replace(wanted, state=CopyState.COPIED, message=f"{len(done)} {files} in your workspace.", files=done)

    def _pairs(self, run: Run, wanted: Copies) -> Iterator[tuple[str, str]]:
        """Yield where each copy goes and the checksum of what is copied."""
        if wanted.notebook and run.executed:
            yield wanted.notebook, run.executed
        if wanted.folder:
            for output in self.runs.provenance(run.id).outputs:
                yield f"{wanted.folder}/{output.path}", output.checksum
