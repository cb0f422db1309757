"""Repeats a crate on any computer, without the platform."""

from repeatpass.verification.laptop.execution import Executed, execute
from repeatpass.verification.laptop.repeating import CrateRepeat, repeat_crate

__all__ = ["CrateRepeat", "Executed", "execute", "repeat_crate"]
