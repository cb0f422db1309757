"""What the data hold: bands, variables, columns."""

from typing import Any

from repeatpass.entries.original.sheet import Sheet

COMMON = ("name", "description", "data_type", "nodata", "unit", "statistics", "gsd")  # STAC 1.1, common metadata
EO = ("common_name", "center_wavelength", "full_width_half_max", "solar_illumination")
RASTER = ("sampling", "bits_per_sample", "spatial_resolution", "scale", "offset", "histogram")


def summaries_of(sheet: Sheet, dimensions: dict[str, Any]) -> dict[str, Any]:
    """Return the summaries, with bands as STAC 1.1 has them."""
    stated = sheet.take("Summaries") or {}
    bands = _bands(stated) or _tabled(sheet) or _named(dimensions)
    rest = {name: _summary(value) for name, value in stated.items() if name not in ("eo:bands", "raster:bands")}
    good = {name: value for name, value in rest.items() if value}
    return {"summaries": good | ({"bands": bands} if bands else {})} if good or bands else {}


def _summary(value: Any) -> Any:
    """STAC takes a list of values, a range or a schema."""
    if isinstance(value, list):
        return value
    return value if isinstance(value, dict) and value else [value] if value not in (None, {}) else None


def _bands(stated: dict[str, Any]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for group, own in (("eo:bands", EO), ("raster:bands", RASTER)):
        for each in stated.get(group) or ():
            if isinstance(each, dict) and each.get("name"):
                prefix = group.partition(":")[0]
                found.setdefault(str(each["name"]), {}).update(_band(each, prefix, own))
    return list(found.values())


def _band(stated: dict[str, Any], prefix: str, own: tuple[str, ...]) -> dict[str, Any]:
    named = {key: f"{prefix}:{key}" if key in own else key for key in stated}
    band = {named[key]: value for key, value in stated.items() if value is not None}
    band["name"] = str(band["name"])
    if "description" in band:
        band["description"] = str(band["description"]).strip()
    gsd = (band.pop("openeo:gsd", None) or {}) if isinstance(band.get("openeo:gsd"), dict) else {}
    metres = gsd.get("value", [None])[0] if gsd.get("unit") == "m" else None
    return band | ({"gsd": metres} if isinstance(metres, int | float) and metres > 0 else {})


def _tabled(sheet: Sheet) -> list[dict[str, Any]]:
    return [{"name": row["name"]} | _words(row) for row in sheet.table("BandInformation")]


def _words(row: dict[str, str]) -> dict[str, str]:
    """Return the description and the unit of a row, from columns that people call differently."""
    unit = next((value for key, value in row.items() if key.lower() in ("unit", "units")), "")
    told = [value for key, value in row.items() if key.lower() in ("description", "notes", "values", "wavelength")]
    other = [f"{key}: {value}" for key, value in row.items()
             if key not in ("name",) and value not in (*told, unit, row["name"])]  # fmt: skip
    description = "; ".join([*told, *other])
    return ({"description": description} if description else {}) | ({"unit": unit} if unit else {})


def _named(dimensions: dict[str, Any]) -> list[dict[str, Any]]:
    bands: dict[str, Any] = next((each for each in dimensions.values() if each.get("type") == "bands"), {})
    return [{"name": str(each)} for each in bands.get("values", ())]


def variables_of(sheet: Sheet, dimensions: dict[str, Any]) -> dict[str, Any]:
    """Return ``cube:variables`` from the table of variables."""
    names = [name for name, each in dimensions.items() if each.get("type") in ("spatial", "temporal")]
    found = {row["name"]: {"type": "data", "dimensions": names} | _words(row) for row in sheet.table("Variables")}
    return {"cube:variables": found} if found and dimensions else {}


def columns_of(sheet: Sheet, tags: list[str]) -> dict[str, Any]:
    """Return ``table:columns`` of a vector collection; the inputs of an algorithm are no columns."""
    rows = sheet.table("Attributes")
    if not rows or "on-demand" in tags:
        return {}
    columns = [{"name": row["name"]} | _words({key: value for key, value in row.items() if key != "Type"})
               | ({"type": row["Type"]} if row.get("Type") else {}) for row in rows]  # fmt: skip
    return {"table:columns": columns}
