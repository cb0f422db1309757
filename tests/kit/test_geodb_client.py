"""xcube_geodb's own client, in an environment of its own, finds our stand-in true: it gets the same features as we do."""

import json
from pathlib import Path

import pytest
from elsewhere import elsewhere
from geodbservice import service
from otherpythons import python_with, run

import repeatpass
from repeatpass.kit.connectors import oauth

pytestmark = pytest.mark.slow

ASK = """
import json, sys
from xcube_geodb.core.geodb import GeoDBClient
host, port = sys.argv[1].rsplit(":", 1)
there = GeoDBClient(server_url=host, server_port=int(port), client_id="me", client_secret="very-secret",
                    auth_mode="client-credentials", auth_domain=sys.argv[1], auth_aud="https://geodb.example.org")
def told(found):
    return [[int(row.id), float(row.value), row.geometry.x, row.geometry.y] for row in found.itertuples()] + [found.crs.to_epsg()]
print(json.dumps([told(there.get_collection("stations", query="order=id")),
                  told(there.get_collection_by_bbox("stations", (5, 43, 17, 48)).sort_values("id"))]))
"""


def test_the_client_and_we_get_the_same_features_from_the_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MINE", "me:very-secret")
    monkeypatch.setattr(oauth, "_tokens", {})
    with elsewhere() as there:
        service(there)
        theirs = json.loads(run(python_with("xcube_geodb", tmp_path), ASK, there.url, home=tmp_path)[-1])
        given = {"secret": "MINE", "token_url": f"{there.url}/oauth/token", "audience": "https://geodb.example.org"}
        address = f"geodb+{there.url}/stations"
        for found, expected in zip(
            (repeatpass.open(address, **given), repeatpass.open(address, bbox=(5, 43, 17, 48), **given)),
            theirs,
            strict=True,
        ):
            ours = [[row.id, row.value, row.geometry.x, row.geometry.y] for row in found.itertuples()]
            assert [*ours, found.crs.to_epsg()] == expected
