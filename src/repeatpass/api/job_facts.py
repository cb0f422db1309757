"""What a job document says beyond the standard: resources, retention, callbacks, workspace copies, git commit."""

from typing import Any

from repeatpass.api.asked_notebook import git_commit
from repeatpass.api.callbacks import callback_facts
from repeatpass.assembly import House
from repeatpass.core.times import iso
from repeatpass.runs.copies import copies_of
from repeatpass.runs.progress import progress_in
from repeatpass.runs.records import Run, State
from repeatpass.runs.retention import deleted_words


def job_facts(house: House, run: Run) -> dict[str, Any]:
    """Return the members that are added to the statusInfo of *run*."""
    facts = _resources(run) | _retention(run)
    if run.state is State.RUNNING:
        facts |= _progress(house, run)
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


def _progress(house: House, run: Run) -> dict[str, Any]:
    """Return the standard's percentage, and which cell of how many it stands for."""
    now = progress_in(house.folders.of(run.id))
    if not now.of:
        return {"progress": 0}
    message = f"Cell {now.cell} of {now.of}."
    return {"progress": 100 * max(now.cell - 1, 0) // now.of, "cell": now.cell, "cells": now.of, "message": message}


def _resources(run: Run) -> dict[str, Any]:
    """Which flavour it has, what that limits it to, and how the limits are held."""
    limits = {
        name: run.limits[name] for name in ("cpus", "memory_bytes", "time_s", "files_bytes") if name in run.limits
    }
    return {"flavour": run.flavour, "limits": limits, "isolation": run.isolation}


def _retention(run: Run) -> dict[str, Any]:
    """Until when what it left is kept (None: for ever), or that it was deleted."""
    if run.deleted:
        return {"resultsDeleted": iso(run.deleted), "resultsDeletedBy": run.deleted_by, "note": deleted_words(run)}
    return {"resultsKeptUntil": iso(run.kept_until) if run.kept_until else None}
