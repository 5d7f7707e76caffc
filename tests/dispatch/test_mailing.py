"""Mail in bulk: what the rows say when an adapter hands parcels back in every way."""

import sqlite3
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from publisher.dispatch import Dispatcher, Watch
from publisher.durations import micros
from publisher.errors import (
    AuthExpired,
    DeliveryError,
    OutcomeUnknown,
    RateLimited,
    Reason,
    Rejected,
    Unavailable,
)
from publisher.mime.template import ByteTemplate
from publisher.model.deliveries import State
from publisher.model.messages import Answer, Parcel
from publisher.outbox.db.tables import buckets
from publisher.outbox.limits.gcra import SECOND, steady
from publisher.outbox.limits.store import Want
from publisher.signing import Purpose
from tests.dispatch.bulk import Bulk, accept, encode, give_back, refuse
from tests.dispatch.conftest import Open, Station


def test_every_reader_gets_one_mail_and_one_row(any_station: Open) -> None:
    bulk = Bulk()
    station = any_station(bulk)
    station.queue_mails(30)
    station.send()
    assert sorted(bulk.readers) == sorted(f"reader{number}@example.org" for number in range(30))
    assert [row.remote_id for row in station.rows] == [f"ok-{row.id}" for row in station.rows]
    assert {(row.state, row.attempts) for row in station.rows} == {(State.SENT, 1)}


def test_a_parcel_is_the_readers_own(station: Open) -> None:
    bulk = Bulk()
    at = station(bulk)
    at.queue_mails(2)
    at.send()
    first = bulk.parcels[0]
    number = str(first.id)
    mark = at.outbox.keys.signer().mark(Purpose.REPORT, number)
    assert first.mark == f"{number}-{mark}"
    template = ByteTemplate(first.template)
    assert template.sender == "news@gazette.example"
    content = template.fill(first)[1]
    assert f"To: {first.recipient}".encode() in content
    assert f"Message-ID: <{first.mark}@gazette.example>".encode() in content


def test_never_more_rows_are_sending_than_the_adapter_holds(any_station: Open) -> None:
    held: list[int] = []

    def look(parcel: Parcel) -> Answer:
        held.append(at.states.count("sending"))
        return accept(parcel)

    at = any_station(Bulk(look, room=3))
    at.queue_mails(10)
    at.send()
    assert max(held) == 3


@pytest.mark.parametrize(
    ("error", "state", "attempts"),
    [
        (Rejected("no such user", reason=Reason.NO_SUCH_RECIPIENT), State.REJECTED, 1),
        (Unavailable("try later", status="451 4.7.1"), State.QUEUED, 1),
        (OutcomeUnknown("the answer was lost"), State.UNKNOWN, 1),
    ],
)
def test_one_failure_leaves_the_others_alone(
    any_station: Open, error: DeliveryError, state: State, attempts: int
) -> None:
    def third_fails(parcel: Parcel) -> Answer:
        return (refuse(error) if parcel.recipient.startswith("reader3@") else accept)(parcel)

    at = any_station(Bulk(third_fails))
    at.queue_mails(8)
    at.send()
    failed = next(row for row in at.rows if row.recipient.startswith("reader3@"))
    assert (failed.state, failed.attempts, failed.status) == (state, attempts, error.status)
    assert str(error) in failed.error
    assert Counter(at.states)["sent"] == 7
    assert (failed.not_before is None) == (state is State.REJECTED)


def test_a_run_with_limits_does_not_wait_for_what_is_unknown(any_station: Open) -> None:
    """An unknown row is asked about when a run begins: waiting for it within one has no end."""

    def first_is_lost(parcel: Parcel) -> Answer:
        lost = parcel.recipient.startswith("reader1@")
        return (refuse(OutcomeUnknown("the answer was lost")) if lost else accept)(parcel)

    at = any_station(Bulk(first_is_lost), ", quota: 100 a day")
    at.queue_mails(4)
    at.send()
    assert Counter(at.states) == {"sent": 3, "unknown": 1}


def test_what_was_given_back_goes_out_in_the_same_turn(any_station: Open) -> None:
    seen: set[int] = set()

    def second_time(parcel: Parcel) -> Answer:
        first = parcel.id not in seen
        seen.add(parcel.id)
        return (give_back if first else accept)(parcel)

    at = any_station(Bulk(second_time))
    at.queue_mails(6)
    at.send()
    assert {(row.state, row.attempts) for row in at.rows} == {(State.SENT, 1)}


def test_a_server_that_always_hangs_up_is_trouble(station: Open) -> None:
    at = station(Bulk(give_back))
    at.queue_mails(3)
    at.send()
    assert {(row.state, row.attempts) for row in at.rows} == {(State.QUEUED, 0)}
    assert any("hangs up" in line for line in at.said)


def test_a_row_of_which_no_mail_can_be_made_is_rejected(station: Open) -> None:
    bulk = Bulk(encode)
    at = station(bulk)
    at.queue_mails(3)
    with at.outbox.database.writing() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET recipient = 'no address' WHERE id = 2")
    at.send()
    assert at.states == ["sent", "rejected", "sent"]
    assert "no address" in at.rows[1].error


