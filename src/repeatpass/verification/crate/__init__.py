"""A run in one file that a stranger repeats: a Workflow Run Crate with everything the run stood on.

Reading, checking and repeating one needs no platform, no database and no web framework.
"""

from repeatpass.verification.crate.checking import broken_pins
from repeatpass.verification.crate.reading import read_crate
from repeatpass.verification.crate.records import (
    CrateContent,
    CrateInput,
    CrateOutput,
    CrateUnreadable,
    CrateUnsafe,
)
from repeatpass.verification.crate.writing import write_crate

__all__ = [
    "CrateContent",
    "CrateInput",
    "CrateOutput",
    "CrateUnreadable",
    "CrateUnsafe",
    "broken_pins",
    "read_crate",
    "write_crate",
]
