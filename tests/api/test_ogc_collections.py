"""The collections under /ogc: the list, each of them, as JSON and as pages, and what is said of them elsewhere."""

import httpx
import pytest

pytestmark = pytest.mark.xdist_group("api")


def test_the_landing_page_leads_to_the_collections(web: httpx.Client) -> None:
    links = web.get("/ogc").json()["links"]
    assert [each["href"] for each in links if each["rel"] == "data"] == [f"{web.base_url}/ogc/collections"]
    classes = web.get("/ogc/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections" in classes
    assert len(classes) == len(set(classes))


def test_the_list_is_json_and_a_page(web: httpx.Client) -> None:
    body = web.get("/ogc/collections").json()
    assert {each["rel"] for each in body["links"]} >= {"self", "alternate"}
    assert body["numberReturned"] == len(body["collections"])
    page = web.get("/ogc/collections?f=html")
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/ogc/collections/none", 404, "none"),
        ("/ogc/collections?limit=0", 400, "limit is “0”"),
        ("/ogc/collections?offset=x", 400, "offset is “x”"),
        ("/ogc/collections?f=xml", 400, "f is “xml”"),
    ],
)
def test_what_is_wrong_is_said(web: httpx.Client, address: str, status: int, said: str) -> None:
    found = web.get(address)
    assert (found.status_code, said in found.json()["detail"]) == (status, True)
