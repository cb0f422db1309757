"""The event log on both databases."""

import pytest

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