def test_failures_in_a_row_stop_the_channel(station: Open) -> None:
    bulk = Bulk(refuse(Unavailable("out of order", reason=Reason.SERVER)), room=1)
    at = station(bulk)
    at.queue_mails(20)
    at.send()
    assert len(bulk.parcels) < 8
    assert any("out of order" in line for line in at.said)
    at.send()
    assert len(bulk.parcels) < 8


def test_the_same_refusal_on_ten_connections_leaves_every_row_queued(any_station: Open) -> None:
    at = any_station(Bulk(refuse(Rejected("the stars are not right", status="554")), room=10))
    at.queue_mails(30)
    at.send()
    assert {(row.state, row.attempts) for row in at.rows} == {(State.QUEUED, 0)}
    assert at.outbox.channels.get("network").paused and len(at.said) == 1


def test_refusals_in_several_processes_are_counted_together(any_station: Open) -> None:
    """Two were refused elsewhere; the third is refused here."""
    at = any_station(Bulk(refuse(Rejected("not today, says 12", status="554")), room=1))
    at.queue_mails(3)
    for _ in range(3):
        at.dispatcher.send_due(limit=1)
        if at.states.count("rejected") == 2:
            at.dispatcher = Dispatcher(at.config, at.outbox, at.adapters, at.clock)
    assert at.states == ["queued"] * 3 and at.outbox.channels.get("network").paused


def test_an_acceptance_in_another_process_settles_refusals(any_station: Open) -> None:
    bulk = Bulk(refuse(Rejected("not today", status="554")), room=1)
    at = any_station(bulk)
    at.queue_mails(5)
    at.dispatcher.send_due(limit=2)
    bulk.server = accept
    Dispatcher(at.config, at.outbox, at.adapters, at.clock).send_due(limit=1)
    bulk.server = refuse(Rejected("not today", status="554"))
    at.dispatcher.send_due(limit=2)
    assert at.states == ["rejected", "rejected", "sent", "rejected", "rejected"]


def test_a_server_s_rate_is_kept_after_it_was_refused_once(station: Open) -> None:
    """Three in any second; the test's clock moves a tenth of it with each look."""
    taken: list[datetime] = []

    def strict(parcel: Parcel) -> Answer:
        now = at.clock()
        if sum(moment > now - timedelta(seconds=1) for moment in taken) >= 3:
            return refuse(RateLimited("too many a second", reason=Reason.RATE))(parcel)
        taken.append(now)
        return accept(parcel)

    def ticking() -> datetime:
        at.clock.move(seconds=0.02)
        return at.clock()

    at = station(Bulk(strict, room=4))
    at.queue_mails(30)
    at.dispatcher.clock = ticking
    at.send()
    assert {(row.state, row.attempts) for row in at.rows} == {(State.SENT, 1)}
    (lesson,) = at.outbox.learned.find("network")
    assert lesson.rate and 2 <= lesson.rate <= 3 and "too many a second" in lesson.said
    assert not at.outbox.channels.get("network").paused


def test_a_pause_holds_at_once(station: Open) -> None:
    def pause(parcel: Parcel) -> Answer:
        at.outbox.channels.pause("network", "enough")
        time.sleep(0.3)
        return accept(parcel)

    at = station(Bulk(pause, room=1))
    at.queue_mails(10)
    at.send()
    assert Counter(at.states) == {"sent": 1, "queued": 9}


def test_a_cancelled_mail_is_not_sent(station: Open) -> None:
    def cancel(parcel: Parcel) -> Answer:
        at.outbox.operator.cancel(channel="network")
        return accept(parcel)

    at = station(Bulk(cancel, room=2))
    at.queue_mails(10)
    at.send()
    assert Counter(at.states) == {"sent": 2, "cancelled": 8}


def test_a_stop_finishes_what_is_in_flight(station: Open) -> None:
    stop = threading.Event()

    def stopped(parcel: Parcel) -> Answer:
        stop.set()
        return accept(parcel)

    at = station(Bulk(stopped, room=3))
    at.queue_mails(10)
    at.send(stopping=stop.is_set)
    assert Counter(at.states) == {"sent": 3, "queued": 7}


@pytest.mark.parametrize(
    ("error", "said", "paused"),
    [
        (Unavailable("nothing listens there"), "nothing listens there", False),
        (AuthExpired("the account is refused"), "publish resume network", True),
    ],
)
def test_no_connection_costs_no_attempt(
    station: Open, error: DeliveryError, said: str, *, paused: bool
) -> None:
    class Unreachable(Bulk):
        def send_many(self, exchange):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            parcels = exchange([], 2)
            exchange([give_back(parcel) for parcel in parcels], 0)
            raise error

    at = station(Unreachable())
    at.queue_mails(4)
    at.send()
    assert {(row.state, row.attempts) for row in at.rows} == {(State.QUEUED, 0)}
    assert any(said in line for line in at.said)
    assert at.outbox.channels.get("network").paused is paused


