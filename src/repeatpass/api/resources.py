"""Processors and memory in Kubernetes' words (``500m``, ``2Gi``), and the flavour and limits that they mean here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.runs.capacity import amount
from repeatpass.runs.execution import MEBIBYTE, Limits
from repeatpass.runs.flavours import Flavour, Flavours, in_gb

CORES = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(m?)")
LEAST_BYTES = 64 * MEBIBYTE


@dataclass(frozen=True, kw_only=True, slots=True)
class Resources:
    """What was asked for; 0 where nothing was."""

    cpus: float = 0.0  # at most
    memory_bytes: int = 0  # at most
    least_cpus: float = 0.0
    least_memory_bytes: int = 0

    def chosen(self, flavours: Flavours) -> tuple[str, Limits | None]:
        """Return the smallest flavour that has what was asked for, and the limits inside of it.

        ``("", None)`` where nothing was asked for: the notebook's own wish decides then. Raise Invalid where no
        flavour has that much.
        """
        if self == Resources():
            return "", None
        flavour = self._fitting(flavours)
        own = flavour.limits()
        limits = replace(own, cpus=self.cpus or own.cpus, memory_bytes=self.memory_bytes or own.memory_bytes)
        return flavour.name, limits

    def _fitting(self, flavours: Flavours) -> Flavour:
        cpus, memory = max(self.cpus, self.least_cpus), max(self.memory_bytes, self.least_memory_bytes)
        for flavour in sorted(flavours.all, key=lambda each: (each.memory_bytes, each.cpus)):
            if flavour.cpus >= cpus and flavour.memory_bytes >= memory:
                return flavour
        most = max(flavours.all, key=lambda each: (each.memory_bytes, each.cpus))
        raise Invalid(
            f"No flavour has {cpus:g} processors and {in_gb(memory)} of memory; the largest, {most.name}, has "
            f"{most.cpus:g} and {in_gb(most.memory_bytes)}."
        )


def resources_of(inputs: Mapping[str, Any]) -> Resources:
    """Read cpu_limit, mem_limit, cpu_requests and mem_requests; raise Invalid naming the one that is wrong."""
    asked = Resources(
        cpus=_cores("cpu_limit", inputs),
        memory_bytes=_memory("mem_limit", inputs),
        least_cpus=_cores("cpu_requests", inputs),
        least_memory_bytes=_memory("mem_requests", inputs),
    )
    if asked.cpus and asked.least_cpus > asked.cpus:
        raise Invalid(f"cpu_requests ({asked.least_cpus:g}) is more than cpu_limit ({asked.cpus:g}).")
    if asked.memory_bytes and asked.least_memory_bytes > asked.memory_bytes:
        raise Invalid(f"mem_requests ({inputs['mem_requests']}) is more than mem_limit ({inputs['mem_limit']}).")
    return asked


def _cores(name: str, inputs: Mapping[str, Any]) -> float:
    value = inputs.get(name)
    if value in (None, ""):
        return 0.0
    found = CORES.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    cores = float(found[1]) / (1000 if found[2] else 1) if found else 0.0
    if not 0.001 <= cores <= 1024:
        raise Invalid(f"{name} must be processors, such as 2, 0.5 or 500m (thousandths); it is “{value}”.")
    return cores


def _memory(name: str, inputs: Mapping[str, Any]) -> int:
    value = inputs.get(name)
    if value in (None, ""):
        return 0
    found = amount(str(value), what=name)
    if found <= 0:
        raise Invalid(f"{name} must be an amount of bytes, such as 2Gi or 500M; it is “{value}”.")
    return max(found, LEAST_BYTES)
