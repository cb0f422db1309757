"""Which connections an operator's list lets through."""

import ipaddress

import pytest

from repeatpass.core.errors import Invalid
from repeatpass.runs.network import allowed_of, entries_of


@pytest.mark.parametrize(
    ("entry", "host", "port", "let"),
    [
        ("example.org", "example.org", 443, True),
        ("example.org", "EXAMPLE.org.", 80, True),
        ("example.org", "example.org", 22, False),
        ("example.org:22", "example.org", 22, True),
        ("example.org", "evil-example.org", 443, False),
        ("example.org", "example.org.evil.net", 443, False),
        ("*.esa.int", "data.esa.int", 443, True),
        ("*.esa.int", "esa.int", 443, False),
        ("*.esa.int", "notesa.int", 443, False),
        ("*", "anything.example", 443, True),
        ("10.1.0.0/16", "10.1.2.3", 443, True),
        ("10.1.0.0/16", "10.2.2.3", 443, False),
        ("[::1]:8080", "::1", 8080, True),
        ("::1", "::1", 443, True),
    ],
)
def test_names_are_let_through_as_listed(entry: str, host: str, port: int, let: bool) -> None:
    assert allowed_of([entry]).names(host, port) is let


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0", "::1", "fe80::1",
     "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "224.0.0.1", "255.255.255.255"],
)  # fmt: skip
def test_private_addresses_are_never_reached_by_a_name(address: str) -> None:
    assert not allowed_of(["*"]).reaches(ipaddress.ip_address(address))


def test_private_addresses_are_reached_where_they_are_listed() -> None:
    assert allowed_of(["10.1.0.0/16"]).reaches(ipaddress.ip_address("10.1.9.9"))
    assert allowed_of(["db.example:5432"]).reaches(ipaddress.ip_address("93.184.215.14"))


@pytest.mark.parametrize("entry", ["http://example.org", "exa mple", "*.*.org", "ex*mple.org", "host:99999", "-x.org"])
def test_what_is_no_host_is_refused_with_what_would_be_right(entry: str) -> None:
    with pytest.raises(Invalid, match=r"REPEATPASS_NETWORK_ALLOW.*write host, host:port"):
        entries_of(f"example.org, {entry}")
