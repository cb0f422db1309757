"""The outbox on both databases, with a real receiver."""

import base64
import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.notices.receiving import receiver, until

from repeatpass.core.times import now
from repeatpass.notices import Notices, NoticeState
from repeatpass.notices.delivering import Messenger
from repeatpass.notices.room import GIVE_UP, LEASE
from repeatpass.notices.signing import Signer
from repeatpass.notices.targets import Targets
from repeatpass.storage.database import Database


def outbox(database: Database, folder: Path, private: str = "127.0.0.0/8") -> Notices:
    return Notices(database, Messenger(Targets.read(private), Signer(folder)))


@pytest.fixture
def notices(database: Database, tmp_path: Path) -> Notices:
    return outbox(database, tmp_path)


def test_a_notice_is_delivered_with_its_body_and_is_then_done(notices: Notices) -> None:
    with receiver() as there:
        sent = notices.send("alert", there.address("/hook?key=s3cret"), {"stale": True}, subject="nino34")
        claimed = notices.claim(now())
        assert claimed is not None and claimed.id == sent.id
        assert notices.claim(now()) is None, "two senders took the same notice"
        notices.deliver(claimed)
        (got,) = there.got
    assert (got.path, got.json, got.headers["content-type"]) == (
        "/hook?key=s3cret",
        {"stale": True},
        "application/json",
    )
    assert got.headers["idempotency-key"] == f'"{sent.id}"'
    assert got.headers["x-repeatpass-notice"] == f"alert; id={sent.id}; try=1"
    (kept,) = notices.of("nino34", "alert")
    assert (kept.state, kept.status, kept.next_try) == (NoticeState.DELIVERED, 200, None)
    assert "s3cret" not in kept.shown_url


def test_the_signature_can_be_checked_with_the_public_key(notices: Notices) -> None:
    with receiver() as there:
        notices.send("callback", there.address("/a"), "the body", media_type="text/plain")
        notices.deliver(notices.claim(now()))  # type: ignore[arg-type]
        (got,) = there.got
        url = there.address("/a")
    params = got.headers["signature-input"].removeprefix("house=")
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(b"the body").digest()).decode() + ":"
    assert got.headers["content-digest"] == digest
    base = (
        f'"@method": POST\n"@target-uri": {url}\n"content-type": text/plain\n"content-digest": {digest}\n'
        f'"@signature-params": {params}'
    )
    key = notices.messenger.signer.public_key()
    assert re.search(f'keyid="{key["kid"]}"', params)
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "=="))
    public.verify(base64.b64decode(got.headers["signature"].removeprefix("house=:").removesuffix(":")), base.encode())


def test_a_notice_that_failed_is_tried_again_later_each_try_on_record(notices: Notices) -> None:
    with receiver(500, 404) as there:
        id = notices.send("callback", there.address(), {}).id
        first = notices.deliver(notices.claim(now()))  # type: ignore[arg-type]
        assert first.next_try is not None and timedelta(seconds=1.5) < first.next_try - now() < timedelta(seconds=2.5)
        assert notices.claim(now()) is None, "tried again at once"
        second = notices.deliver(notices.claim(first.next_try))  # type: ignore[arg-type]
        assert second.next_try is not None and second.next_try - now() > timedelta(seconds=3)
        third = notices.deliver(notices.claim(second.next_try))  # type: ignore[arg-type]
    assert (third.state, third.tries) == (NoticeState.DELIVERED, 3)
    assert third.sentence == "Delivered at the 3rd try."
    assert [(each.number, each.status) for each in notices.tries(id)] == [(1, 500), (2, 404), (3, 200)]
    assert notices.tries(id)[0].error == "It answered 500 Internal Server Error."


def test_a_notice_is_given_up_after_a_day_or_when_the_receiver_says_gone(notices: Notices) -> None:
    at = now()
    notices.send("callback", "http://127.0.0.1:9/", {}, subject="nobody")
    while (taken := notices.claim(at)) is not None or at < now() + GIVE_UP:
        if taken is not None:
            notices.deliver(taken)
        at += LEASE
        if notices.of("nobody")[0].tries > 3:
            break
    assert "could not be reached" in notices.of("nobody")[0].error
    with notices.database.write() as connection:
        connection.exec_driver_sql("update notices set created = '2020-01-01 00:00:00.000000'")
    left = notices.deliver(notices.claim(at + GIVE_UP))  # type: ignore[arg-type]
    assert (left.state, left.next_try) == (NoticeState.GIVEN_UP, None)
    with receiver(410) as there:
        notices.send("callback", there.address(), {})
        gone = notices.deliver(notices.claim(now() + GIVE_UP))  # type: ignore[arg-type]
    assert (gone.state, gone.status, gone.tries) == (NoticeState.GIVEN_UP, 410, 1)


def test_of_notices_with_one_key_the_first_alone_is_sent(notices: Notices) -> None:
    first = notices.send("callback", "http://127.0.0.1:9/", {"a": 1}, key="run/succeeded")
    again = notices.send("callback", "http://127.0.0.1:9/", {"a": 2}, key="run/succeeded")
    assert (again.id, again.body) == (first.id, first.body)


def test_a_notice_of_a_change_that_was_undone_is_never_sent(notices: Notices) -> None:
    with pytest.raises(ZeroDivisionError), notices.database.write() as connection:
        notices.send("callback", "http://127.0.0.1:9/", {}, connection=connection)
        _ = 1 / 0
    assert notices.claim(now()) is None


def test_what_a_sender_took_and_never_told_of_is_tried_by_another(notices: Notices, tmp_path: Path) -> None:
    with receiver() as there:
        notices.send("callback", there.address(), {})
        assert notices.claim(now()) is not None  # and killed here
        other = outbox(notices.database, tmp_path)
        assert other.claim(now()) is None
        taken = other.claim(now() + LEASE + timedelta(seconds=1))
        assert taken is not None
        assert other.deliver(taken).state is NoticeState.DELIVERED


def test_in_the_background_a_silent_receiver_keeps_nobody_else_waiting(notices: Notices) -> None:
    with receiver(503) as there:
        notices.start()
        notices.send("callback", "http://127.0.0.1:9/", {}, subject="silent")
        notices.send("callback", there.address(), {}, subject="works")
        until(lambda: notices.of("works")[0].state is NoticeState.DELIVERED)
        assert notices.of("silent")[0].state is NoticeState.WAITING
        notices.stop()


def test_a_redirect_is_not_followed(notices: Notices) -> None:
    with receiver(302, 307) as there:
        there.location = there.address("/elsewhere")
        notices.send("callback", there.address("/a"), {})
        answered = notices.deliver(notices.claim(now()))  # type: ignore[arg-type]
        assert [got.path for got in there.got] == ["/a"]
    assert "a redirect; notices follow none" in answered.error
