"""Export: a run of the house as a crate that a stranger can repeat from one file."""

from dataclasses import replace
from pathlib import Path

from repeatpass.core.errors import Invalid, NotFound
from repeatpass.core.times import iso
from repeatpass.indicators.room import Indicators
from repeatpass.kit.context import Context
from repeatpass.notebooks.installed import Environments
from repeatpass.notebooks.records import About
from repeatpass.notebooks.source import about, read_notebook
from repeatpass.runs.context import Contexts
from repeatpass.runs.elsewhere import is_elsewhere
from repeatpass.runs.masking import masked_parameters
from repeatpass.runs.records import Provenance, Run, RunInput, RunOutput, State
from repeatpass.runs.retention import require_kept
from repeatpass.runs.room import Runs
from repeatpass.storage.files import FileArea
from repeatpass.verification.crate import CrateContent, CrateInput, CrateOutput, write_crate
from repeatpass.verification.footing import PinnedInput, footing_of
from repeatpass.verification.tolerances import tolerances_of


class Exporting:
    """Writes crates from what the rooms keep."""

    def __init__(
        self, runs: Runs, contexts: Contexts, environments: Environments, indicators: Indicators, files: FileArea
    ) -> None:
        self.runs = runs
        self.contexts = contexts
        self.environments = environments
        self.indicators = indicators
        self.files = files

    def write(self, run_id: str, target: Path, subject: str = "") -> Path:
        """Write the crate of a run to *target*; the same run gives the same bytes.

        Raise Invalid for a run that did not succeed, NotFound if a file of it is not on this machine, Gone if what
        it left was deleted. Parameters whose names say that they are secret are masked: the executed notebook is, too.
        """
        run = self.runs.run(run_id)
        if run.state is not State.SUCCEEDED:
            raise Invalid(f"Run {run_id} {run.state}; only a run that succeeded makes a crate.")
        require_kept(run)
        return write_crate(target, self._content(run, subject))

    def _content(self, run: Run, subject: str) -> CrateContent:
        provenance = self.runs.provenance(run.id)
        said = self._about(run)
        shown = replace(run, parameters=masked_parameters(run.parameters))
        footing = footing_of(shown, provenance, self.environments.packages(run.legs.environment))
        pins = zip(provenance.inputs, footing.inputs, strict=True)
        return CrateContent(
            run=run.id,
            title=said.title,
            notebook=self.files.path(run.legs.source),
            footing=footing,
            environment=self.environments.made_from(run.legs.environment),
            context=self._context(run, provenance),
            inputs=tuple(self._input(read, pin) for read, pin in pins),
            outputs=tuple(self._output(output) for output in provenance.outputs),
            tolerances=tolerances_of(run, self.indicators),
            executed=self.files.path(run.executed) if run.executed else None,
            kit=self.environments.kit_folder(run.legs.kit),
            started=iso(run.started) if run.started else "",
            finished=iso(run.finished) if run.finished else "",
            agent=run.actor,
            description=said.description,
            authors=tuple(said.authors),
            licence=said.licence,
            citation=said.citation,
            subject=subject or run.subject,
        )

    def _context(self, run: Run, provenance: Provenance) -> Context:
        """What the notebook could open; of what not everybody may see, nothing that it has not read."""
        context = self.contexts.read(run.legs.context)
        if not run.closed:
            return context
        read = {each.collection for each in provenance.inputs}
        return replace(context, collections={id: each for id, each in context.collections.items() if id in read})

    def _about(self, run: Run) -> About:
        return about(read_notebook(self.files.read(run.legs.source)), run.legs.notebook)

    def _input(self, read: RunInput, pin: PinnedInput) -> CrateInput:
        href = read.href if is_elsewhere(read.collection) else ""
        return CrateInput(pin=pin, path=None if href else self._place(read), href=href)

    def _place(self, read: RunInput) -> Path | None:
        try:
            return self.files.path(read.checksum)
        except NotFound:
            return None

    def _output(self, output: RunOutput) -> CrateOutput:
        return CrateOutput(
            path=output.path,
            source=self.files.path(output.checksum),
            name=output.name,
            kind=output.kind,
            media_type=output.media_type,
            title=output.title,
            unit=output.unit,
            checksum=output.checksum,
        )
