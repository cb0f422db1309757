"""Nobody executes anything here who may not: not another page, not another host, not a guest."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.conftest import cannot
from tests.houses import notebook
from tests.served import Served

from repeatpass.api.neighbours import is_our_own

pytestmark = pytest.mark.xdist_group("api")
EXECUTION = "/ogc/processes/warmth/execution"
JOBS = "/ogc/processes/execute-notebook/jobs"
BODY = json.dumps({"inputs": {"number": 1}})


class Answer:
    """Status, headers and body of an answer."""

    def __init__(self, served: Served, method: str, path: str, body: str | None = None, **headers: str) -> None:
        line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, body=body, headers=named)
        answer = line.getresponse()
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()
        line.close()


def number_of_jobs(served: Served) -> int:
    return int(served.ask("/ogc/jobs")["numberMatched"])


def cookie(served: Served) -> str:
    """The session of a browser that opened the home page."""
    given = Answer(served, "GET", "/").headers["Set-Cookie"]
    return str(given).split(";")[0]


@pytest.fixture(autouse=True)
def nothing_was_executed(served: Served, request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test here is one that must not lead to a run, unless its name says that it executes."""
    before = number_of_jobs(served)
    yield
    if "executes" not in request.node.name:
        assert number_of_jobs(served) == before


def own(served: Served) -> str:
    return f"http://127.0.0.1:{served.port}"


def test_a_guest_may_not_run_anything(served: Served) -> None:
    answer = Answer(served, "POST", EXECUTION, BODY)
    assert answer.status == 403
    assert "needs the right to run" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "127.0.0.1:1"]
)
def test_another_name_for_this_host_is_refused(served: Served, host: str) -> None:
    for method, path in (("GET", "/"), ("GET", "/ogc/jobs"), ("POST", EXECUTION)):
        answer = Answer(served, method, path, BODY if method == "POST" else None, Host=host.format(port=served.port))
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{port}@evil.example",
        "",
    ],
)
def test_a_page_of_another_origin_cannot_execute_even_with_the_cookie(served: Served, origin: str) -> None:
    given = {"Origin": origin.format(port=served.port)} if origin else {}
    answer = Answer(served, "POST", EXECUTION, BODY, Cookie=cookie(served), **given)
    assert answer.status == 403


@pytest.mark.parametrize("value", ["repeatpass=", "repeatpass=guessed", "repeatpass=é", "a/b=1; x", "expires=x"])
def test_a_made_up_cookie_is_worth_nothing(served: Served, value: str) -> None:
    answer = Answer(served, "POST", EXECUTION, BODY, Cookie=value.encode().decode("latin-1"), Origin=own(served))
    assert answer.status == 403


def test_a_made_up_token_is_worth_nothing_even_with_the_cookie(served: Served) -> None:
    given = {"Authorization": "Bearer guessed", "Cookie": cookie(served), "Origin": own(served)}
    assert Answer(served, "POST", EXECUTION, BODY, **given).status == 403


def test_the_owners_browser_executes_beside_the_odd_cookies_of_other_programs(served: Served) -> None:
    cookies = f'_xsrf=2|a; bad[key]=1; {cookie(served)}; user="a b"'
    answer = Answer(served, "POST", EXECUTION, BODY, Cookie=cookies, Origin=own(served), Prefer="respond-async")
    assert answer.status == 201


def test_a_token_executes(served: Served) -> None:
    given = {"Authorization": f"Bearer {served.token}", "Prefer": "respond-async"}
    assert Answer(served, "POST", EXECUTION, BODY, **given).status == 201


def test_the_session_is_kept_from_scripts_and_from_other_sites(served: Served) -> None:
    given = str(Answer(served, "GET", "/").headers["Set-Cookie"])
    assert "SameSite=Strict" in given
    assert "HttpOnly" in given
    assert "Set-Cookie" not in Answer(served, "GET", "/ogc/jobs").headers


BY_USER = {"Accept": "text/html", "Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate"}


def test_the_first_page_that_the_owner_opens_is_the_owners_already(served: Served) -> None:
    first = Answer(served, "GET", "/workspace", None, **BY_USER)
    assert first.status == 200
    assert "SameSite=Strict" in first.headers["Set-Cookie"]
    assert b"Secrets" in first.body


