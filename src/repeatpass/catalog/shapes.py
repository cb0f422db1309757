"""What must be a list, a text or an object in a STAC document, so that everybody who reads it later can rely on that."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from repeatpass.core.errors import Invalid

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
PERHAPS: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "number"}
OBJECT: Schema = {"type": "object"}


def _list(items: Schema) -> Schema:
    return {"type": ["array", "null"], "items": items}


def _object(required: str = "", /, **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": required.split()}


def _by_key(items: Schema) -> Schema:
    return {"type": ["object", "null"], "additionalProperties": items}


LINK = _object("href rel", href=TEXT, rel=TEXT, type=PERHAPS, title=PERHAPS)
ASSET = _object(href=TEXT, type=PERHAPS, title=PERHAPS, description=PERHAPS, roles=_list(TEXT))
PROVIDER = _object("name", name=TEXT, description=PERHAPS, url=PERHAPS, roles=_list(TEXT))
BOX: Schema = {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 6}
BOTH = {"links": _list(LINK), "assets": _by_key(ASSET), "stac_extensions": _list(TEXT), "bands": _list(OBJECT)}
EXTENT = _object(
    spatial=_object(bbox={"type": "array", "items": BOX, "minItems": 1}),
    temporal=_object(
        interval={"type": "array", "minItems": 1,
                  "items": {"type": "array", "items": PERHAPS, "minItems": 2, "maxItems": 2}},
    ),
)  # fmt: skip
COLLECTION = _object(
    **BOTH, title=PERHAPS, description=TEXT, license=TEXT, keywords=_list(TEXT), providers=_list(PROVIDER),
    extent=EXTENT, summaries=_by_key({}), item_assets=_by_key(OBJECT), themes=_list(OBJECT), contacts=_list(OBJECT),
    **{"cube:dimensions": _by_key(OBJECT), "cube:variables": _by_key(OBJECT), "table:columns": _list(OBJECT)},
    **{"sci:publications": _list(OBJECT), "renders": _by_key(OBJECT)},
)  # fmt: skip
ITEM = _object(**BOTH, properties=_object(title=PERHAPS, keywords=_list(TEXT), providers=_list(PROVIDER)))
IN_WORDS = {"string": "a text", "number": "a number", "object": "an object", "array": "a list", "null": "null"}


def check_collection(body: Mapping[str, Any]) -> None:
    """Raise Invalid, naming the member, for a collection in which one is not of the kind that STAC 1.1 says."""
    _check("collection", body)


def check_item(body: Mapping[str, Any]) -> None:
    """Raise Invalid, naming the member, for an item in which one is not of the kind that STAC 1.1 says."""
    _check("item", body)


@cache
def _validator(what: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator({"collection": COLLECTION, "item": ITEM}[what])


def _check(what: str, body: Mapping[str, Any]) -> None:
    wrong = next(_validator(what).iter_errors(body), None)
    if wrong is None:
        return
    path = ".".join(str(part) for part in wrong.absolute_path)
    if wrong.validator == "required":
        lacking = next(name for name in wrong.validator_value if name not in wrong.instance)
        raise Invalid(f"“{path}” lacks “{lacking}”.", field=path)
    if wrong.validator == "type":
        kinds = wrong.validator_value if isinstance(wrong.validator_value, list) else [wrong.validator_value]
        wanted = " or ".join(IN_WORDS[each] for each in kinds)
        raise Invalid(f"“{path}” is {str(wrong.instance)[:60]}; it must be {wanted}.", field=path)
    raise Invalid(f"“{path}” has {len(wrong.instance)} entries; that is too few or too many.", field=path)
