"""Secrets, quotas and what is used of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

NO_LIMIT = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A secret as its owner sees it: never its value."""

    owner: str
    name: str  # of the environment variable
    updated: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """How much the runs of one person may use; 0 is no limit."""

    kept_bytes: int = NO_LIMIT  # results, logs and executed notebooks that are kept
    running: int = NO_LIMIT  # runs at the same time; more wait
    queued: int = NO_LIMIT  # runs that wait
    cpu_s: float = NO_LIMIT  # CPU seconds of the runs that ended within the last 24 hours


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """What is used of a quota now, in the same units."""

    kept_bytes: int = 0
    running: int = 0
    queued: int = 0
    cpu_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnQuota:
    """What the operator has set for one person; what is None follows the defaults."""

    owner: str
    kept_bytes: int | None = None
    running: int | None = None
    queued: int | None = None
    cpu_s: float | None = None

    def over(self, defaults: Quota) -> Quota:
        """Return the quota that holds for this person."""
        stated: Mapping[str, float | None] = {name: getattr(self, name) for name in Quota.__slots__}
        known = {name: getattr(defaults, name) if value is None else value for name, value in stated.items()}
        return Quota(**known)  # type: ignore[arg-type]