@pytest.mark.parametrize(
    "told",
    [
        {"Sec_Fetch_Site": "cross-site"},  # a link of a page elsewhere
        {"Sec_Fetch_Site": "same-site"},  # another port of this machine
        {"Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Mode": "cors", "Origin": "https://evil.example"},
        {"Accept": "*/*"},
        {"Cookie": "other=1", "Sec_Fetch_Site": ""},
    ],
)
def test_a_first_page_that_somebody_else_asks_for_is_a_guests(served: Served, told: dict[str, str]) -> None:
    assert Answer(served, "GET", "/workspace", None, **(BY_USER | told)).status == 403


def test_the_first_request_of_a_browser_changes_nothing(served: Served) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert Answer(served, method, EXECUTION, BODY, **BY_USER).status in {403, 404, 405}


def test_what_executes_is_open_to_other_origins_with_a_token_only(served: Served) -> None:
    elsewhere = {"Origin": "https://evil.example"}
    for cookies in ({}, {"Cookie": cookie(served)}):
        answer = Answer(served, "POST", EXECUTION, "not JSON", **elsewhere, **cookies)
        assert answer.status in {400, 403}
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    answer = Answer(served, "POST", EXECUTION, BODY, Authorization=f"Bearer {served.token}", Prefer="respond-async")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"Location", "Link", "Preference-Applied"} <= set(
        answer.headers["Access-Control-Expose-Headers"].split(", ")
    )
    assert Answer(served, "GET", "/stac").headers["Access-Control-Allow-Origin"] == "*"  # data may be read


