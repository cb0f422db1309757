"""What can go wrong between a notebook and its data.

KitError
├── NoContext        no platform and no crate can be found
├── UnknownData      the collection, item or asset is not there
├── AlteredData      a file is missing, or is not the one that was registered
├── UnreadableData   the file is right, but nothing here can read its format
├── AccessRefused    another computer does not let us read (401, 403)
├── QuotaReached     another computer has had enough requests of us for now (429), or grants no more (402)
├── RemoteTrouble    another computer cannot be reached, breaks off or answers nonsense
├── BadOutput        what should be published cannot be
└── ClientError      the platform refused a request, or a job did not succeed
"""

from typing import Any, ClassVar


class KitError(Exception):
    """Base of every error of the kit: one sentence for people, the facts in `detail`."""

    kind: ClassVar[str] = "kit-error"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.detail = detail


class NoContext(KitError):
    """There is neither a platform nor a crate to read from."""

    kind = "kit-no-context"


class UnknownData(KitError):
    """The collection, item or asset does not exist here."""

    kind = "kit-unknown-data"


class AlteredData(KitError):
    """A file is missing or differs from the one that was registered."""

    kind = "kit-altered-data"


class UnreadableData(KitError):
    """No reader for the media type, or the library it needs is not installed."""

    kind = "kit-unreadable-data"


class AccessRefused(KitError):
    """Another computer does not let us read: no credentials, or not the right ones."""

    kind = "kit-access-refused"


class QuotaReached(KitError):
    """Another computer has had enough requests for now; `detail["wait_s"]` says for how long where it told."""

    kind = "kit-quota-reached"


class RemoteTrouble(KitError):
    """Another computer cannot be reached, breaks off, fails, or gives something else than it says."""

    kind = "kit-remote-trouble"


class BadOutput(KitError):
    """The object or the name cannot be published."""

    kind = "kit-bad-output"


class ClientError(KitError):
    """The platform refused a request, or the job did not succeed."""

    kind = "kit-client-error"
