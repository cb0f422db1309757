"""``repeatpass up``: open the house and serve it."""

import gc
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from repeatpass.cli.common import Home, console

if TYPE_CHECKING:
    import uvicorn

    from repeatpass.assembly import House
    from repeatpass.demo.filling import Filling


def up(
    home: Home = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (8765).", envvar="REPEATPASS_PORT")] = None,
    no_browser: Annotated[bool | None, typer.Option("--no-browser", help="Do not open a browser.")] = None,
    demo: Annotated[bool | None, typer.Option(help="Fill an empty house with the demonstration.")] = None,
) -> None:
    """Open the house, fill it at first start, and serve it until Ctrl-C."""
    from repeatpass.assembly import made_home, open_house
    from repeatpass.cli.logs import log_to
    from repeatpass.cli.progress import show_filling
    from repeatpass.cli.serving import only_server
    from repeatpass.demo.filling import Filling, fill, install_only
    from repeatpass.runs.sandbox import require
    from repeatpass.settings import read_settings

    settings = read_settings(home=home, port=port, no_browser=no_browser, demo=demo)
    # The lock comes first: a second server must not even look at the database, which opening may upgrade.
    with only_server(made_home(settings.home), settings.address):
        _require_free(settings.host, settings.port)
        log_to(settings.home)
        house, filling = open_house(settings), Filling()
        require(house.folders.isolation)
        prepare = fill if settings.demo else install_only

        def when_served() -> None:
            _announce(settings.address, settings.home, settings.no_browser)
            threading.Thread(target=prepare, args=(house, filling), daemon=True, name="fill").start()
            show_filling(filling)

        _serve(house, filling, when_served)


def _serve(house: "House", filling: "Filling", when_served: Callable[[], None]) -> None:
    import uvicorn

    from repeatpass.server import make_app

    settings = house.settings
    app = make_app(house, filling)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,  # its own messages go where ours go
        access_log=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=75,  # browsers keep theirs as long; closed sooner, a request can meet the closing
        server_header=False,
    )
    with suppress(KeyboardInterrupt):  # uvicorn has stopped in order before it raises the signal again
        server = uvicorn.Server(config)
        threading.Thread(target=_once_started, args=(server, when_served), daemon=True, name="progress").start()
        server.run()
    console.print("Stopped. Runs under way are finished and taken up at the next start.")


def _once_started(server: "uvicorn.Server", when_served: Callable[[], None]) -> None:
    # What fills the house must not make the first page wait for the interpreter's lock.
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.02)
    gc.collect()
    gc.freeze()  # what was made by now stays; to look through it again and again would hold requests up
    when_served()


def _require_free(host: str, port: int) -> None:
    from repeatpass.core.errors import Conflict

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                f"Port {port} cannot be used ({error.strerror}). Stop what listens there, or choose another with --port."
            ) from None


def _announce(address: str, home: Path, no_browser: bool) -> None:
    console.print(f"[bold]Repeatpass[/] is at [link={address}]{address}[/link]", highlight=False)
    console.print(f"Everything is kept in {home}. Ctrl-C stops.", highlight=False)
    if not no_browser:
        threading.Thread(target=_open_browser, args=(address,), daemon=True).start()


def _open_browser(address: str) -> None:
    try:
        opened = webbrowser.open(address)
    except webbrowser.Error:
        opened = False
    if not opened:
        console.print(f"No browser could be opened; open {address} yourself.", highlight=False)
