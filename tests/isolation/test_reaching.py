"""Attempts to reach the platform, its neighbours and the world over a network or sockets."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from attempts import Sandboxed
from tests.houses import working_house

from repeatpass.access import Role

REFUSED = "Connection refused"
NOWHERE = ("Network is unreachable", "Cannot assign requested address")


@pytest.fixture(scope="module")
def service() -> Iterator[int]:
    """A service on the loopback interface of this machine, as the platform's own port or a database is."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"from outside")

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_services_of_the_machine_cannot_be_reached_and_the_attempt_is_on_record(house: Sandboxed, service: int) -> None:
    with socket.create_connection(("127.0.0.1", service)):
        pass  # it is there
    run = house.fails(f"import socket; socket.create_connection(('127.0.0.1', {service}), 3)", by=REFUSED)
    assert ("network", f"127.0.0.1:{service}") in house.unrecorded(run)
    house.fails(f"import urllib.request; urllib.request.urlopen('http://localhost:{service}', timeout=3)", by=REFUSED)


@pytest.mark.parametrize("address", ["169.254.169.254", "1.1.1.1", "192.168.0.1", "10.0.0.1"])
def test_neither_the_clouds_metadata_nor_the_world_can_be_reached(house: Sandboxed, address: str) -> None:
    run = house.fails(f"import socket; socket.create_connection(({address!r}, 80), 3)", by=NOWHERE)
    assert ("network", f"{address}:80") in house.unrecorded(run)


def test_names_cannot_be_looked_up(house: Sandboxed) -> None:
    house.fails("import socket; socket.getaddrinfo('example.org', 443)", by=("resolution", "not known", "No address"))


def test_the_executors_socket_is_not_there(house: Sandboxed) -> None:
    path = house.executor()["socket"]
    assert Path(path).exists()
    house.fails(f"import socket; socket.socket(socket.AF_UNIX).connect({path!r})", by="No such file or directory")


def test_abstract_sockets_of_the_machine_are_not_there(house: Sandboxed) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("\0repeatpass-attempt")
        listening.listen()
        with socket.socket(socket.AF_UNIX) as near:
            near.connect("\0repeatpass-attempt")
        house.fails("import socket; socket.socket(socket.AF_UNIX).connect('\\0repeatpass-attempt')", by=REFUSED)


def test_raw_packets_cannot_be_sent(house: Sandboxed) -> None:
    house.fails("import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)", by="Operation not permitted")


def test_two_kernels_of_one_person_do_not_share_a_loopback_interface(house: Sandboxed) -> None:
    listen = "import socket, time; server = socket.create_server(('127.0.0.1', 45454)); print('up', flush=True); time.sleep(6)"
    other = house.start(listen)
    house.fails("import socket, time; time.sleep(2); socket.create_connection(('127.0.0.1', 45454), 2)", by=REFUSED)
    assert house.ended(other).state == "succeeded"


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory, service: int) -> Iterator[Sandboxed]:
    """A house whose operator allows one service of this machine, by its address, and another name."""
    listed = f"127.0.0.1:{service}, nobody.invalid, localhost:{service}"
    home = tmp_path_factory.mktemp("open") / "home"
    with working_house(home, multi_user=True, network_allow=listed) as opened:
        ann = opened.access.add_user(opened.owner, "ann", "Ann", Role.SCIENTIST)
        yield Sandboxed(house=opened, ann=ann, bob=ann, prefix=Path())


ASK = (
    "import urllib.request, os\nos.environ['no_proxy'] = os.environ['NO_PROXY'] = ''\n"
    "print(urllib.request.urlopen({!r}, timeout=10).read())"
)


def test_what_the_operator_lists_is_reached_and_leaves_a_trace(open_house: Sandboxed, service: int) -> None:
    run = open_house.run(ASK.format(f"http://127.0.0.1:{service}/data"))
    assert run.state == "succeeded", run.message
    log = open_house.log(run)
    assert "b'from outside'" in log
    assert f"Connected to 127.0.0.1:{service}, which the operator allows" in log
    assert ("network", f"127.0.0.1:{service}") in open_house.unrecorded(run)
    assert "network by allow-list" in run.isolation


@pytest.mark.parametrize("address", ["http://example.org/", "http://169.254.169.254/latest/", "http://127.0.0.1:1/"])
def test_what_is_not_listed_is_refused_and_leaves_a_trace(open_house: Sandboxed, address: str) -> None:
    run = open_house.fails(ASK.format(address), by="403")
    assert "A connection was refused: " in open_house.log(run)
    assert "not among the hosts that the operator allows" in open_house.log(run)


def test_a_listed_name_that_leads_nowhere_is_refused(open_house: Sandboxed) -> None:
    run = open_house.fails(ASK.format("http://nobody.invalid/"), by="403")
    assert "nobody.invalid is not known" in open_house.log(run)


def test_a_tunnel_by_connect_is_held_to_the_same_list(open_house: Sandboxed, service: int) -> None:
    tunnel = """
import os, socket, urllib.parse
line = socket.create_connection(('127.0.0.1', urllib.parse.urlsplit(os.environ['HTTPS_PROXY']).port), 5)
line.sendall(b'CONNECT {} HTTP/1.1\\r\\n\\r\\n'); print(line.recv(100))
line.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n'); print(line.makefile('rb').read())
"""
    run = open_house.run(tunnel.format(f"127.0.0.1:{service}"))
    assert "200 Connection established" in open_house.log(run) and "from outside" in open_house.log(run)
    run = open_house.run(tunnel.format("[::1]:22"))
    assert "403 Forbidden" in open_house.log(run) and "A connection was refused: ::1:22" in open_house.log(run)
