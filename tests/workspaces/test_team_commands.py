"""Teams from a terminal: what is typed, what is said, and with which number a command ends."""

import json
import sys
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from repeatpass.access import SYSTEM, Role
from repeatpass.access.records import Part
from repeatpass.assembly import House, open_house
from repeatpass.cli.main import app, main
from repeatpass.core.errors import Conflict, Invalid, NotFound, RepeatpassError
from repeatpass.settings import Settings


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with its owner, Fay and Sam."""
    opened = open_house(Settings(home=tmp_path_factory.mktemp("teams") / "home", demo=False))
    for name in ("Fay", "Sam"):
        opened.access.add_user(SYSTEM, name.lower(), name, Role.SCIENTIST)
    yield opened
    opened.close()


def typed(house: House, *words: str) -> str:
    """Type ``repeatpass teams …`` and return what is printed, on one line; it ends well."""
    answer = CliRunner().invoke(app, ["teams", *words, "--home", str(house.settings.home)])
    assert answer.exit_code == 0, (answer.output, answer.exception)
    return " ".join(answer.output.split())


def refused(house: House, *words: str) -> RepeatpassError:
    """Type ``repeatpass teams …`` and return the error that its sentence is of."""
    error = CliRunner().invoke(app, ["teams", *words, "--home", str(house.settings.home)]).exception
    assert isinstance(error, RepeatpassError), error
    return error


def parts(house: House, id: str) -> dict[str, Part]:
    """Return who is what in a team."""
    return {each.user: each.part for each in house.sharing.teams.team(house.owner, id).members}


def test_a_team_is_made_filled_listed_and_ended(house: House) -> None:
    assert typed(house, "make", "coast", "--name", "Coastal group") == "“Coastal group” is there."
    assert typed(house, "put", "coast", "fay") == "fay is a member of “Coastal group”."
    assert typed(house, "put", "coast", "sam", "--manager") == "sam is a manager of “Coastal group”."
    listed = typed(house, "list")
    assert "coast Coastal group" in listed
    for who in ("owner (owner)", "sam (manager)", "fay (member)"):
        assert who in listed
    assert typed(house, "remove", "coast", "fay") == "fay is not in coast any more."
    assert parts(house, "coast") == {"owner": Part.OWNER, "sam": Part.MANAGER}
    assert typed(house, "end", "coast") == "coast has ended."
    assert "coast" not in typed(house, "list")


def test_a_team_without_a_name_is_called_by_its_id_and_without_any_the_list_says_how_one_is_made(house: House) -> None:
    assert typed(house, "list") == "None yet; repeatpass teams make ID makes one."
    assert json.loads(typed(house, "list", "--json")) == []
    assert typed(house, "make", "ice") == "“ice” is there."
    assert "ice ice owner (owner)" in typed(house, "list")
    typed(house, "end", "ice")


def test_the_list_as_json_has_each_team_with_its_members_and_their_parts(house: House) -> None:
    typed(house, "make", "snow", "--name", "Snow group")
    typed(house, "put", "snow", "fay")
    (found,) = json.loads(typed(house, "list", "--json"))
    assert (found["id"], found["name"]) == ("snow", "Snow group")
    assert found["created"].endswith("Z")
    shown = [(each["user"], each["name"], each["part"]) for each in found["members"]]
    assert shown == [("owner", house.owner.name, "owner"), ("fay", "Fay", "member")]
    typed(house, "end", "snow")


def test_whoever_is_put_in_twice_is_in_once_with_the_part_that_was_said_last(house: House) -> None:
    typed(house, "make", "twice")
    typed(house, "put", "twice", "fay")
    assert typed(house, "put", "twice", "fay", "--manager") == "fay is a manager of “twice”."
    assert typed(house, "put", "twice", "fay") == "fay is a member of “twice”."
    assert parts(house, "twice") == {"owner": Part.OWNER, "fay": Part.MEMBER}


@pytest.mark.parametrize(
    ("words", "kind", "says"),
    [
        (("make", "taken"), Conflict, "There is or was a team “taken”; choose another id."),
        (("make", "over"), Conflict, "There is or was a team “over”; choose another id."),
        (("make", "Two Words"), Invalid, "“Two Words”"),
        (("make", "fine", "--name", "x" * 201), Invalid, "Right would be: 1 to 200 letters, such as Coastal group."),
        (("put", "nowhere", "fay"), NotFound, "There is no team “nowhere” that you are in."),
        (("put", "taken", "nobody"), Invalid, "There is no active user “nobody”."),
        (("put", "taken", "owner"), Conflict, "“taken” is theirs; hand it over first."),
        (("put", "over", "fay"), NotFound, "There is no team “over” that you are in."),
        (("remove", "nowhere", "fay"), NotFound, "There is no team “nowhere” that you are in."),
        (("remove", "taken", "sam"), NotFound, "“sam” is not in “taken”."),
        (("remove", "taken", "nobody"), NotFound, "“nobody” is not in “taken”."),
        (("remove", "taken", "owner"), Conflict, "“taken” is owner’s; hand it over or end it."),
        (("end", "nowhere"), NotFound, "There is no team “nowhere” that you are in."),
        (("end", "over"), NotFound, "There is no team “over” that you are in."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_changes_nothing(
    house: House, words: tuple[str, ...], kind: type[RepeatpassError], says: str
) -> None:
    teams = house.sharing.teams
    if not teams.some(["taken"]):  # each case stands alone
        teams.make(house.owner, "taken")
        teams.make(house.owner, "over")
        teams.end(house.owner, "over")
    before = house.sharing.teams.mine(house.owner)
    error = refused(house, *words)
    assert isinstance(error, kind)
    assert says in error.message
    assert house.sharing.teams.mine(house.owner) == before


def test_a_command_that_is_refused_ends_with_2_and_a_sentence_without_a_traceback(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["repeatpass", "teams", "put", "nowhere", "fay", "--home", str(house.settings.home)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert (out, " ".join(err.split())) == ("", "There is no team “nowhere” that you are in.")


@pytest.mark.parametrize("words", [("put", "coast"), ("make",), ("remove", "coast"), ("end",), ("unknown",)])
def test_a_word_that_is_missing_or_unknown_ends_with_2_and_names_it(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(app, ["teams", *words])
    assert answer.exit_code == 2
    assert "Missing argument" in answer.output or "No such command 'unknown'" in answer.output


def test_the_help_says_of_each_command_what_it_does() -> None:
    shown = " ".join(CliRunner().invoke(app, ["teams", "--help"]).output.split())
    for says in (
        "make Make a team; you own it.",
        "list List the teams that you are in, with their members.",
        "put Take somebody into a team, or change what they are in it.",
        "remove Take somebody out of a team",
        "end End a team: nobody sees anything through it any longer.",
    ):
        assert says in shown
    put = " ".join(CliRunner().invoke(app, ["teams", "put", "--help"]).output.split())
    assert "Id of the team." in put and "They may add and remove members." in put
