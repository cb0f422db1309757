"""Teams and what is shared with them, on both databases."""

import pytest
from tests.storage.rooms import READER, SCIENTIST, Rooms

from repeatpass.access import ANYONE, SYSTEM, Actor, Role
from repeatpass.access.records import Part
from repeatpass.access.teams import Teams
from repeatpass.catalog.records import Visibility
from repeatpass.catalog.search import Search, Searching
from repeatpass.catalog.sharing import Sharing
from repeatpass.core.errors import Conflict, Forbidden, Invalid, NotFound

FAY = Actor(id="fay", name="Fay", role=Role.SCIENTIST)


@pytest.fixture
def sharing(rooms: Rooms) -> Sharing:
    """A private collection of Sam's, and a team of his, “coast”, that Fay is in."""
    for actor in (SCIENTIST, FAY, READER):
        rooms.access.add_user(SYSTEM, actor.id, actor.name, actor.role)
    item = {"id": "i", "type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 1]},
            "properties": {"datetime": "2024-01-01T00:00:00Z"}}  # fmt: skip
    body = {"id": "sea", "title": "Sea"}
    rooms.catalog.register(SCIENTIST, body, [item], [], own=True, visibility=Visibility.PRIVATE)
    made = Sharing(rooms.catalog)
    made.teams.make(SCIENTIST, "coast", "Coastal group")
    made.teams.put(SCIENTIST, "coast", "fay")
    return made


def found(sharing: Sharing, actor: Actor) -> bool:
    """Whether *actor* finds the collection: in the list, by its id, and its item in a search, which must agree."""
    seen = sharing.catalog.as_seen_by(actor)
    items = Searching(sharing.database).as_seen_by(actor).search(Search()).items
    ways = {"sea" in [each.id for each in seen.collections()], seen.known(["sea"]) == ["sea"], len(items) == 1}
    assert len(ways) == 1
    return ways.pop()


def test_a_member_sees_what_is_shared_with_a_team_until_they_leave(sharing: Sharing) -> None:
    assert not found(sharing, FAY)
    assert sharing.share(SCIENTIST, "sea", [], ["coast"]).visibility == "shared"
    assert found(sharing, FAY) and not found(sharing, READER) and not found(sharing, ANYONE)
    assert [each.id for each in sharing.shared_with(FAY)] == ["sea"] and sharing.shared_with(READER) == []
    sharing.teams.remove(FAY, "coast", "fay")
    assert not found(sharing, FAY) and sharing.shared_with(FAY) == []
    sharing.teams.put(SCIENTIST, "coast", "fay")
    assert found(sharing, FAY)
    sharing.teams.end(SCIENTIST, "coast")
    assert not found(sharing, FAY) and sharing.teams_of("sea") == []


def test_only_owners_and_managers_change_a_team_and_only_members_share_with_it(sharing: Sharing) -> None:
    teams: Teams = sharing.teams
    with pytest.raises(Forbidden, match="its owner or a manager"):
        teams.put(FAY, "coast", READER.id)
    with pytest.raises(NotFound):
        teams.team(READER, "coast")
    teams.put(SCIENTIST, "coast", "fay", Part.MANAGER)
    teams.put(FAY, "coast", READER.id)
    with pytest.raises(Conflict, match="hand it over"):
        teams.remove(FAY, "coast", SCIENTIST.id)
    with pytest.raises(Conflict, match="is or was a team"):
        teams.make(FAY, "coast")
    assert teams.hand_over(SCIENTIST, "coast", "fay").owner == "fay"
    teams.make(FAY, "ice")
    with pytest.raises(Invalid, match="“ice” that you are in"):
        sharing.share(SCIENTIST, "sea", [], ["ice"])


def test_making_it_public_or_private_again_forgets_the_teams(sharing: Sharing) -> None:
    sharing.share(SCIENTIST, "sea", [], ["coast"])
    assert sharing.share(SCIENTIST, "sea", []).visibility == "private" and not found(sharing, FAY)
    sharing.share(SCIENTIST, "sea", [], ["coast"])
    sharing.offer(SCIENTIST, "sea")
    sharing.accept(SYSTEM, "sea")
    assert sharing.teams_of("sea") == [] and found(sharing, ANYONE)
