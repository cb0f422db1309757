"""How to get at the data, how they are drawn, and where they are used: as links."""

from typing import Any

from repeatpass.entries.original.sheet import Sheet
from repeatpass.entries.original.texts import links_in, without_links

NOTEBOOK = "application/x-ipynb+json"
PLACES = {  # field -> relation, title
    "Documentation": ("about", "Documentation"),
    "Explore": ("example", "Explore"),
    "EDCBrowser": ("related", "In the EDC Browser"),
    "EOBrowser": ("related", "In the EO Browser"),
    "Flickr": ("related", "Album"),
    "TutorialNotebook": ("example", "Tutorial"),
}
OLD = {  # of Configurations, before they were links
    "layer_name": "sentinelhub:layer_name", "mosaicking_order": "sentinelhub:mosaicking_order",
    "upsampling": "sentinelhub:upsampling",
}  # fmt: skip
MAP_LINKS = "https://stac-extensions.github.io/web-map-links/v1.2.0/schema.json"


def resources_of(sheet: Sheet) -> list[dict[str, Any]]:
    """Return the resources; a group that stands as an element of its own is joined to what follows it."""
    found: list[dict[str, Any]] = []
    for number, each in enumerate(sheet.records("Resources")):
        stated = {key: value for key, value in each.items() if value not in (None, "")}
        alone = found and set(found[-1]) == {"Group"} and "Group" not in stated
        if alone:
            sheet.note(("Resources", number), "This belongs to the group above it, and is joined to it.",
                       "Write both as one element of the list.")  # fmt: skip
            found[-1] |= stated
        elif stated:
            found.append(stated)
    for number, each in enumerate(found):
        endpoint = str(each.get("EndPoint", ""))
        if endpoint and "://" not in endpoint:
            sheet.warn(
                ("Resources", number, "EndPoint"), f"“{endpoint}” has no protocol.", f"Write https://{endpoint}."
            )
    sheet.fields.pop("Resources", None)
    return found


def links_of(sheet: Sheet) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the links, and the extensions that they need."""
    maps = _maps(sheet)
    links = [*_places(sheet), *_stated(sheet), *_configurations(sheet), *_scripts(sheet), *_examples(sheet), *maps]
    unique = {(each["rel"], each["href"]): each for each in reversed(links)}
    return list(reversed(unique.values())), [MAP_LINKS] if maps else []


def _places(sheet: Sheet) -> list[dict[str, Any]]:
    found = []
    for name, (rel, title) in PLACES.items():
        text = sheet.text(name)
        for each in links_in(text):
            if not each.href.startswith(("http://", "https://")):
                sheet.warn(name, f"“{each.href}” is no address.", "Write https://… in the brackets.")
                continue
            notebook = each.href.partition("?")[0].endswith(".ipynb")
            words = title if each.title.lower() in ("", "here", "link") else each.title
            found.append({"rel": "example" if notebook else rel, "href": each.href,
                          "type": NOTEBOOK if notebook else "text/html", "title": words})  # fmt: skip
        if not text or (text and not without_links(text).strip(" .\n")) or links_in(text):
            sheet.take(name)
    return found


def _stated(sheet: Sheet) -> list[dict[str, Any]]:
    found = sheet.take("DocumentationLinks") or []
    return [
        {"rel": "about", "type": "text/html", **each} for each in found if isinstance(each, dict) and each.get("href")
    ]


def _configurations(sheet: Sheet) -> list[dict[str, Any]]:
    found = []
    for number, each in enumerate(sheet.take("Configurations") or ()):
        link = {OLD.get(key, key): value for key, value in each.items() if value is not None}
        if script := link.pop("evalscript_url", None):
            said = "This is written as entries were before 2021; it is read as a link."
            sheet.note(("Configurations", number), said, "Write href, rel: processing-expression, title.")
            link |= {"href": script, "rel": "processing-expression"}
        link.setdefault("title", str(link.get("sentinelhub:layer_name", "How it is drawn")))
        found.append(link)
    return found


def _scripts(sheet: Sheet) -> list[dict[str, Any]]:
    """Read both ways in which people write scripts: title and address, or Title: … and URL: …"""
    found = []
    for each in sheet.records("CustomScripts"):
        stated = {str(key).lower(): value for key, value in each.items()}
        pairs = [(stated.get("title"), stated["url"])] if "url" in stated else list(each.items())
        found += [{"rel": "related", "href": str(url), "type": "text/html", "title": str(title or "Custom scripts")}
                  for title, url in pairs if str(url).startswith("http")]  # fmt: skip
    sheet.take("CustomScripts")
    return found


def _examples(sheet: Sheet) -> list[dict[str, Any]]:
    found = []
    for group, listed in (sheet.take("DataAtWork") or {}).items():
        for each in listed or ():
            url = str(each["URL"]).strip()
            notebook = url.partition("?")[0].endswith(".ipynb")
            author = {"repeatpass:author": str(each["AuthorName"])} if each.get("AuthorName") else {}
            found.append({"rel": "example", "href": url, "type": NOTEBOOK if notebook else "text/html",
                          "title": str(each["Title"]), "repeatpass:group": group, **author})  # fmt: skip
    return found


def _maps(sheet: Sheet) -> list[dict[str, Any]]:
    found = []
    for each in sheet.take("WMTS") or ():
        layer = each.get("layer_id")
        if not each.get("href") or not layer:
            continue
        dimensions = {
            key: str(value).lower() for key, value in (each.get("dimensions") or {}).items() if value is not None
        }
        found.append({"rel": "wmts", "href": str(each["href"]), "type": "application/xml", "title": "WMTS",
                      "wmts:layer": layer if isinstance(layer, list) else [str(layer)]}
                     | ({"wmts:dimensions": dimensions} if dimensions else {}))  # fmt: skip
    return found
