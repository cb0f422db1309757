"""What a result stands on, in one record that the platform and a laptop can both fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from repeatpass.runs.records import Provenance, Run


@dataclass(frozen=True, kw_only=True, slots=True)
class PinnedInput:
    """One file that a run read."""

    collection: str
    asset: str
    checksum: str  # sha256:<hex>
    version: str = ""
    item: str = ""  # empty: a file of the collection as a whole
    size: int = 0  # bytes
    media_type: str = ""

    @property
    def name(self) -> str:
        """How the file is called among all others, whatever its content."""
        return "/".join(part for part in (self.collection, self.item, self.asset) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Footing:
    """All legs of one run. A text that is empty is not known, and is not compared."""

    revision: str = ""  # SHA-256 of the notebook's canonical source
    parameters: Mapping[str, Any] = field(default_factory=dict)
    environment: str = ""  # digest of the lock and the Python
    environment_name: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)  # name → version, to say what changed
    python: str = ""
    kit: str = ""  # digest of what `import repeatpass` gave the notebook
    hash_seed: str = ""  # PYTHONHASHSEED
    machine: str = ""  # system and processor, which cannot be pinned
    inputs: tuple[PinnedInput, ...] = ()
    inputs_known: bool = True  # whether nothing was read past repeatpass.open, as far as can be seen

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "inputs"}
        inputs = [{name: getattr(each, name) for name in each.__slots__} for each in self.inputs]
        return {
            **plain,
            "parameters": dict(self.parameters),
            "packages": dict(self.packages),
            "inputs": inputs,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave; what is not known here is passed over."""
        known = {name: data[name] for name in cls.__slots__ if name in data and name != "inputs"}
        names = PinnedInput.__slots__
        inputs = tuple(
            PinnedInput(**{name: each[name] for name in names if name in each}) for each in data.get("inputs", ())
        )
        return cls(**known, inputs=inputs)


def footing_of(run: Run, provenance: Provenance, packages: Mapping[str, str] | None = None) -> Footing:
    """Return the footing of a run of the platform; *packages* are those of its environment's lock."""
    return Footing(
        revision=run.legs.revision,
        parameters=run.parameters,
        environment=run.legs.environment,
        environment_name=run.legs.environment_name,
        packages=packages or {},
        kit=run.legs.kit,
        hash_seed="0",
        machine=run.legs.machine,
        inputs_known=provenance.fully_known,
        inputs=tuple(
            PinnedInput(
                collection=each.collection,
                version=each.version,
                item=each.item,
                asset=each.asset,
                checksum=each.checksum,
                size=each.size,
                media_type=each.media_type,
            )
            for each in provenance.inputs
        ),
    )
