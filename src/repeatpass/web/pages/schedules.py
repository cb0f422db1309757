"""The list of schedules, and one schedule with what came of it."""

from collections.abc import Mapping, Sequence

from repeatpass.access import Actor, Right
from repeatpass.core.times import words as date_words
from repeatpass.schedules.records import Kind, Schedule, Tick, TickState
from repeatpass.schedules.saying import DOES, cause_words, due_words, timing_words
from repeatpass.schedules.sources import Look
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages.seals import person
from repeatpass.web.views import Action, Fact, Link
from repeatpass.web.views.schedules import SchedulePage, ScheduleRow, SchedulesPage, SourceRow, TickRow

DESCRIPTION = "What the house does by itself: when it is due next, and what came of the last time."
WORDS = {
    TickState.PLANNING: "Planning", TickState.RUNNING: "Running", TickState.DONE: "Done",
    TickState.SKIPPED: "Nothing to do", TickState.FAILED: "Failed",
}  # fmt: skip
MARKS = {TickState.PLANNING: "waiting", TickState.DONE: "succeeded", TickState.SKIPPED: "unchanged"}
SCHEDULES = Link(text="Schedules", href="/schedules")


def schedules_page(desk: Desk, actor: Actor) -> SchedulesPage:
    """Every schedule of the house, updates first."""
    scheduling = desk.house.scheduling
    last = scheduling.schedules.last_ticks()
    order = list(Kind)
    found = sorted(scheduling.schedules.schedules(), key=lambda each: (order.index(each.kind), each.subject))
    return SchedulesPage(
        title="Schedules",
        path="/schedules",
        description=DESCRIPTION,
        json_href="/schedules.json",
        rows=tuple(row_of(desk, each, last, actor) for each in found),
        clock=_clock(desk, found),
        sources=tuple(_source(look) for look in scheduling.sources.looks()),
    )


def schedule_page(desk: Desk, actor: Actor, id: str) -> SchedulePage:
    """One schedule with its newest fifty ticks."""
    room = desk.house.scheduling.schedules
    schedule = room.schedule(id)
    ticks = room.ticks(id, limit=50)
    row = row_of(desk, schedule, {id: ticks[0]} if ticks else {}, actor)
    return SchedulePage(
        title=f"{row.does} of {row.subject.text}",
        path=f"/schedules/{id}",
        description=f"{row.when}.",
        json_href=f"/schedules/{id}.json",
        crumbs=(Link(text="Home", href="/"), SCHEDULES, Link(text=id)),
        row=row,
        ticks=tuple(tick_row(schedule, tick) for tick in ticks),
        facts=_facts(schedule, row),
    )


def updates_of(desk: Desk, indicator: str, actor: Actor) -> tuple[ScheduleRow, ...]:
    """What keeps one indicator up to date and proven."""
    room = desk.house.scheduling.schedules
    found = [each for each in room.schedules() if each.subject == indicator and each.kind is not Kind.RUN]
    last = {each.id: ticks[0] for each in found if (ticks := room.ticks(each.id, limit=1))}
    return tuple(row_of(desk, each, last, actor) for each in sorted(found, key=lambda each: each.kind != Kind.UPDATE))


def row_of(desk: Desk, schedule: Schedule, last: Mapping[str, Tick], actor: Actor) -> ScheduleRow:
    """A schedule in a list."""
    tick = last.get(schedule.id)
    return ScheduleRow(
        id=schedule.id,
        href=f"/schedules/{schedule.id}",
        does=DOES[schedule.kind],
        subject=_subject(desk, schedule),
        when=timing_words(schedule.timing),
        next=due_words(schedule),
        paused=schedule.paused,
        last=tick_row(schedule, tick) if tick else None,
        actions=_actions(schedule, actor),
    )


def tick_row(schedule: Schedule, tick: Tick) -> TickRow:
    """What came of one time."""
    begun = tick.state is not TickState.PLANNING
    runs = tuple(Link(text=each.why, href=f"/runs/{each.id}") for each in tick.runs) if begun else ()
    return TickRow(
        state=MARKS.get(tick.state, str(tick.state)),
        word=WORDS[tick.state],
        began=tick.began,
        cause=cause_words(tick),
        summary=tick.summary or _under_way(tick),
        runs=runs[:20],
    )


def _under_way(tick: Tick) -> str:
    return (
        f"{words.plural(len(tick.runs), 'run')} asked for." if tick.runs else "What there is to do is being found out."
    )


def _subject(desk: Desk, schedule: Schedule) -> Link:
    if schedule.kind is Kind.RUN:
        return Link(text=schedule.subject, href=f"/notebooks/{schedule.subject.partition('@')[0]}")
    return Link(text=desk.title(schedule.subject), href=f"/indicators/{schedule.subject}")


def _actions(schedule: Schedule, actor: Actor) -> tuple[Action, ...]:
    """What this person may do with it."""
    over = Right.OPERATE if schedule.kind is Kind.RUN else Right.CURATE
    if not actor.may(Right.RUN) or not (actor.id == schedule.owner or actor.may(over)):
        return ()
    verb = ("Resume", "resume") if schedule.paused else ("Pause", "pause")
    return (
        Action(label="Run now", href=f"/schedules/{schedule.id}/run-now"),
        Action(label=verb[0], href=f"/schedules/{schedule.id}/{verb[1]}"),
    )


def _facts(schedule: Schedule, row: ScheduleRow) -> tuple[Fact, ...]:
    facts = [
        Fact(label="When", text=row.when, note=f"cron {schedule.timing.cron}" if schedule.timing.cron else ""),
        Fact(label="Next", text=row.next),
        Fact(label="In the name of", text=person(schedule.owner)),
        Fact(label="Since", text=date_words(schedule.created)),
        Fact(label="Terminal", text=f"repeatpass schedules run-now {schedule.id}", mono=True,
             copy=f"repeatpass schedules run-now {schedule.id}"),
    ]  # fmt: skip
    jitter = schedule.timing.jitter
    return (*facts, Fact(label="Jitter", text=f"up to {jitter}", mono=True)) if jitter else tuple(facts)


def _clock(desk: Desk, found: Sequence[Schedule]) -> tuple[Fact, ...]:
    scheduling = desk.house.scheduling
    due = scheduling.ticking.next_due()
    paused = sum(each.paused for each in found)
    leads = "on this server" if scheduling.clock.lease.leading else "on another server, or none"
    return (
        Fact(label="Schedules", text=words.number(len(found)), note=f"{paused} paused" if paused else ""),
        Fact(label="Next due", text=words.moment(due) if due else "nothing"),
        Fact(label="Clock", text=leads),
        Fact(label="Alerts", text="Atom feed", href="/feeds/alerts.atom"),
    )


def _source(look: Look) -> SourceRow:
    state, word = ("waiting", "Not looked at yet") if look.looked is None else ("succeeded", "Answers")
    if look.error:
        state, word = "failed", "Does not answer"
    return SourceRow(
        name=look.source.name, href=look.url, state=state, word=word, looked=look.looked, next=look.next_look,
        error=look.error,
    )  # fmt: skip
