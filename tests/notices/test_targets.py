"""Addresses that notices may not go to: a look inside the server's own network is never somebody's request away."""

from pathlib import Path

import pytest
from tests.notices.receiving import receiver

from repeatpass.core.errors import Forbidden, Invalid
from repeatpass.core.times import now
from repeatpass.notices.delivering import Messenger
from repeatpass.notices.records import Notice
from repeatpass.notices.signing import Signer
from repeatpass.notices.targets import Targets

INSIDE = [
    "http://127.0.0.1:8765/ogc/jobs",
    "http://127.1:80/",
    "http://2130706433/",
    "http://0.0.0.0/",
    "http://0/",
    "http://localhost/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://10.0.0.1/",
    "http://172.16.3.4/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
]
NO_ADDRESS = ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "example.org", "", "http://",
              "http://example.org:99999/", "http://user:word@example.org/", "http://exa mple.org/",
              "http://example.org/\r\nX: y", "javascript:alert(1)", "http://[::1", "http://a/" + "x" * 3000]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_of_the_inside_is_refused(url: str) -> None:
    targets = Targets.read("none")
    with pytest.raises(Forbidden, match="an address of this machine or of a private network"):
        targets.resolve(targets.check(url))


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_is_no_web_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(Invalid):
        Targets.read("all").check(url)


def test_a_public_address_is_allowed() -> None:
    for url, address in (
        ("https://93.184.215.14/x", "93.184.215.14"),
        ("http://[2606:4700::1111]/", "2606:4700::1111"),
    ):
        assert Targets.read("none").resolve(Targets.read("none").check(url)) == address


def test_named_networks_are_allowed_and_others_are_not() -> None:
    targets = Targets.read("10.1.0.0/16, 192.168.7.20")
    assert targets.resolve("http://10.1.200.3/") == "10.1.200.3"
    assert targets.resolve("http://192.168.7.20/") == "192.168.7.20"
    with pytest.raises(Forbidden):
        targets.resolve("http://192.168.7.21/")
    with pytest.raises(Invalid, match=r"write all, none, or networks such as 10\.1\.0\.0/16"):
        Targets.read("10.1.0.0/16, intranet")


def test_the_address_that_was_looked_at_is_the_one_connected_to(tmp_path: Path) -> None:
    """A name that means something else when it is asked a second time leads nowhere."""

    class Rebinding(Targets):
        def resolve(self, url: str) -> str:
            return "127.0.0.1"  # what was looked at; the name itself is unknown

    with receiver() as there:
        messenger = Messenger(Rebinding(), Signer(tmp_path))
        url = f"http://rebinding.invalid:{there.port}/a"
        notice = Notice(id="n", kind="callback", subject="", url=url, media_type="text/plain", body="", created=now())
        assert messenger.deliver(notice).status == 200
        assert there.got[0].headers["host"] == f"rebinding.invalid:{there.port}"
        messenger.close()
