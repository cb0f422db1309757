"""``repeatpass collections``: what the registry holds, and putting something into it."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json, print_table

if TYPE_CHECKING:
    from repeatpass.entries import Draft
    from repeatpass.entries.folders import Said

app = typer.Typer(help="The registry of collections.", no_args_is_help=True)
Source = Annotated[
    str,
    typer.Argument(
        help="An entry (YAML), a STAC document, files, or a folder or bucket of them: a path or an address."
    ),
]
Id = Annotated[str, typer.Option("--id", help="Id of the collection; by default the folder's name.")]
Title = Annotated[str, typer.Option(help="Its name, where the files do not say.")]
Description = Annotated[str, typer.Option(help="What it is, in Markdown.")]
Licence = Annotated[str, typer.Option("--license", help="SPDX identifier such as CC-BY-4.0, or other.")]
Provider = Annotated[str, typer.Option(help="Who made the data.")]
Tag = Annotated[list[str] | None, typer.Option(help="A keyword; may be given several times.")]


@app.command("list")
def list_collections(home: Home = None, as_json: AsJson = False) -> None:
    """List the collections."""
    with house_at(home) as house:
        found = house.catalog.as_seen_by(house.owner).collections()
    if as_json:
        print_json([{"id": each.id, "version": each.version, "title": each.title} for each in found])
        return
    print_table(("Collection", "Version", "Title"), [(each.id, each.version, each.title) for each in found],
                "No collection yet; repeatpass collections add SOURCE adds one.")  # fmt: skip


@app.command("add")
def add(
    source: Source, id: Id = "", title: Title = "", description: Description = "", licence: Licence = "",
    provider: Provider = "", tag: Tag = None, home: Home = None,
) -> None:  # fmt: skip
    """Add collections: from entries, STAC documents, or files, whose metadata are read from them."""
    from repeatpass.entries.adding import Adding

    drafts = _drafts(source, _said(id, title, description, licence, provider, tag))
    _tell(drafts)
    with house_at(home) as house:
        adding = Adding(house.catalog, house.files)
        for each in drafts:
            if each.ok:
                made = adding.add(house.owner, each)
                console.print(f"{made.id} {made.version} is in the registry.", highlight=False)
    _end(drafts, strict=False)


@app.command("check")
def check(
    source: Source,
    strict: Annotated[bool, typer.Option(help="Warnings count as errors.")] = False,
    stac: Annotated[bool, typer.Option("--stac", help="Print the STAC collections that would be made.")] = False,
    licence: Licence = "",
    as_json: AsJson = False,
) -> None:
    """Say what would be made of entries, STAC documents or files, and what is wrong with them. Changes nothing.

    Ends with 1 where something could not be taken, so that it can be a step of continuous integration.
    """
    drafts = _drafts(source, _said("", "", "", licence, "", None))
    if stac:
        print_json([each.body for each in drafts if each.ok])
    elif as_json:
        print_json([{"name": each.name, "ok": each.ok, "remarks": each.remarks} for each in drafts])
    else:
        _tell(drafts)
        good = sum(each.ok for each in drafts)
        console.print(f"{good} of {len(drafts)} can be taken.", highlight=False)
    _end(drafts, strict)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of entries, for editors."""
    from repeatpass.entries.original import entry_schema

    print(json.dumps(entry_schema(), indent=2, ensure_ascii=False))


def _said(id: str, title: str, description: str, licence: str, provider: str, tags: list[str] | None) -> "Said":
    from repeatpass.entries.folders import Said

    return Said(
        id=id, title=title, description=description, licence=licence, provider=provider, keywords=tuple(tags or ())
    )


def _drafts(source: str, said: "Said") -> "list[Draft]":
    """Read with the owner's own reach: it is their machine, and they typed the address."""
    from repeatpass.entries.adding import read_drafts
    from repeatpass.notices.asking import asked, asking
    from repeatpass.notices.targets import Targets

    with asking(Targets.read("all")) as client:
        return read_drafts(source, said, lambda address: asked(client, address))


def _tell(drafts: "list[Draft]") -> None:
    for draft in drafts:
        for remark in draft.remarks:
            errors.print(str(remark), highlight=False, markup=False, soft_wrap=True)


def _end(drafts: "list[Draft]", strict: bool) -> None:
    from repeatpass.entries import Level

    bad = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
    if any(remark.level in bad for each in drafts for remark in each.remarks) or not all(each.ok for each in drafts):
        sys.exit(1)
