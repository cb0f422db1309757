"""What a client asks for, whichever version and encoding it speaks."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Whether the client waits."""

    SYNC = "sync"
    ASYNC = "async"
    AUTO = "auto"  # the server decides: it waits a moment


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenInput:
    """One input as it was sent: text, a box, an address, or parts."""

    name: str
    text: str = ""
    box: tuple[float, ...] = ()  # lower corner, then upper corner, in the order of the axes of *crs*
    crs: str = ""
    href: str = ""  # where the value is
    media_type: str = ""
    encoding: str = ""
    unit: str = ""
    parts: tuple["GivenInput", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedOutput:
    """One output that is wanted, and how. *by_reference* is None where the client leaves it to us."""

    name: str
    by_reference: bool | None = None
    media_type: str = ""
    encoding: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetCapabilities:
    """What the service can do."""

    sections: tuple[str, ...] = ()
    update_sequence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DescribeProcess:
    """What some processes take and give."""

    processes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Execute:
    """Execute a process."""

    process: str
    inputs: tuple[GivenInput, ...] = ()
    outputs: tuple[AskedOutput, ...] = ()
    mode: Mode = Mode.SYNC
    raw: bool = False  # the bytes of one output instead of a document
    stored: bool = False  # 1.0.0: the document is to stay readable
    lineage: bool = False  # 1.0.0: the document repeats what was asked


class JobOperation(StrEnum):
    """What can be asked about a job."""

    GET_STATUS = "GetStatus"
    GET_RESULT = "GetResult"
    DISMISS = "Dismiss"


@dataclass(frozen=True, kw_only=True, slots=True)
class AboutJob:
    """Ask about a job, or end it."""

    operation: JobOperation
    job: str


Asked = GetCapabilities | DescribeProcess | Execute | AboutJob
