"""What a job document says beyond the standard: its callbacks, the copies in the workspace, the git commit."""

from typing import Any

from repeatpass.api.asked_notebook import git_commit
from repeatpass.api.callbacks import callback_facts
from repeatpass.assembly import House
from repeatpass.runs.copies import copies_of
from repeatpass.runs.records import Run


def job_facts(house: House, run: Run) -> dict[str, Any]:
    """Return the members that are added to the statusInfo of *run*; none where nothing of it was asked for."""
    facts: dict[str, Any] = {}
    if callbacks := callback_facts(house, run.id):
        facts["callbacks"] = callbacks
    if copies := copies_of(house.database, run.id):
        facts["workspaceCopies"] = {
            "state": str(copies.state),
            "message": copies.message,
            "files": list(copies.files),
            "notebook": copies.notebook,
            "folder": copies.folder,
        }
    if commit := git_commit(house, run.id):
        facts["gitCommit"] = commit
    return facts
