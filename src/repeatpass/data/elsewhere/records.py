"""What is known here of files elsewhere, kept as JSON, so that nobody waits for another computer to be told of a layer."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

from repeatpass.catalog.records import CollectionAsset
from repeatpass.core.times import parse_time, words
from repeatpass.data import surveys
from repeatpass.data.surveys import GridFacts
from repeatpass.kit.connectors.places import clean

PREFIX = "far:"  # of what stands in place of a checksum


@dataclass(frozen=True, kw_only=True, slots=True)
class FarFile:
    """A raster or a cube at an address, as an entry states it."""

    collection: str
    item: str  # empty: of the collection itself
    key: str
    address: str  # http://, https:// or s3://
    media_type: str  # one of those that are drawn, without parameters
    endpoint: str = ""  # of a store that speaks S3; empty: the house's own, else Amazon's
    region: str = ""

    @property
    def id(self) -> str:
        """The same for the same file, whatever is in it."""
        said = "\n".join((self.address, self.endpoint, self.region))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What was found when a file was looked at."""

    file: FarFile
    etag: str = ""  # of a Zarr store: the digest of its metadata; empty: it was not looked at itself
    size: int = 0  # bytes; of a Zarr store those of its metadata
    facts: tuple[GridFacts, ...] = ()
    note: str = ""  # why it lies on no map
    trouble: str = ""  # why it could not be read the last time; empty: it could
    since: str = ""  # ISO 8601 UTC, of the trouble

    @property
    def checksum(self) -> str:
        """What stands in place of a checksum: another one, as soon as the file is known to be another."""
        where = (self.file.collection, self.file.item, self.file.key, self.file.id)
        said = "\n".join((*where, self.etag, str(self.size)))
        return PREFIX + hashlib.sha256(said.encode()).hexdigest()

    @property
    def sentence(self) -> str:
        """What people read of the trouble; empty where there is none."""
        if not self.trouble:
            return ""
        since = parse_time(self.since)
        when = f"{words(since)}, {since:%H:%M} UTC"
        return f"{clean(self.file.address)} cannot be reached since {when}: {self.trouble}"

    @property
    def asset(self) -> CollectionAsset:
        """The file as gathering layers takes one."""
        return CollectionAsset(
            collection=self.file.collection, version="", item=self.file.item or None, key=self.file.key,
            href=self.file.address, media_type=self.file.media_type, size=self.size, checksum=self.checksum,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)  # without slots, for what is worked out once
class Survey:
    """The files elsewhere of one version of a collection."""

    collection: str
    stamp: str  # of the version that was looked at
    looked: float  # seconds since 1970
    looks: tuple[Look, ...] = ()

    @cached_property
    def mark(self) -> str:
        """Another one, as soon as there is anything else to tell."""
        said = "".join(f"{each.checksum} {each.sentence} {len(each.facts)}\n" for each in self.looks)
        return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""

    @property
    def troubled(self) -> tuple[Look, ...]:
        """The files that could not be read the last time."""
        return tuple(each for each in self.looks if each.trouble)


def dump(survey: Survey) -> bytes:
    """Return a survey as JSON."""
    return json.dumps(asdict(survey)).encode()


def load(content: bytes) -> Survey:
    """Read what `dump` gave; raise ValueError, KeyError or TypeError for anything else."""
    known = json.loads(content)
    looks = tuple(
        Look(**each | {"file": FarFile(**each["file"]), "facts": surveys.load(json.dumps(each["facts"]).encode())})
        for each in known["looks"]
    )
    return Survey(**known | {"looks": looks})
