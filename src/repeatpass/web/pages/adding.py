"""Adding an entry to the registry by hand: a form that writes the entry, or one that is pasted."""

from collections.abc import Mapping
from typing import Any

import yaml
from markupsafe import Markup

from repeatpass.access import Actor, Right
from repeatpass.core.times import now
from repeatpass.entries import Draft, Level, Remark
from repeatpass.entries.documents import read_collection
from repeatpass.entries.original import read_entry
from repeatpass.entries.original.texts import box_of_text, interval_of_text
from repeatpass.web.notebook_html import markdown
from repeatpass.web.views import Fact, Field, Link
from repeatpass.web.views.elsewhere import AddPage, RemarkRow

LICENCES = ("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "proprietary")
FIELDS = (
    Field(name="Name", label="Name"),
    Field(name="Description", label="What it is", help="Markdown", long=True),
    Field(name="Provider", label="Who made it", help="a name, or [name](https://address)"),
    Field(name="LicenseType", label="Licence", choices=(("", "Choose one"), *((each, each) for each in LICENCES))),
    Field(name="LicenseUrl", label="Address of the licence"),
    Field(name="Tags", label="Tags", help="with commas; by rule open data or commercial data, raster or vector …"),
    Field(name="bbox", label="Where", help="west, south, east, north in degrees"),
    Field(name="from", label="From", help="2016, 2016-09 or 2016-09-01"),
    Field(name="to", label="To", help="empty: it goes on"),
    Field(name="Resolution", label="Resolution"),
    Field(name="UpdateFrequency", label="How often it grows"),
    Field(name="Documentation", label="Documentation", help="its address"),
    Field(name="Contact", label="Whom to ask"),
)
PLAIN = {"Name", "Description", "Provider", "LicenseType", "LicenseUrl", "Resolution", "UpdateFrequency", "Contact"}


def add_page(actor: Actor, form: Mapping[str, str], draft: Draft | None = None, refused: str = "") -> AddPage:
    """The form as it was filled in, with what is to be said of the entry."""
    body = draft.body if draft and draft.ok else None
    return AddPage(
        title="Add to the registry",
        path="/registry/add",
        description="Describe a collection that lives elsewhere: fill in the form, or paste an entry or a STAC collection.",
        crumbs=(Link(text="Home", href="/"), Link(text="Collections", href="/collections"), Link(text="Add")),
        fields=tuple(each.filled(form) for each in (Field(name="id", label="Id", help="part of its address"), *FIELDS)),
        text=form.get("text", ""),
        checked=draft is not None,
        ok=body is not None,
        remarks=tuple(_remark(each) for each in draft.remarks) if draft else (),
        facts=_facts(body) if body else (),
        about=Markup(markdown(str(body["description"]))) if body else Markup(""),
        refused=refused,
        may_add=actor.may(Right.CURATE),
    )


def entry_text(form: Mapping[str, str]) -> str:
    """Return the YAML of the entry that the fields of the form describe."""
    given = {name: value.strip() for name, value in form.items() if value.strip()}
    entry: dict[str, Any] = {name: value for name, value in given.items() if name in PLAIN}
    entry["License"] = given.get("LicenseUrl") or given.get("LicenseType") or ""
    entry["Tags"] = [each.strip() for each in given.get("Tags", "").split(",") if each.strip()]
    if address := given.get("Documentation"):
        entry["Documentation"] = address if "](" in address else f"[Documentation]({address})"
    entry |= _coverage(given)
    entry["RegistryEntryAdded"] = entry["RegistryEntryLastModified"] = now().date().isoformat()
    kept = {name: value for name, value in entry.items() if value}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=100)


def _coverage(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the extent where box and times can be read; else the words, of which it is said why they cannot."""
    words = {"GeographicalCoverage": given.get("bbox", "")}
    if begin := given.get("from"):
        words["TemporalAvailability"] = f"{begin} - {given.get('to') or 'ongoing'}"
    box, span = box_of_text(words["GeographicalCoverage"]), interval_of_text(words.get("TemporalAvailability", ""))
    if box is None or span is None:
        return words
    return {"Extent": {"spatial": {"bbox": [list(box)]}, "temporal": {"interval": [list(span)]}}}


def draft_of(form: Mapping[str, str]) -> Draft:
    """Return the draft of what was pasted: STAC where it begins as JSON, else an entry."""
    text = form.get("text", "")
    name = f"{form.get('id', '').strip() or 'entry'}.yaml"
    return read_collection(text, "document") if text.lstrip().startswith("{") else read_entry(text, name)


def said(draft: Draft) -> dict[str, Any]:
    """Return the twin: what is to be said, and the STAC collection that would be made."""
    remarks = [{"level": each.level, "line": each.line, "field": each.field, "message": each.message, "fix": each.fix}
               for each in draft.remarks]  # fmt: skip
    return {"ok": draft.ok, "remarks": remarks, "collection": draft.body}


def _remark(remark: Remark) -> RemarkRow:
    where = [f"Line {remark.line}"] if remark.line else []
    level = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note"}[remark.level]
    return RemarkRow(level=level, where=" · ".join([*where, *([remark.field] if remark.field else [])]),
                     message=remark.message, fix=remark.fix)  # fmt: skip


def _facts(body: Mapping[str, Any]) -> tuple[Fact, ...]:
    box = body["extent"]["spatial"]["bbox"][0]
    first, last = body["extent"]["temporal"]["interval"][0]
    where = "nowhere in particular" if body.get("repeatpass:nowhere") else ", ".join(f"{each:g}" for each in box)
    return (
        Fact(label="Address", text=f"/collections/{body['id']}", mono=True),
        Fact(label="Title", text=str(body.get("title", body["id"]))),
        Fact(label="Where", text=where),
        Fact(label="When", text=f"{first or '…'} to {last or 'now'}" if first or last else "not stated"),
        Fact(label="Licence", text=str(body["license"])),
        Fact(label="Tags", text=", ".join(body.get("keywords", ())) or "none"),
    )
