"""Locked environments: one folder per lock, made once, never changed, and checked before a repeat trusts it.

Needs the standard library and `uv` (or pip) alone, so that a stranger's laptop can make one too.
"""

from repeatpass.notebooks.environments.checking import here, verify
from repeatpass.notebooks.environments.making import ensure, find, installed, python_of
from repeatpass.notebooks.environments.records import (
    Alteration,
    Environment,
    EnvironmentFull,
    EnvironmentUnavailable,
    shipped,
)

__all__ = [
    "Alteration",
    "Environment",
    "EnvironmentFull",
    "EnvironmentUnavailable",
    "ensure",
    "find",
    "here",
    "installed",
    "python_of",
    "shipped",
    "verify",
]
