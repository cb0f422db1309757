"""Who sees a collection of one's own, and what its owner can do about it."""

from collections.abc import Sequence

from repeatpass.access import Actor
from repeatpass.access.records import Team
from repeatpass.catalog.records import Collection, Visibility, withdrawal
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.views import Action, Link
from repeatpass.web.views.data import Sending, SharingPage, TeamChoice

MINE = Link(text="My data", href="/data")


def standing(desk: Desk, each: Collection) -> str:
    """Who sees a collection, in words."""
    if each.withdrawn is not None:
        return withdrawal(each)
    if each.offered is not None:
        return f"Waits for an editor since {words.day(each.offered)}"
    sharing = desk.house.sharing
    if each.visibility == Visibility.SHARED and (
        seeing := [*sharing.viewers(each.id), *(f"the team {team.name}" for team in sharing.teams_of(each.id))]
    ):
        return f"Shared with {words.listed(seeing)}"
    return {Visibility.PUBLIC: "Public: everybody sees it"}.get(Visibility(each.visibility), "Private: only you see it")


def sending(desk: Desk, actor: Actor, known: Collection) -> Sending:
    """How a collection stands, and what *actor*, its owner, can do with it."""
    base = f"/collections/{known.id}"
    public, gone = known.visibility == Visibility.PUBLIC, known.withdrawn is not None
    offered = known.offered is not None
    sharing = desk.house.sharing
    shared = sharing.teams_of(known.id)
    return Sending(
        words=standing(desk, known),
        users=", ".join(sharing.viewers(known.id)),
        teams=_choices(shared, sharing.teams.mine(actor)),
        share="" if public or gone else f"{base}/share",
        offer=None if public or gone or offered else Action(
            label="Offer for review", href=f"{base}/offer",
            note="Editors look at it and make it public, or say what is missing. Until then nobody else sees it.",
        ),
        withdraw="" if gone else f"{base}/withdraw",
    )  # fmt: skip


def _choices(shared: Sequence[Team], mine: Sequence[Team]) -> tuple[TeamChoice, ...]:
    """The teams of its owner, and those with which it is shared although its owner has left them."""
    found = {each.id: each for each in (*mine, *shared)}
    chosen = {each.id for each in shared}
    return tuple(
        TeamChoice(id=each.id, name=each.name, members=len(each.members), chosen=each.id in chosen)
        for each in sorted(found.values(), key=lambda each: each.name)
    )


def sharing_page(desk: Desk, actor: Actor, id: str, refused: str = "") -> SharingPage:
    """Who sees one collection; raise NotFound or Forbidden for another's."""
    known = desk.house.catalog.as_seen_by(actor).collection(id)
    actor.require_own(known.owner)
    link = Link(text=known.title, href=f"/collections/{id}")
    return SharingPage(
        title=f"Who sees {known.title}",
        path=f"/collections/{id}/sharing",
        description="",
        json_href=f"/collections/{id}/sharing.json",
        crumbs=(HOME, MINE, link, Link(text="Who sees it")),
        collection=link,
        sending=sending(desk, actor, known),
        refused=refused,
    )
