"""What the asker wants: which form of an answer (RFC 9110, 12.5.1), and now or later (RFC 7240)."""

import re
from dataclasses import dataclass

from starlette.requests import Request

from repeatpass.core.errors import Invalid

JSON, HTML, PROBLEM = "application/json", "text/html", "application/problem+json"
FORMS = {"json": JSON, "html": HTML}
WAIT_AT_MOST = 3600.0  # seconds


def accepted(request: Request, media_type: str, *, named: bool = False) -> float:
    """Return with which quality (0 to 1) *media_type* is accepted; *named* leaves wildcards out."""
    header = request.headers.get("accept", "") or "*/*"
    plain = media_type.partition(";")[0].strip().lower()
    ranges = [plain, f"{plain.partition('/')[0]}/*"] + ([] if named else ["*/*"])
    found = dict(_quality(part) for part in header.split(","))
    return next((found[each] for each in ranges if each in found), 0.0)


def _quality(part: str) -> tuple[str, float]:
    name, *parameters = (each.strip().lower() for each in part.split(";"))
    for each in parameters:
        if match := re.fullmatch(r"q=([01](?:\.\d{0,3})?)", each):
            return name, min(1.0, float(match[1]))
    return name, 1.0


def wants_html(request: Request) -> bool:
    """Say whether a page is wanted: by ``?f=html``, or by an Accept that prefers HTML to JSON."""
    form = request.query_params.get("f", "")
    if form and form not in FORMS:
        raise Invalid(f"f is “{form[:40]}”; it can be json or html.")
    return form == "html" if form else accepted(request, HTML) > accepted(request, JSON)


def problem_type(request: Request) -> str:
    """Return the media type of problem details for this asker: as plain JSON for one that takes nothing else."""
    return JSON if accepted(request, JSON) and not accepted(request, PROBLEM) else PROBLEM


@dataclass(frozen=True, kw_only=True, slots=True)
class Preference:
    """What the Prefer header asks: later, or now; and how many seconds the asker waits at most."""

    later: bool = False
    now: bool = False
    wait: float | None = None

    @property
    def patience(self) -> float:
        """Seconds to wait for the end of a run before the answer is given as a job."""
        if self.wait is not None:
            return min(self.wait, WAIT_AT_MOST)
        return 0.0 if self.later else WAIT_AT_MOST

    def applied(self, ended: bool) -> dict[str, str]:
        """Return the Preference-Applied header, where a preference was heeded."""
        words = [] if self.wait is None else [f"wait={self.wait:g}"]
        words += ["respond-async"] if self.later and not ended else []
        words += ["respond-sync"] if self.now and ended else []
        return {"Preference-Applied": ", ".join(words)} if words else {}


def preference(request: Request) -> Preference:
    """Read the Prefer header; what is not known in it is passed over, as RFC 7240 wants it."""
    words = {part.strip().lower() for line in request.headers.getlist("prefer") for part in re.split(r"[,;]", line)}
    waits = [match[1] for word in words if (match := re.fullmatch(r'wait\s*=\s*"?(\d{1,6})"?', word))]
    return Preference(
        later="respond-async" in words, now="respond-sync" in words, wait=float(waits[0]) if waits else None
    )