def test_rows_that_a_broken_adapter_held_are_unknown(station: Open) -> None:
    bulk = Bulk(room=2)
    bulk.raises = RuntimeError("secret")
    at = station(bulk)
    at.queue_mails(5)
    at.send()
    assert Counter(at.states) == {"unknown": 2, "queued": 3}
    assert "RuntimeError" in at.rows[0].error
    assert "secret" not in at.rows[0].error


def test_rows_of_which_an_adapter_says_nothing_are_unknown(station: Open) -> None:
    bulk = Bulk(room=2)
    bulk.leaves = True
    at = station(bulk)
    at.queue_mails(5)
    at.send()
    assert Counter(at.states) == {"unknown": 2, "queued": 3}
    assert "reports nothing" in at.rows[0].error


def test_a_limit_bounds_the_rows_of_one_turn(station: Open) -> None:
    at = station(Bulk())
    at.queue_mails(20)
    at.dispatcher.send_due(limit=6)
    assert Counter(at.states) == {"sent": 6, "queued": 14}


def test_a_database_that_is_away_for_a_while_loses_nothing(station: Open, tmp_path: Path) -> None:
    bulk = Bulk(room=2)
    at = station(bulk, patience=0.1)
    at.queue_mails(6)
    locks: list[threading.Thread] = []

    def lock_once(parcel: Parcel) -> Answer:
        if not locks:
            locked = threading.Event()
            locks.append(threading.Thread(target=_hold, args=(tmp_path, locked)))
            locks[0].start()
            locked.wait()
        return accept(parcel)

    bulk.server = lock_once
    at.send()
    locks[0].join()
    assert {(row.state, row.attempts) for row in at.rows} == {(State.SENT, 1)}
    assert len(bulk.parcels) == 6
    assert any("nothing is sent meanwhile" in line for line in at.said)


def _hold(folder: Path, locked: threading.Event) -> None:
    """Lock the database for a good second."""
    with sqlite3.connect(folder / "publisher.db", isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        locked.set()
        time.sleep(1.2)
        connection.execute("ROLLBACK")
    connection.close()


def test_a_caller_hears_how_many_there_are_and_how_many_are_done(station: Open) -> None:
    at = station(Bulk())
    at.queue_mails(9)
    expected: list[int] = []
    settled: list[int] = []
    at.dispatcher.send_due(watch=Watch(expects=expected.append, settled=settled.append))
    assert expected[0] == 9
    assert sum(settled) == 9


def test_the_pace_is_noted_while_a_mailing_goes_on(
    station: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.dispatch.settlement.PACE_SECONDS", 0.0)
    paces: list[float] = []

    def look(parcel: Parcel) -> Answer:
        paces.append(at.outbox.throughput.rate("network", at.clock()))
        return accept(parcel)

    at: Station = station(Bulk(look, room=1))
    at.queue_mails(4)
    at.send()
    assert paces[-1] > 0
    assert at.outbox.throughput.rate("network", at.clock() + timedelta(seconds=1)) == 0


def test_what_limits_granted_long_ago_is_forgotten(station: Open) -> None:
    at = station(Bulk())
    grants = at.outbox.limits
    grants.take("mail", [Want("rate", steady(10, SECOND), 5)], micros(at.clock()))
    at.send()
    assert _buckets(at) == 1
    at.clock.move(days=9)
    at.send()
    assert _buckets(at) == 0


def _buckets(at: Station) -> int:
    with at.outbox.database.reading() as connection:
        return len(connection.execute(select(buckets.c.name)).all())


@pytest.mark.slow
def test_quota_so_many_arrive_in_any_minute(station: Open) -> None:
    """What counts is when they were answered: the first ones a while after they were claimed."""
    answered: list[datetime] = []

    def slow(parcel: Parcel) -> Answer:
        at.clock.move(seconds=0.7 if len(answered) < 40 else 0.01)
        answered.append(at.clock())
        return accept(parcel)

    def ticking() -> datetime:
        at.clock.move(seconds=0.05)
        return at.clock()

    at = station(Bulk(slow, room=12), ", quota: 40 a minute")
    at.queue_mails(130)
    at.dispatcher.clock = ticking
    while at.states.count("sent") < 130:
        at.send()
        at.clock.move(seconds=1)
    minute = timedelta(minutes=1)
    most = max(sum(start <= each < start + minute for each in answered) for start in answered)
    assert most == 40


def test_what_was_surely_not_sent_counts_for_no_quota(station: Open) -> None:
    bulk = Bulk(refuse(Unavailable("not now", status="450", reason=Reason.MAILBOX_FULL)))
    at = station(bulk, ", quota: 5 a day")
    at.queue_mails(4)
    at.send()
    bulk.server = accept
    at.clock.move(hours=1)
    at.send()
    assert at.states == ["sent"] * 4
