"""What a crate holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.kit.context import Context
from repeatpass.kit.records import Tolerance
from repeatpass.notebooks.environments import Environment
from repeatpass.verification.comparison import StoredOutput
from repeatpass.verification.footing import Footing, PinnedInput

PASSPORT, CONTEXT, METADATA = "passport.json", "context.json", "ro-crate-metadata.json"
NOTEBOOK, EXECUTED, LOCK, KIT = "notebook.ipynb", "executed.ipynb", "environment/requirements.txt", "kit"
INPUTS, OUTPUTS = "inputs", "outputs"
EDITION = 1  # of passport.json; raised when an older program could misread it


class CrateUnreadable(Invalid):
    """The file is no crate of Repeatpass, or a damaged one."""

    kind = "crate-unreadable"


class CrateUnsafe(Invalid):
    """The file would write outside its folder, or fill the disk."""

    kind = "crate-unsafe"


@dataclass(frozen=True, kw_only=True, slots=True)
class CrateInput:
    """One file that the run read."""

    pin: PinnedInput
    path: Path | None = None  # where its bytes are now; None: left out of the crate
    href: str = ""  # http(s) address where it can be fetched, if there is one


@dataclass(frozen=True, kw_only=True, slots=True)
class CrateOutput:
    """One file that the run left."""

    path: str  # relative to the outputs folder; what the output is called in a comparison
    source: Path  # where its bytes are now
    name: str = ""  # the name it was published by
    kind: str = "file"
    media_type: str = ""
    title: str = ""
    unit: str = ""
    checksum: str = ""  # sha256:<hex>; filled in when the crate is written

    def stored(self) -> StoredOutput:
        """Return the output as it is compared."""
        return StoredOutput(
            name=self.path, path=self.source, kind=self.kind, media_type=self.media_type, unit=self.unit
        )


@dataclass(frozen=True, kw_only=True)
class CrateContent:
    """A run with everything that a stranger needs to repeat it."""

    run: str  # id
    title: str
    notebook: Path  # as it was run, without injected parameters
    footing: Footing
    environment: Environment
    context: Context  # what the notebook could open, with checksums
    inputs: tuple[CrateInput, ...] = ()
    outputs: tuple[CrateOutput, ...] = ()
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict)  # by path (or published name) of an output
    executed: Path | None = None
    kit: Path | None = None  # folder for PYTHONPATH that holds what `import repeatpass` gave
    started: str = ""  # ISO 8601 UTC
    finished: str = ""
    agent: str = ""  # who ran it
    description: str = ""
    authors: tuple[str, ...] = ()
    licence: str = ""  # SPDX identifier or address
    citation: str = ""
    address: str = ""  # web address of the run's page
    subject: str = ""  # what it was made for, e.g. nino34/nino34/2009-12
    more: Mapping[str, Any] = field(default_factory=dict)  # further facts of the passport, as plain JSON
    files: Mapping[str, str] = field(default_factory=dict)  # path in the crate → sha256; filled in on reading
    folder: Path | None = None  # where a crate that was read lies unpacked

    def tolerance_by_path(self) -> dict[str, Tolerance]:
        """Return the tolerances under the paths that outputs are compared by."""
        named = {output.name: output.path for output in self.outputs if output.name}
        return {named.get(name, name): tolerance for name, tolerance in self.tolerances.items()}
