"""Errors, grouped by what the caller can do about them.

    RepeatpassError
    ├── NotFound      there is no such thing: check the name
    │   └── Gone      there was, and it was deleted
    ├── Invalid       the request is wrong: correct it and send it again
    ├── Forbidden     this actor may not: sign in, or ask the owner
    ├── Conflict      the thing is not in a state for this: look, then decide
    ├── Exhausted     a limit or quota is reached: free something or wait
    └── Unavailable   a part that is needed does not answer: try again later

Each error carries a stable ``kind`` for machines, a sentence for people, and the facts in ``detail``.
"""

from typing import Any, ClassVar


class RepeatpassError(Exception):
    """Base of every error that the rooms raise on purpose."""

    kind: ClassVar[str] = "error"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class NotFound(RepeatpassError):
    """There is no such thing."""

    kind = "not-found"


class Gone(NotFound):
    """There was such a thing; it was deleted."""

    kind = "gone"


class Invalid(RepeatpassError):
    """The request cannot be understood or is not allowed by a declaration."""

    kind = "invalid"


class Forbidden(RepeatpassError):
    """The actor has no right to do this."""

    kind = "forbidden"


class Conflict(RepeatpassError):
    """The thing is not in a state in which this can be done."""

    kind = "conflict"


class Exhausted(RepeatpassError):
    """A limit or a quota is reached."""

    kind = "exhausted"


class Unavailable(RepeatpassError):
    """A part that is needed does not answer."""

    kind = "unavailable"
