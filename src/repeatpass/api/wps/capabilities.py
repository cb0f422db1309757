"""The Capabilities document of both versions: who serves, what can be asked, which processes there are."""

import hashlib
from collections.abc import Sequence

from repeatpass.api.wps.asked import GetCapabilities, JobOperation
from repeatpass.api.wps.describing_v1 import brief
from repeatpass.api.wps.describing_v2 import identification, properties
from repeatpass.api.wps.dialect import HREF, LANG, LANGUAGE, V1, V2, Dialect, Element
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.notebooks.processes import Process

TITLE = "Repeatpass"
ABSTRACT = "Every notebook on the shelf is a process; each run keeps what its results stand on and can be repeated."
SECTIONS = ("ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Languages", "Contents")
BOTH = ("GetCapabilities", "DescribeProcess", "Execute")
OPERATIONS = {V1: BOTH, V2: (*BOTH, *JobOperation)}


def capabilities(dialect: Dialect, asked: GetCapabilities, processes: Sequence[Process], base: str) -> bytes:
    """Write the Capabilities; *base* is the address of the house, with a slash at its end.

    The list of processes is always in it, whichever sections are asked for, because the schemas demand it. A client
    that names the present update sequence gets nothing besides.
    """
    sequence = update_sequence(processes)
    known = bool(asked.update_sequence) and asked.update_sequence == sequence
    wanted = set() if known else _sections(asked)
    parts = [_identification(dialect), _provider(dialect, base), _operations(dialect, base)]
    kept = [each for each, name in zip(parts, SECTIONS, strict=False) if name in wanted]
    contents = _offerings(processes, base) if dialect is V1 else _contents(processes, base, wanted)
    root = dialect.element("Capabilities", *kept, *contents, service="WPS", version=dialect.version)
    root.set("updateSequence", sequence)
    if dialect is V1:
        root.set(LANG, LANGUAGE)
    return dialect.document(root, "wpsGetCapabilities_response.xsd" if dialect is V1 else "wps.xsd")


def update_sequence(processes: Sequence[Process]) -> str:
    """Return a text that changes when a process comes, goes or gets a new revision."""
    told = "\n".join(f"{each.id} {each.version} {each.title}" for each in processes)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _sections(asked: GetCapabilities) -> set[str]:
    wanted = set(asked.sections) or {"All"}
    if unknown := sorted(wanted - {*SECTIONS, "All"}):
        text = f"There is no section {', '.join(unknown)}; choose among {', '.join(SECTIONS)} and All."
        raise WpsError("InvalidParameterValue", text, "sections")
    return set(SECTIONS) if "All" in wanted else wanted


def _identification(dialect: Dialect) -> Element:
    words = [dialect.common("Keyword", each) for each in ("Earth observation", "notebooks", "WPS")]
    versions = [dialect.common("ServiceTypeVersion", each.version) for each in (V2, V1)]
    return dialect.common(
        "ServiceIdentification",
        dialect.common("Title", TITLE),
        dialect.common("Abstract", ABSTRACT),
        dialect.common("Keywords", *words),
        dialect.common("ServiceType", "WPS"),
        *versions,
        dialect.common("Fees", "NONE"),
        dialect.common("AccessConstraints", "NONE"),
    )


def _provider(dialect: Dialect, base: str) -> Element:
    site = dialect.common("ProviderSite")
    site.set(HREF, base)
    return dialect.common(
        "ServiceProvider", dialect.common("ProviderName", TITLE), site, dialect.common("ServiceContact")
    )


def _operations(dialect: Dialect, base: str) -> Element:
    return dialect.common("OperationsMetadata", *(_operation(dialect, each, base) for each in OPERATIONS[dialect]))


def _operation(dialect: Dialect, name: str, base: str) -> Element:
    methods = [dialect.common("Get"), dialect.common("Post")]
    for each in methods:
        each.set(HREF, f"{base}wps")
    return dialect.common("Operation", dialect.common("DCP", dialect.common("HTTP", *methods)), name=name)


def _offerings(processes: Sequence[Process], base: str) -> list[Element]:
    listed = [brief(V1.element("Process"), each, base) for each in processes]
    languages = [V1.element(name, V1.common("Language", LANGUAGE)) for name in ("Default", "Supported")]
    return [V1.element("ProcessOfferings", *listed), V1.element("Languages", *languages)]


def _contents(processes: Sequence[Process], base: str, wanted: set[str]) -> list[Element]:
    listed = [V2.element("ProcessSummary", *identification(each, base), **properties(each)) for each in processes]
    languages = [V2.common("Languages", V2.common("Language", LANGUAGE))] if "Languages" in wanted else []
    return [*languages, V2.element("Contents", *listed)]
