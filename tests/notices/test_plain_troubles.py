"""What is wrong elsewhere is said in plain words, whichever library says it; real sockets, real refusals."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
import httpx
import pytest
import rasterio

from repeatpass.notices.troubles import in_words

FOREIGN = ("Error", "Errno", "http_status", "urlopen", "CURL", "[", "Exception")


@contextmanager
def answering(content: bytes) -> Iterator[str]:
    """A server that says *content* to whoever connects, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(content)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/a.tif"
        server.shutdown(socket.SHUT_RDWR)


def of_httpx(address: str) -> str:
    with pytest.raises((httpx.HTTPError, ValueError)) as caught:
        httpx.get(address, timeout=0.5, trust_env=False).raise_for_status().json()
    return in_words(caught.value)


def of_fsspec(address: str) -> str:
    with pytest.raises((OSError, ValueError)) as caught, fsspec.open(address, "rb") as file:
        file.read()
    return in_words(caught.value)


def of_gdal(address: str) -> str:
    with pytest.raises(rasterio.errors.RasterioIOError) as caught, rasterio.Env(GDAL_HTTP_MAX_RETRY=0):
        rasterio.open(f"/vsicurl/{address}")
    return in_words(caught.value)


DOWN = "http://127.0.0.1:9/a.tif"
EMPTY = b"Content-Length: 0\r\nConnection: close\r\n\r\n"


def test_a_server_that_is_down_is_said_to_be() -> None:
    for said in (of_httpx(DOWN), of_fsspec(DOWN)):
        assert said.startswith("nobody answers there: the server is down") and said.endswith("Try again later.")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"HTTP/1.1 404 Not Found\r\n", "there is nothing at this address (404). Check the address."),
        (b"HTTP/1.1 403 Forbidden\r\n", "it does not let us in (403)"),
        (b"HTTP/1.1 503 Busy\r\n", "it has trouble of its own (503). Try again later."),
        (b"HTTP/1.1 429 Slow\r\n", "it was asked too often (429). Try again later."),
    ],
)
def test_answers_that_are_errors_say_what_to_do(line: bytes, says: str) -> None:
    with answering(line + EMPTY) as address:
        found = [of_httpx(address), of_fsspec(address)]
    assert all(says in each for each in found), found
    assert not [each for each in found if any(word in each for word in FOREIGN)]


def test_gdal_is_put_into_plain_words_too() -> None:
    with answering(b"HTTP/1.1 503 Busy\r\n" + EMPTY) as address:
        assert "it has trouble of its own (503)" in of_gdal(address)


def test_a_connection_that_breaks_off_and_one_that_is_silent_are_said() -> None:
    with answering(b"") as address:
        assert of_httpx(address).startswith("it broke off while it answered")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert (
            of_httpx(f"http://127.0.0.1:{silent.getsockname()[1]}/") == "it does not answer in time. Try again later."
        )


def test_what_is_no_json_and_a_name_that_nobody_has_are_said() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html") as address:
        assert "no JSON" in of_httpx(address)
    assert "the name in the address is not known" in of_httpx("http://nobody.invalid/")
    assert in_words(OSError()) == "it does not answer as it should. Try again later."
