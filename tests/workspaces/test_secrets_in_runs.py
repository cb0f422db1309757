"""A secret reaches the runs of its owner, and nothing of it is left anywhere."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.houses import notebook, working_house

from repeatpass.access import Actor, Role
from repeatpass.assembly import House
from repeatpass.runs.masking import MASK
from repeatpass.runs.records import Run, State
from repeatpass.verification.comparison.records import Verdict

VALUE = "hunter2/ÄÖ+“quoted”&more"
BOB = Actor(id="bob", name="Bob", role=Role.SCIENTIST)
SHOWS = [
    "import os, sys, warnings\nvalue = os.environ['SENTINEL_TOKEN']\nprint('told', value)\nprint(value, file=sys.stderr)",
    "import base64, json, urllib.parse\nprint(base64.b64encode(('user:' + value).encode()).decode())\n"
    "print(urllib.parse.quote(value), json.dumps(value), repr(value), value.encode().hex())",
    "from IPython.display import HTML, display\ndisplay(HTML(f'<b>{value}</b>'))\nvalue",
    "import matplotlib\nmatplotlib.use('svg')\nimport matplotlib.pyplot as plt\nplt.rcParams['svg.fonttype'] = 'none'\n"
    "figure = plt.figure()\nfigure.suptitle(value)\ndisplay(figure)",
]
RAISES = "raise ValueError(f'the server refused {value}')"
PUBLISHES = "import repeatpass\nrepeatpass.output('note.txt').write_text('key=' + {form})"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("secrets") / "home") as opened:
        opened.access.add_user(opened.owner, "bob", "Bob", Role.SCIENTIST)
        opened.secrets.set(opened.owner, "SENTINEL_TOKEN", VALUE)
        yield opened


def ended(house: House, *cells: str, actor: Actor | None = None) -> Run:
    asked = house.submitting.submit_file(actor or house.owner, "mine.ipynb", notebook(*cells), {})
    return settled(house, asked)


def settled(house: House, asked: Run) -> Run:
    """Wait for the end of a run, and until its folder is cleared away."""
    run = house.runs.wait(asked.id, 90)
    while house.folders.of(run.id).exists():
        time.sleep(0.02)
    return run


def forms() -> set[bytes]:
    """Return the ways in which the bytes of the secret could stand somewhere."""
    plain = [VALUE, quote(VALUE), quote(VALUE, safe=""), VALUE.encode().hex()]
    coded = [base64.b64encode(f"{before}{VALUE}".encode()).decode()[8:-4] for before in ("", "user:", "x")]
    return {text.encode() for text in [*plain, *coded]} | {VALUE.encode("utf-16-le")}


def found_in(home: Path) -> list[str]:
    """Return the files of a home in which the secret stands, in any of its forms."""
    files = (path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink())
    ours = (path for path in files if not path.is_relative_to(home / "environments"))
    return [str(path.relative_to(home)) for path in ours if any(form in path.read_bytes() for form in forms())]


def executed(house: House, run: Run) -> str:
    return house.files.read(run.executed).decode()


def test_what_a_run_shows_of_a_secret_is_masked_and_no_file_of_the_home_holds_it(house: House) -> None:
    run = ended(house, *SHOWS)
    assert run.state is State.SUCCEEDED, run.message
    text = executed(house, run)
    assert f"told {MASK}" in text and f"<b>{MASK}</b>" in text
    assert "svg" in text
    assert f"told {MASK}" in house.files.read(run.log).decode()
    assert found_in(house.settings.home) == []


def test_an_error_that_names_a_secret_is_masked_in_message_failure_and_traceback(house: House) -> None:
    run = ended(house, SHOWS[0], RAISES)
    assert run.state is State.FAILED
    assert run.failure is not None
    assert run.failure.evalue == f"the server refused {MASK}"
    assert MASK in run.message and MASK in "".join(run.failure.traceback)
    assert found_in(house.settings.home) == []


@pytest.mark.parametrize(
    "form", ["value", "urllib.parse.quote(value)", "base64.b64encode(b'ab' + value.encode()).decode()"]
)
def test_a_file_that_holds_a_secret_is_not_kept_and_the_run_says_why(house: House, form: str) -> None:
    begin = "import base64, os, urllib.parse\nvalue = os.environ['SENTINEL_TOKEN']"
    run = ended(house, begin, PUBLISHES.format(form=form))
    assert run.state is State.FAILED
    assert "SENTINEL_TOKEN" in run.message and "was not kept" in run.message
    assert house.runs.provenance(run.id).outputs == []
    assert found_in(house.settings.home) == []


def test_a_file_without_the_secret_is_kept(house: House) -> None:
    run = ended(house, "import os\nassert os.environ['SENTINEL_TOKEN']", PUBLISHES.format(form="'none'"))
    assert [output.path for output in house.runs.provenance(run.id).outputs] == ["note.txt"]


def test_somebody_else_gets_neither_the_secret_nor_a_repeat_with_it(house: House) -> None:
    shows = "import os, repeatpass\nheld = 'SENTINEL_TOKEN' in os.environ\nprint('held', held)\n"
    publish = "repeatpass.output('held.txt').write_text(str(held))"
    run = ended(house, shows + publish)
    assert "held True" in executed(house, run)
    assert "held False" in executed(house, ended(house, shows, actor=BOB))
    own = house.repeating.repeat(house.owner, run.id)
    theirs = house.repeating.repeat(BOB, run.id)
    for repeat in (own, theirs):
        while house.repeats.repeat(repeat.id).verdict is None:
            house.events.wake()
            for id in house.repeats.repeat(repeat.id).runs:
                house.runs.wait(id, 1)
    assert house.repeats.repeat(own.id).verdict is Verdict.IDENTICAL
    told = house.repeats.repeat(theirs.id)
    assert told.verdict is Verdict.DIFFERENT
    assert "SENTINEL_TOKEN" not in told.summary
    assert "secrets" in told.summary
    assert VALUE not in str(told)


def test_a_parameter_whose_name_says_that_it_is_secret_is_masked_like_one(house: House) -> None:
    content = notebook("print('asked with', api_token)", parameters='api_token = ""\nplace = "here"')
    asked = house.submitting.submit_file(house.owner, "asks.ipynb", content, {"api_token": "abcdef-123456"})
    run = settled(house, asked)
    assert run.state is State.SUCCEEDED, run.message
    assert "abcdef-123456" not in executed(house, run)
    assert f"asked with {MASK}" in executed(house, run)


def test_a_secret_whose_key_was_lost_ends_the_run_with_a_sentence(house: House) -> None:
    from repeatpass.workspaces.sealing import Sealer
    from repeatpass.workspaces.secrets import Secrets

    Secrets(house.database, Sealer(b"k" * 32)).set(BOB, "LOST_TOKEN", "was sealed elsewhere")
    run = ended(house, "1", actor=BOB)
    house.secrets.remove(BOB, "LOST_TOKEN")
    assert run.state is State.CRASHED
    assert "LOST_TOKEN cannot be opened" in run.message
