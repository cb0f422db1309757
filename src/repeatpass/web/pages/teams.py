"""Teams, as pages: the list, one of them."""

from collections.abc import Mapping

from repeatpass.access import Actor, Right
from repeatpass.access.records import Member, Part, Team
from repeatpass.web.desk import Desk
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.views import Action, Link
from repeatpass.web.views.teams import MemberRow, TeamPage, TeamRow, TeamsPage

PATH = "/teams"
WORDS = {Part.OWNER: "Owner", Part.MANAGER: "Manager", Part.MEMBER: "Member", None: "Operator"}


def teams_page(desk: Desk, actor: Actor, given: Mapping[str, str] | None = None, refused: str = "") -> TeamsPage:
    """The teams of *actor*; raise Forbidden for who is not signed in."""
    actor.require(Right.RUN)
    given = given or {}
    found = desk.house.sharing.teams.mine(actor)
    return TeamsPage(
        title="Teams",
        path=PATH,
        description="People who see what is shared with all of them. Whoever leaves a team sees it no longer.",
        json_href=f"{PATH}.json",
        crumbs=(HOME, Link(text="My data", href="/data"), Link(text="Teams")),
        rows=tuple(_row(each, actor) for each in found),
        may_make=actor.may(Right.CONTRIBUTE),
        id=given.get("id", ""),
        name=given.get("name", ""),
        refused=refused,
    )


def _row(team: Team, actor: Actor) -> TeamRow:
    name = Link(text=team.name, href=f"{PATH}/{team.id}")
    return TeamRow(name=name, id=team.id, part=WORDS[team.part_of(actor.id)], members=len(team.members))


def team_page(desk: Desk, actor: Actor, id: str, given: Mapping[str, str] | None = None, refused: str = "") -> TeamPage:
    """One team; raise NotFound for one that *actor* is not in."""
    team = desk.house.sharing.teams.team(actor, id)
    part = team.part_of(actor.id)
    owns = part is Part.OWNER or actor.may(Right.OPERATE)
    leave = Action(label="Leave", href=f"{PATH}/{id}/remove", fields=(("user", actor.id),))
    shared = desk.house.sharing.shared_through(actor, id)
    return TeamPage(
        title=team.name,
        path=f"{PATH}/{id}",
        description="",
        json_href=f"{PATH}/{id}.json",
        crumbs=(HOME, Link(text="Teams", href=PATH), Link(text=team.name)),
        team=id,
        part=WORDS[part],
        members=tuple(_member(team, each, owns, owns or part is Part.MANAGER) for each in team.members),
        shared=tuple(Link(text=each.title, href=f"/collections/{each.id}") for each in shared),
        may_add=owns or part is Part.MANAGER,
        may_name=owns,
        leave=leave if part not in (None, Part.OWNER) else None,
        end=Action(label="End the team", href=f"{PATH}/{id}/end") if owns else None,
        refused=refused,
        user=(given or {}).get("user", ""),
    )


def _member(team: Team, each: Member, owns: bool, manages: bool) -> MemberRow:
    base, who = f"{PATH}/{team.id}", ("user", each.user)
    actions = []
    if each.part is not Part.OWNER and owns:
        other = Part.MEMBER if each.part is Part.MANAGER else Part.MANAGER
        label = "Make a plain member" if other is Part.MEMBER else "Make a manager"
        actions += [Action(label=label, href=f"{base}/put", fields=(who, ("part", other)))]
        actions += [Action(label="Make the owner", href=f"{base}/hand-over", fields=(who,))]
    if (each.part is Part.MEMBER and manages) or (each.part is Part.MANAGER and owns):
        actions += [Action(label="Remove", href=f"{base}/remove", fields=(who,))]
    return MemberRow(user=each.user, name=each.name, part=WORDS[each.part], since=each.since, actions=tuple(actions))
