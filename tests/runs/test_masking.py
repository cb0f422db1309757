"""Secrets are found in every form that a page, a log or an address gives them."""

import base64
import json
import zlib
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from repeatpass.runs.execution import Failure, Outcome
from repeatpass.runs.masking import MASK, Masks, masked_parameters, masks_for

VALUE = 'pa$$ "w\\rd"/ü&='
KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nw0BAQEFAASCBKcwggSj\n-----END KEY-----"
FORMS = {
    "as it is": VALUE,
    "in JSON": json.dumps({"key": VALUE}),
    "in JSON with letters": json.dumps([VALUE], ensure_ascii=False),
    "in Python": repr([VALUE]),
    "in an address": f"https://example.org/?key={quote(VALUE, safe='')}&x=1",
    "in a form": f"key={quote_plus(VALUE)}",
    "in hexadecimal": VALUE.encode().hex(),
    "in base64": base64.b64encode(VALUE.encode()).decode(),
    "in base64 after one letter": base64.b64encode(b"u" + VALUE.encode() + b"more").decode(),
    "in base64 after two letters": base64.b64encode(b"u:" + VALUE.encode() + b"!").decode(),
    "in base64 for addresses": base64.urlsafe_b64encode(b"use" + VALUE.encode()).decode(),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_secret_is_masked(text: str, tmp_path: Path) -> None:
    masks = Masks({"TOKEN": VALUE})
    assert MASK in masks.text(f"before {text} after")
    assert VALUE not in masks.text(text)
    file = tmp_path / "file"
    for code in ("utf-8", "utf-16-le"):
        file.write_bytes(b"\0\1" + text.encode(code) + b"\xff")
        assert masks.found_in(file) == "TOKEN"


def test_a_key_of_several_lines_is_masked_line_by_line_as_a_notebook_keeps_it() -> None:
    kept = json.dumps(KEY.splitlines(keepends=True))
    masked = Masks({"PEM": KEY}).text(kept)
    assert not any(line in masked for line in KEY.splitlines())


def test_what_is_not_secret_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(zlib.compress(bytes(range(256)) * 4000, 0))
    for masks in (Masks(), Masks({"TOKEN": VALUE})):
        assert masks.text("nothing to see") == "nothing to see"
        assert masks.found_in(file) == ""
    file.write_bytes(b"")
    assert Masks({"TOKEN": VALUE}).found_in(file) == ""


def test_an_outcome_is_masked_in_every_text() -> None:
    failure = Failure(cell=1, source=f"x = '{VALUE}'", ename=VALUE, evalue=f"no {VALUE}", traceback=("a", VALUE))
    masked = Masks({"TOKEN": VALUE}).outcome(Outcome(state="failed", message=f"It says {VALUE}", failure=failure))
    assert VALUE not in str(masked)
    assert str(masked).count(MASK) == 5


def test_parameters_are_secret_by_their_names() -> None:
    given = {"api_token": "abcdefgh", "Password": "x", "months": 3, "apiKey": "k", "tokens": ["a"], "empty_token": ""}
    shown = masked_parameters(given)
    assert shown == given | {"api_token": MASK, "Password": MASK, "apiKey": MASK}
    masks = masks_for(given, {})
    assert masks.text("abcdefgh x k") == f"{MASK} x k"  # shorter ones would be found everywhere
    assert masked_parameters({"author": "Ann", "region": "tokyo", "keyword": "ice"}) == {
        "author": "Ann", "region": "tokyo", "keyword": "ice",
    }  # fmt: skip
