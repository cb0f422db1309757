"""Reading XML from strangers: no entities, no network, no document type, a limit to the size."""

from lxml import etree

from repeatpass.api.wps.dialect import DIALECTS, LANG, Dialect, Element
from repeatpass.api.wps.exceptions import WpsError

MEBIBYTE = 1024**2
BODY_LIMIT = 8 * MEBIBYTE  # what is larger belongs into a file, and its address into the request
DEPTH = 64  # elements within elements; libxml2 would go to 256


def parsed(body: bytes) -> Element:
    """Return the root of *body*; raise WpsError for what is not well-formed or has a document type."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise WpsError("InvalidParameterValue", f"The body is not XML: {error}.", "body") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise WpsError("InvalidParameterValue", "The body has a document type (DOCTYPE); send it without.", "body")
    if _depth(root) > DEPTH:
        raise WpsError("InvalidParameterValue", f"The body is nested more than {DEPTH} elements deep.", "body")
    return root


def _depth(root: Element) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def local_name(element: Element) -> str:
    """Return the name of *element* without its namespace."""
    return etree.QName(element).localname


def children(element: Element, name: str) -> list[Element]:
    """List the children called *name*, in whichever namespace: clients differ."""
    return [each for each in element if isinstance(each.tag, str) and local_name(each) == name]


def child(element: Element, name: str) -> Element | None:
    """Return the first child called *name*."""
    return next(iter(children(element, name)), None)


def text_of(element: Element, name: str) -> str:
    """Return the text of the child called *name*; raise MissingParameterValue if there is none."""
    found = child(element, name)
    if found is None or not (found.text or "").strip():
        raise WpsError("MissingParameterValue", f"The element {name} is missing or empty.", name)
    return (found.text or "").strip()


def attribute(element: Element, name: str) -> str:
    """Return an attribute, empty if it is missing; qualified ones are found by their local name, too."""
    plain = element.get(name)
    if plain is not None:
        return plain.strip()
    return next((str(v).strip() for key, v in element.attrib.items() if str(key).endswith(f"}}{name}")), "")


def flag(text: str, name: str, default: bool = False) -> bool:
    """Read an xs:boolean; raise InvalidParameterValue for anything else."""
    if not text:
        return default
    if text.lower() not in {"true", "false", "1", "0"}:
        raise WpsError("InvalidParameterValue", f"“{text}” is neither true nor false.", name)
    return text.lower() in {"true", "1"}


def dialect_of(root: Element) -> Dialect:
    """Say which version a posted request speaks, from its namespace."""
    namespace = etree.QName(root).namespace
    found = next((each for each in DIALECTS.values() if each.wps == namespace), None)
    if found is None:
        known = " or ".join(each.wps for each in DIALECTS.values())
        raise WpsError("InvalidParameterValue", f"The root element must be in the namespace {known}.", "body")
    return found


def check_request(root: Element, dialect: Dialect) -> None:
    """Check the attributes that every posted request carries; raise WpsError."""
    check_service(attribute(root, "service"))
    if local_name(root) != "GetCapabilities":
        check_version(attribute(root, "version"), dialect)
    check_language(root.get(LANG) or attribute(root, "language"))


def check_service(given: str) -> None:
    """Raise WpsError unless the service is WPS."""
    if not given:
        raise WpsError("MissingParameterValue", "The parameter service is missing; it must be WPS.", "service")
    if given.upper() != "WPS":
        raise WpsError("InvalidParameterValue", f"There is no service {given} here; ask for WPS.", "service")


def check_version(given: str, dialect: Dialect | None = None) -> Dialect:
    """Return the version that was *given*; raise WpsError if it is missing, unknown or not that of the namespace."""
    if not given:
        known = " or ".join(DIALECTS)
        raise WpsError("MissingParameterValue", f"The parameter version is missing; it must be {known}.", "version")
    if given not in DIALECTS or (dialect is not None and DIALECTS[given] is not dialect):
        known = dialect.version if dialect else " and ".join(DIALECTS)
        raise WpsError("InvalidParameterValue", f"Version {given} is not spoken here; {known} can be.", "version")
    return DIALECTS[given]


def check_language(given: str) -> None:
    """Raise WpsError for a language that is not spoken here; descriptions are in English."""
    if given and given != "*" and given.partition("-")[0].lower() != "en":
        raise WpsError("InvalidParameterValue", f"Descriptions are in English (en), not in “{given}”.", "language")


def negotiated(accepted: tuple[str, ...]) -> Dialect:
    """Return the version that the client likes best of those spoken here; raise VersionNegotiationFailed."""
    if not accepted:
        return next(iter(DIALECTS.values()))
    found = next((DIALECTS[each] for each in accepted if each in DIALECTS), None)
    if found is None:
        text = f"None of the versions {', '.join(accepted)} is spoken here; {' and '.join(DIALECTS)} are."
        raise WpsError("VersionNegotiationFailed", text, "AcceptVersions")
    return found
