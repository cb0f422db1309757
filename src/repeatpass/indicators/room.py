"""Indicators and their values: apply a definition, read values, release what was held."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.core.ids import check_name
from repeatpass.core.times import iso_short, now
from repeatpass.indicators.definition import indicator_of
from repeatpass.indicators.judging import Held, judge, still_held
from repeatpass.indicators.records import Delivery, Indicator, Summary, Value, ValueState
from repeatpass.indicators.store import definitions, deliveries, indicators, values
from repeatpass.indicators.timing import problems_of
from repeatpass.storage import events
from repeatpass.storage.database import Database


class Indicators:
    """The indicators of the house."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def apply(self, actor: Actor, body: Mapping[str, Any]) -> tuple[Indicator, bool]:
        """Make an indicator from a checked definition, or change it; say whether anything changed.

        Places that have values cannot be dropped.
        """
        actor.require(Right.CURATE)
        if problems := problems_of(body):
            raise Invalid(f"The indicator cannot be applied. {'; '.join(problems)}.", problems=problems)
        indicator = indicator_of(body)
        check_name(indicator.id, "an indicator")
        with self.database.write() as connection:
            query = sa.select(indicators).where(indicators.c.id == indicator.id)
            known = connection.execute(query).mappings().first()
            if known is not None and known["definition"] == body:
                return indicator, False
            self._require_places(connection, indicator)
            self._write(connection, actor, indicator.id, body, known)
            events.record(connection, "indicator.applied", indicator.id, by=actor.id)
        return indicator, True

    def _require_places(self, connection: sa.Connection, indicator: Indicator) -> None:
        query = sa.select(values.c.place).where(
            values.c.indicator == indicator.id, values.c.state == ValueState.RELEASED
        )
        used = set(connection.execute(query.distinct()).scalars())
        if dropped := sorted(used - {place.id for place in indicator.places}):
            raise Invalid(f"{', '.join(dropped)} of “{indicator.id}” has values; keep it among the places.")

    def _write(self, connection: sa.Connection, actor: Actor, id: str, body: Mapping[str, Any], known: Any) -> None:
        moment = now()
        if known is None:
            row = {"id": id, "owner": actor.id, "definition": dict(body), "created": moment, "updated": moment}
            connection.execute(indicators.insert().values(**row))
        else:
            actor.require_own(known["owner"], Right.CURATE)
            change = indicators.update().where(indicators.c.id == id)
            connection.execute(change.values(definition=dict(body), updated=moment))
        history = {"indicator": id, "definition": dict(body), "author": actor.id, "created": moment}
        connection.execute(definitions.insert().values(**history))

    def indicator(self, id: str) -> Indicator:
        """Return one indicator; raise NotFound if there is none."""
        with self.database.read() as connection:
            body = connection.execute(sa.select(indicators.c.definition).where(indicators.c.id == id)).scalar()
        if body is None:
            raise NotFound(f"There is no indicator “{id}”.", indicator=id)
        return indicator_of(body)

    def every(self) -> list[Indicator]:
        """List all indicators, without their values."""
        with self.database.read() as connection:
            return [indicator_of(body) for body in connection.execute(sa.select(indicators.c.definition)).scalars()]

    def owner(self, id: str) -> str:
        """Return the id of whom an indicator belongs to; raise NotFound if there is none."""
        with self.database.read() as connection:
            found = connection.execute(sa.select(indicators.c.owner).where(indicators.c.id == id)).scalar()
        if found is None:
            raise NotFound(f"There is no indicator “{id}”.", indicator=id)
        return str(found)

    def summaries(self) -> list[Summary]:
        """List the indicators by title, each with its newest value."""
        with self.database.read() as connection:
            bodies = connection.execute(sa.select(indicators.c.definition)).scalars().all()
        found = [self.summary(indicator_of(body)) for body in bodies]
        return sorted(found, key=lambda summary: summary.indicator.title)

    def counts(self) -> dict[str, int]:
        """Return how many current values each indicator has, counted by the database."""
        columns = (values.c.indicator, values.c.place, values.c.time)
        current = sa.select(*columns).where(values.c.state == ValueState.RELEASED).distinct().subquery()
        counted = sa.select(indicators.c.id, sa.func.count(current.c.place))
        query = counted.outerjoin(current, current.c.indicator == indicators.c.id).group_by(indicators.c.id)
        with self.database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def summary(self, indicator: Indicator) -> Summary:
        """Return an indicator with its newest value and counts."""
        current = self.current(indicator.id)
        held = sa.select(sa.func.count()).where(values.c.indicator == indicator.id, values.c.state == ValueState.HELD)
        updated = sa.select(sa.func.max(deliveries.c.created)).where(deliveries.c.indicator == indicator.id)
        with self.database.read() as connection:
            return Summary(
                indicator=indicator,
                latest=max((v for v in current if v.value is not None), key=lambda v: v.time, default=None),
                values=len(current),
                held=connection.execute(held).scalar_one(),
                updated=connection.execute(updated).scalar(),
            )

    def current(self, id: str, place: str = "") -> list[Value]:
        """Return the current value of every place and time: the newest released revision, by place and time."""
        released = sa.select(values).where(values.c.indicator == id, values.c.state == ValueState.RELEASED)
        query = released.where(values.c.place == place) if place else released
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(values.c.place, values.c.time, values.c.revision)).mappings()
            newest = {(row["place"], row["time"]): row for row in rows}
        return [_value(row) for row in newest.values()]

    def value(self, id: str, place: str, time: datetime, revision: int | None = None) -> Value:
        """Return one value: the current one, or a stated revision of it; raise NotFound if there is none."""
        history = self.history(id, place, time)
        fitting = [v for v in history if (v.revision == revision if revision else v.state is ValueState.RELEASED)]
        if not fitting:
            raise NotFound(f"“{id}” has no value for {place} at {iso_short(time)}.", indicator=id)
        return fitting[-1]

    def history(self, id: str, place: str, time: datetime) -> list[Value]:
        """Return every revision of one value, oldest first, held ones among them."""
        query = sa.select(values).where(values.c.indicator == id, values.c.place == place, values.c.time == time)
        return self._values(query.order_by(values.c.revision))

    def held(self, id: str) -> list[Value]:
        """Return the values that failed a gate and were neither released, rejected nor overtaken."""
        ever = sa.select(values.c.place, values.c.time).where(
            values.c.indicator == id, values.c.state == ValueState.HELD
        )
        waits = sa.tuple_(values.c.place, values.c.time).in_(ever)  # most places and times never had a held value
        query = sa.select(values).where(values.c.indicator == id, waits)
        return still_held(self._values(query.order_by(values.c.time, values.c.place, values.c.revision)))

    def judged(self, id: str) -> dict[tuple[str, datetime], list[Value]]:
        """Return, for each place and time, the revisions that wait for a person or were rejected by one."""
        states, found = (ValueState.HELD, ValueState.REJECTED), dict[tuple[str, datetime], list[Value]]()
        query = sa.select(values).where(values.c.indicator == id, values.c.state.in_(states))
        for value in self._values(query.order_by(values.c.revision)):
            found.setdefault((value.place, value.time), []).append(value)
        return found

    def release(self, actor: Actor, id: str, place: str, time: datetime, revision: int, reason: str) -> Value:
        """Release a held value, for a stated reason, as a new revision that readers see."""
        held = self.value(id, place, time, revision)
        return self.judge(actor, id, [Held(place=place, time=held.time, revision=revision)], "release", reason)[0]

    def reject(self, actor: Actor, id: str, place: str, time: datetime, revision: int, reason: str) -> Value:
        """Reject a held value, for a stated reason: the value before it, if there is one, stays."""
        held = self.value(id, place, time, revision)
        return self.judge(actor, id, [Held(place=place, time=held.time, revision=revision)], "reject", reason)[0]

    def judge(self, actor: Actor, id: str, chosen: Sequence[Held], verb: str, reason: str) -> list[Value]:
        """Release or reject (*verb*) several held values for one reason, all or none; return what was written."""
        states = {"release": ValueState.RELEASED, "reject": ValueState.REJECTED}
        if verb not in states:
            raise Invalid(f"“{verb}” cannot be done with held values; release or reject them.")
        indicator = self.indicator(id)
        with self.database.write() as connection:
            made = judge(connection, actor, indicator, chosen, states[verb], reason)
        return [self.value(id, *each) for each in made]

    def newest_revisions(self, id: str) -> dict[tuple[str, datetime], int]:
        """Return the highest revision number, held or not, of every place and time."""
        query = sa.select(values.c.place, values.c.time, sa.func.max(values.c.revision))
        grouped = query.where(values.c.indicator == id).group_by(values.c.place, values.c.time)
        with self.database.read() as connection:
            return {(place, time): revision for place, time, revision in connection.execute(grouped)}

    def newest_times(self) -> dict[str, datetime]:
        """Return the time of the newest released number of every indicator that has one."""
        query = sa.select(values.c.indicator, sa.func.max(values.c.time))
        query = query.where(values.c.state == ValueState.RELEASED, values.c.value.is_not(None))
        with self.database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(values.c.indicator))}

    def judgements(self, id: str) -> list[Value]:
        """Return what people released and rejected, oldest first."""
        told = sa.or_(values.c.reason.startswith("Released by "), values.c.reason.startswith("Rejected by "))
        query = sa.select(values).where(values.c.indicator == id, values.c.state != ValueState.HELD, told)
        return self._values(query.order_by(values.c.id))

    def updated(self, id: str) -> datetime:
        """Return when the definition of an indicator was last changed; raise NotFound if there is none."""
        with self.database.read() as connection:
            found = connection.execute(sa.select(indicators.c.updated).where(indicators.c.id == id)).scalar()
        if found is None:
            raise NotFound(f"There is no indicator “{id}”.", indicator=id)
        moment: datetime = found
        return moment

    def deliveries(self, id: str) -> list[Delivery]:
        """Return what runs brought to an indicator, newest first."""
        query = sa.select(deliveries).where(deliveries.c.indicator == id).order_by(deliveries.c.created.desc())
        with self.database.read() as connection:
            return [Delivery(**row) for row in connection.execute(query).mappings()]

    def stamp(self, id: str) -> str:
        """Return what changes whenever something of an indicator's page does; used as its ETag."""
        newest = sa.select(sa.func.max(values.c.id)).where(values.c.indicator == id).scalar_subquery()
        query = sa.select(indicators.c.updated, newest).where(indicators.c.id == id)
        with self.database.read() as connection:
            row = connection.execute(query).first()
        return "" if row is None else _stamp(row[0], row[1])

    def stamps(self) -> dict[str, str]:
        """Return the stamp of every indicator, by id."""
        newest = sa.select(values.c.indicator, sa.func.max(values.c.id).label("newest")).group_by(values.c.indicator)
        found = newest.subquery()
        query = sa.select(indicators.c.id, indicators.c.updated, found.c.newest).join(
            found, found.c.indicator == indicators.c.id, isouter=True
        )
        with self.database.read() as connection:
            return {id: _stamp(updated, value) for id, updated, value in connection.execute(query)}

    def _values(self, query: sa.Select[Any]) -> list[Value]:
        with self.database.read() as connection:
            return [_value(row) for row in connection.execute(query).mappings()]


def _stamp(updated: datetime, newest: int | None) -> str:
    return f"{updated:%Y%m%d%H%M%S%f}-{newest or 0}"


def _value(row: Mapping[Any, Any]) -> Value:
    return Value(**{**row, "state": ValueState(row["state"])})
