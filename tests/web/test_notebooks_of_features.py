"""Notebooks of views of features, executed: they hold exactly the features that the view shows."""

from collections.abc import Iterator
from typing import Any

import httpx
import nbformat
import pytest
from browser_house import client_of, fill, fill_features, told
from tests.houses import working_house

from repeatpass.assembly import House

pytestmark = pytest.mark.slow
PROOF = """
import json
told = {name: sorted(round(float(each), 4) for each in globals()[name][column]) for name, column in wanted.items()}
repeatpass.publish(json.dumps(told), "told")
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("feature-notebooks")
    with working_house(home / "home") as made:
        fill(made, home / "made")
        fill_features(made, home / "made")
        yield made


@pytest.fixture(scope="module")
def client(house: House) -> httpx.Client:
    return client_of(house)


def executed(house: House, client: httpx.Client, query: str, wanted: dict[str, str]) -> dict[str, list[float]]:
    """Run the notebook of a view in the real executor with one cell more, which tells a column of what is shown."""
    answer = client.get(f"/browser/notebook.ipynb?{query}")
    assert answer.status_code == 200, answer.text
    made = nbformat.reads(answer.text, as_version=4)
    made.cells.append(nbformat.v4.new_code_cell(f"wanted = {wanted!r}\n{PROOF}"))
    return told(house, made)


def shown(client: httpx.Client, query: str, column: str) -> list[float]:
    """The same column as the cut-out of the view has it."""
    page: Any = client.get(f"/browser.json?{query}").json()
    href = next(each["href"] for each in page["downloads"] if each["label"] == "GeoJSON")
    features = client.get(href).json()["features"]
    return sorted(round(float(each["properties"][column]), 4) for each in features)


VIEWS = [
    ("layer=quakes:features&property=mag&filter=depth+%3E+50+AND+mag_class='Light'&area=115,-5,130,5", "depth"),
    ("layer=quakes:features&time=2024-05-04&property=mag_class&area=POLYGON((115+-5,130+-5,130+5,115+-5))", "depth"),
    ("layer=states:features&property=median_income&rescale=30000,70000&filter=state+LIKE+'N%25'", "median_income"),
]


@pytest.mark.parametrize(("query", "column"), VIEWS)
def test_the_notebook_of_a_view_of_features_holds_what_the_view_shows(
    client: httpx.Client, house: House, query: str, column: str
) -> None:
    told = executed(house, client, query, {"shown": column})
    assert told["shown"] == shown(client, query, column) != []


def test_a_notebook_of_cells_and_features_opens_both(client: httpx.Client, house: House) -> None:
    query = "layer=world:sst&layer.2=quakes:features&property.2=depth&area=115,-5,130,5&on=2"
    told = executed(house, client, query, {"shown_2": "depth"})
    assert told["shown_2"] == shown(client, query, "depth") != []


def test_features_without_a_file_are_asked_of_the_platform(client: httpx.Client) -> None:
    code = client.get("/browser/notebook.ipynb?layer=samples:features&filter=b1+%3E+80").text
    assert "repeatpass.Client().url" in code and "repeatpass.open" not in code
    wrong = client.get("/browser/notebook.ipynb?layer=quakes:features&filter=depth+%3E")
    assert wrong.status_code == 400 and "not CQL2-Text" in wrong.json()["detail"]
