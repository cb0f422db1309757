"""``repeatpass features``: single things with a place, and what can be asked of them."""

from pathlib import Path
from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json

app = typer.Typer(help="Features: single things with a place, kept in collections.", no_args_is_help=True)
Collection = Annotated[str, typer.Argument(help="Id of the collection.")]
File = Annotated[Path, typer.Argument(help="GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, zipped Shapefile, or CSV.")]


@app.command("list")
def list_features(home: Home = None, as_json: AsJson = False) -> None:
    """List the collections that hold features."""
    with house_at(home) as house:
        found = sorted(house.features.sets().values(), key=lambda each: each.collection)
    if as_json:
        print_json(found)
    for each in () if as_json else found:
        console.print(
            f"{each.collection}  {each.number} features  {each.geometry or 'any place'}  {each.crs}", highlight=False
        )


@app.command("add")
def add(collection: Collection, file: File, title: str = "", home: Home = None) -> None:
    """Add the features of a file to a collection, all or none; a collection that is new is made, for you to see only."""
    from repeatpass.catalog.records import Visibility
    from repeatpass.core.errors import Invalid, NotFound
    from repeatpass.features.documents import collection_document
    from repeatpass.features.importing import ENDINGS, read_table

    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    kinds = {ending: kind for kind, ending in reversed(list(ENDINGS.items()))}
    kind = next((kind for ending, kind in kinds.items() if file.name.lower().endswith(ending)), "")
    if not kind:
        raise Invalid(f"{file.name} ends in nothing that features are read from; there are {', '.join(sorted(kinds))}.")
    table = read_table(file, kind)
    with house_at(home) as house:
        if not house.catalog.known([collection]):
            body = collection_document(collection, title, f"Features of {file.name}.")
            house.catalog.register(house.owner, body, [], [], own=True, visibility=Visibility.PRIVATE)
            house.features.begin(house.owner, collection)
        ids = house.features.add_table(house.owner, collection, table)
    console.print(f"{len(ids)} features were added to {collection}.", highlight=False)


@app.command("offer")
def offer(collection: Collection, home: Home = None) -> None:
    """Offer what stands in the files of a collection, or say why it cannot be."""
    with house_at(home) as house:
        known = house.offering.offer(collection)
    said = "has no files of features" if known is None else f"offers {known.number} features"
    console.print(f"{collection} {said}.", highlight=False)


@app.command("places")
def places(home: Home = None) -> None:
    """Offer the places of the indicators with their newest values; from then on they are kept up to date."""
    with house_at(home) as house:
        known = house.places.offer(house.owner)
    console.print(f"{known.collection} offers {known.number} places.", highlight=False)
