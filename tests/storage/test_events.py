"""The event log on both databases."""

import pytest

from repeatpass.core.errors import NotFound, Unavailable
from repeatpass.storage import events
from repeatpass.storage.database import Database
from repeatpass.storage.events import Event, EventLog


def say(database: Database, name: str, *subjects: str) -> None:
    for subject in subjects:
        with database.write() as connection:
            events.record(connection, name, subject)


def test_each_listener_hears_of_every_event_it_joined_for_in_order(database: Database) -> None:
    log, heard, others = EventLog(database), list[str](), list[str]()
    log.join("a", {"run.succeeded"}, lambda event: heard.append(event.subject))
    log.join("b", {"run.failed"}, lambda event: others.append(event.subject))
    say(database, "run.succeeded", "1", "2")
    say(database, "run.failed", "3")
    say(database, "run.succeeded", "4")
    assert log.deliver() == 4
    assert (heard, others) == (["1", "2", "4"], ["3"])
    assert log.deliver() == 0


def test_an_event_of_a_change_that_was_undone_is_never_heard_of(database: Database) -> None:
    log, heard = EventLog(database), list[str]()
    log.join("a", {"x"}, lambda event: heard.append(event.subject))
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        events.record(connection, "x", "undone")
        _ = 1 / 0
    say(database, "x", "kept")
    log.deliver()
    assert heard == ["kept"]


def test_an_event_is_told_again_when_the_listener_failed(database: Database) -> None:
    log, heard = EventLog(database), list[str]()

    def handler(event: Event) -> None:
        heard.append(event.subject)
        if len(heard) == 1:
            raise OSError("the disk was full for a moment")

    log.join("a", {"x"}, handler)
    say(database, "x", "1", "2")
    while log.deliver() or len(heard) < 3:
        pass
    assert heard == ["1", "1", "2"]
    assert log.set_aside() == []


def test_an_event_that_fails_three_times_is_set_aside_with_its_error_and_the_rest_goes_on(database: Database) -> None:
    log, heard = EventLog(database), list[str]()

    def handler(event: Event) -> None:
        heard.append(event.subject)
        if event.subject == "poison":
            raise ValueError("cannot swallow this")

    log.join("a", {"x"}, handler)
    say(database, "x", "1", "poison", "2")
    for _ in range(4):
        log.deliver()
    assert heard == ["1", "poison", "poison", "poison", "2"]
    (aside,) = log.set_aside()
    assert (aside.listener, aside.event.subject) == ("a", "poison")
    assert "cannot swallow this" in aside.error


def test_a_listener_goes_on_after_a_restart_where_it_was(database: Database) -> None:
    heard: list[str] = []
    for subject in ("1", "2"):
        log = EventLog(database)
        log.join("a", {"x"}, lambda event: heard.append(event.subject))
        say(database, "x", subject)
        log.deliver()
    assert heard == ["1", "2"]


def test_two_processes_do_not_tell_the_same_listener_at_once(database: Database) -> None:
    one, other, heard = EventLog(database), EventLog(Database(database.url)), list[str]()

    def handler(event: Event) -> None:
        heard.append(event.subject)
        assert other.deliver() == 0

    one.join("a", {"x"}, handler)
    other.join("a", {"x"}, lambda event: heard.append("other"))
    say(database, "x", "1")
    assert one.deliver() == 1
    assert heard == ["1"]
    assert one.set_aside() == []
    other.database.close()


def test_events_that_many_writers_record_are_all_delivered(database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    log, heard = EventLog(database), list[str]()
    log.join("a", {"x"}, lambda event: heard.append(event.subject))
    with ThreadPoolExecutor(8) as pool:
        for number in range(80):
            pool.submit(say, database, "x", str(number))
            if number % 20 == 0:
                log.deliver()
    log.deliver()
    assert sorted(heard, key=int) == [str(number) for number in range(80)]


def test_an_event_that_was_set_aside_is_retried_until_it_is_taken(database: Database) -> None:
    log, heard, broken = EventLog(database), list[str](), True

    def handler(event: Event) -> None:
        if broken and event.subject == "poison":
            raise ValueError("cannot swallow this")
        heard.append(event.subject)

    log.join("a", {"x"}, handler)
    say(database, "x", "poison", "2")
    for _ in range(4):
        log.deliver()
    (aside,) = log.set_aside()
    assert aside.reason == "ValueError: cannot swallow this"
    with pytest.raises(Unavailable, match="a failed again on event"):
        log.retry("a", aside.event.id)
    assert [each.event.id for each in log.set_aside()] == [aside.event.id]
    broken = False
    log.retry("a", aside.event.id)
    assert heard == ["2", "poison"]
    assert log.set_aside() == []
    with pytest.raises(NotFound, match="is not set aside for a; repeatpass events list names those that are"):
        log.retry("a", aside.event.id)
    assert log.deliver() == 0  # it was told once, and the rest is not told again


def test_a_listener_may_be_joined_while_events_are_delivered(database: Database) -> None:
    log, heard = EventLog(database), list[str]()
    log.join("a", {"x"}, lambda _: log.join("b", {"x"}, lambda event: heard.append(event.subject)))
    say(database, "x", "1")
    assert log.deliver() == 1
    assert log.deliver() == 1
    assert heard == ["1"]