@pytest.mark.parametrize("wanted", ["content-type", "prefer", ""])
def test_a_preflight_without_a_token_gives_no_permission(served: Served, wanted: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = Answer(served, "OPTIONS", EXECUTION, None, Access_Control_Request_Headers=wanted, **asked)
    assert "Access-Control-Allow-Methods" not in answer.headers
    assert "Access-Control-Allow-Headers" not in answer.headers
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_preflight_with_a_token_gives_permission_without_cookies(served: Served) -> None:
    asked = {"Origin": "https://client.example", "Access-Control-Request-Method": "POST"}
    wanted = "authorization,content-type,prefer"
    answer = Answer(served, "OPTIONS", EXECUTION, None, Access_Control_Request_Headers=wanted, **asked)
    assert answer.status == 204
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    refused = Answer(served, "OPTIONS", "/runs/x/repeat", None, Access_Control_Request_Headers=wanted, **asked)
    assert "Access-Control-Allow-Methods" not in refused.headers


def test_a_web_socket_is_refused(served: Served) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    answer = Answer(served, "GET", "/", None, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==", **upgrade)
    assert answer.status == 403


@pytest.mark.parametrize(
    "name",
    ["../owner.token", "../../secrets.ipynb", "/etc/passwd", "a\0b", "x" * 5000, "..", ".", "link/outside.ipynb"],
)
def test_a_notebooks_name_does_not_lead_out_of_the_workspace(served: Served, name: str) -> None:
    workspace = served.home / "workspaces" / "owner"
    workspace.mkdir(parents=True, exist_ok=True)
    (served.home / "secrets.ipynb").write_bytes(notebook("1"))
    (served.home.parent / "outside.ipynb").write_bytes(notebook("1"))
    if not (workspace / "link").exists():
        (workspace / "link").symlink_to(served.home.parent)
    body = json.dumps({"inputs": {"notebook": name}})
    answer = Answer(served, "POST", JOBS, body, Authorization=f"Bearer {served.token}")
    assert answer.status in {400, 403, 404}
    assert b"root:" not in answer.body


@pytest.mark.parametrize("id", ["../../x", "a/b", "x" * 41, "ü", "-x"])
def test_a_runs_id_does_not_lead_out_of_the_folder_of_runs(served: Served, id: str) -> None:
    body = json.dumps({"inputs": {}, "job_id": id})
    answer = Answer(served, "POST", EXECUTION, body, Authorization=f"Bearer {served.token}")
    assert answer.status == 400


def test_files_of_the_disk_are_not_served(served: Served) -> None:
    for path in (
        "/files/../repeatpass.db",
        "/files/..%2Fowner.token",
        "/static/../../../pyproject.toml",
        "/files/sha256:x",
    ):
        assert Answer(served, "GET", path).status in {400, 404}


def test_an_output_that_is_a_page_executes_nowhere(served: Served) -> None:
    page = "import os, repeatpass\nrepeatpass.output('page.html').write_text('<script>alert(1)</script>')\n"
    workspace = served.home / "workspaces" / "owner"
    workspace.mkdir(parents=True, exist_ok=True)
    (workspace / "page.ipynb").write_bytes(notebook(page))
    body = {"inputs": {"notebook": "page.ipynb"}}
    job = served.job(served.ask(JOBS, body)["jobID"])
    assert job["status"] == "successful", job
    (result,) = served.ask(f"/ogc/jobs/{job['jobID']}/results").values()
    answer = Answer(served, "GET", result["href"])
    assert answer.body == b"<script>alert(1)</script>"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox;")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


PAGE = """<!doctype html><title>elsewhere</title>
<form id="form" method="post" target="frame" enctype="text/plain" action="{here}{path}">
<input name='{{"inputs": {{"number": 1}}, "x": "' value='"}}'></form><iframe name="frame"></iframe>
<script>
const body = JSON.stringify({{inputs: {{number: 1}}}}), url = "{here}{path}";
const tries = [
  {{}}, {{mode: "no-cors"}}, {{credentials: "include"}}, {{mode: "no-cors", credentials: "include"}},
  {{headers: {{"content-type": "application/json"}}}},
  {{headers: {{authorization: "Bearer guessed"}}}},
];
(async () => {{
  const said = [];
  for (const more of tries) {{
    try {{ const r = await fetch(url, {{method: "POST", body, ...more}}); said.push(`${{r.type}} ${{r.status}}`); }}
    catch (error) {{ said.push("blocked"); }}
  }}
  try {{ said.push("cancel " + (await fetch("{here}/ogc/jobs/x", {{method: "DELETE"}})).status); }}
  catch (error) {{ said.push("blocked"); }}
  navigator.sendBeacon(url, body);
  document.getElementById("form").submit();
  setTimeout(() => {{ document.title = said.join(", "); }}, 700);
}})();
</script>"""


@pytest.fixture
def elsewhere(served: Served) -> Iterator[str]:
    """The address of a page that is served from another port of the same host, and from another name of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            here = f"http://{self.path.strip('/')}:{served.port}"
            self.wfile.write(PAGE.format(here=here, path=EXECUTION).encode())

        def log_message(self, *_given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_page_elsewhere_cannot_run_code_here_in_a_real_browser(served: Served, elsewhere: str) -> None:
    if not Path("/usr/bin/chromium").exists():
        cannot("Chromium is not installed.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_context().new_page()
        for name in ("127.0.0.1", "localhost"):
            page.goto(f"http://{name}:{served.port}/")  # the owner's session is there
            for other in ("127.0.0.1", "localhost"):
                page.goto(f"http://{other}:{elsewhere}/{name}")
                page.wait_for_function("document.title !== 'elsewhere'", timeout=20000)
                assert " 201" not in page.title()
                assert " 200" not in page.title()
        browser.close()


def test_another_user_of_this_machine_reads_and_gets_no_session(served: Served) -> None:
    if os.getuid() != 0 or shutil.which("curl") is None:
        pytest.skip("only root can ask as another user, and with curl")
    asked = ["runuser", "-u", "nobody", "--", "curl", "-s", "-i", f"{own(served)}/"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert answer.startswith("HTTP/1.1 200")
    assert "set-cookie" not in answer.lower()


def test_whose_a_connection_is_is_known_on_ipv6_too() -> None:
    server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    with server, socket.create_connection(("::1", server.getsockname()[1])) as line:
        assert is_our_own(line.getsockname()[:2])
        assert not is_our_own(("::1", 1))
    assert not is_our_own(None)
    assert not is_our_own(("testclient", 50000))
