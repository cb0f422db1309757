"""The commands on the page about executing over HTTP, run as they stand there by a shell."""

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.conftest import cannot
from tests.served import Served

pytestmark = pytest.mark.xdist_group("api")
PAGE = Path(__file__).parents[2] / "docs" / "headless.md"


def test_every_command_on_the_page_works(served: Served, web: httpx.Client, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        cannot("curl is not installed here")
    del web  # the echo is on the shelf
    script = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL))
    script = script.replace("$(repeatpass token)", served.token).replace("http://127.0.0.1:8765", served.address)
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2.5")
    assert "900 is greater than the maximum of 600" in done.stdout
    assert '"numberMatched"' in done.stdout
