"""What is wrong with a request before anything runs, and with a run after it ended."""

from collections.abc import Sequence

from repeatpass.api.wps.asked import Execute
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.offered import EVERYTHING, is_open, outputs_of
from repeatpass.notebooks.processes import Process
from repeatpass.runs.records import Run, State


def no_process(unknown: Sequence[str]) -> WpsError:
    """Say that there are no such processes."""
    return WpsError("NoSuchProcess", f"There is no process {', '.join(unknown)}.", ",".join(unknown))


def trouble_of(run: Run) -> WpsError:
    """Say why a run that ended without success has no results."""
    if run.state is State.CANCELLED:
        return WpsError("NoApplicableCode", run.message or "The run was dismissed.", run.id, status=400)
    text = f"The run {run.state}: {run.message}"
    return WpsError("NoApplicableCode", text, run.id, status=500 if run.state is State.CRASHED else 400)


def check_outputs(process: Process, asked: Execute) -> None:
    """Raise WpsError for outputs that *process* cannot give, or not in this way."""
    known = [each.name for each in outputs_of(process)]
    names = [each.name for each in asked.outputs]
    for name in names:
        if name not in known and not is_open(process):
            raise WpsError("NoSuchOutput", f"{process.id} has no output “{name}”; it gives: {', '.join(known)}.", name)
        if names.count(name) > 1:
            raise WpsError("TooManyOutputs", f"The output {name} is asked for {names.count(name)} times.", name)
    if asked.raw and len(names) > 1:
        raise WpsError("TooManyOutputs", "A raw answer is one output; ask for one.", names[1])
    if asked.raw and not names and len(known) > 2:
        listed = ", ".join(each for each in known if each != EVERYTHING)
        raise WpsError("MissingParameterValue", f"Say which output is to be raw: {listed}.", "output")
