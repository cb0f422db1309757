"""Tags: one way of writing each, and the four that the registry's rule asks for."""

from repeatpass.entries.original.sheet import Sheet

RULE = (
    ("open data", "commercial data"), ("xcube", "sentinel hub", "geodb"), ("raster", "vector"), ("systematic", "on-demand"),
)  # fmt: skip
KNOWN = {tag for group in RULE for tag in group} | {
    "derived data",
    "dashboard hackathon",
    "race challenges",
    "copernicus",
}


def tags_of(sheet: Sheet) -> list[str]:
    """Return the tags, each once, those of the rule in the one way that they are written."""
    found: dict[str, str] = {}
    for number, each in enumerate(sheet.take("Tags") or ()):
        tag = " ".join(str(each).split())
        plain = tag.lower()
        if plain in KNOWN and tag != plain:
            sheet.note(("Tags", number), f"The tag “{tag}” is taken as “{plain}”.", f"Write {plain}.")
        if plain in found:
            sheet.note(("Tags", number), f"The tag “{tag}” stands here twice.", "Keep one.")
        elif tag:
            found[plain] = plain if plain in KNOWN else tag
    for group in RULE:
        if found and not set(group) & set(found):
            sheet.note("Tags", f"By rule one of the tags is one of: {', '.join(group)}.", "Add the one that holds.")
    return list(found.values())
