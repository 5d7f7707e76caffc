"""A channel's turn: bounds, leases, stops, broken rows, a database that fails."""

import contextlib
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from publisher.dispatch import leases
from publisher.dispatch.dispatcher import Dispatcher
from publisher.errors import AuthExpired, StorageError, Unavailable
from publisher.schedule import month_start, next_month
from tests.claims import claim_rows
from tests.dispatch.conftest import Clock, Open, Station
from tests.dispatch.scripted import Priced, Repeating, Scripted


def test_nothing_due_asks_nobody(any_station: Open) -> None:
    adapter = Scripted()
    made = any_station(adapter)
    made.send()
    assert adapter.asked == [] and made.said == []


def test_quota_holds_in_a_moving_window(any_station: Open) -> None:
    adapter = Scripted()
    adapter.connections = 5
    made = any_station(adapter, ", quota: 2 an hour")
    made.queue("a", "b", "c", "d", "e")
    made.send(eager=True)
    assert made.states.count("sent") == 2
    made.clock.move(minutes=59)
    made.send()
    assert made.states.count("sent") == 2
    made.clock.move(minutes=2)
    made.send()
    assert made.states.count("sent") == 4


def test_apart_holds_between_messages_and_not_between_attempts(station: Open) -> None:
    adapter = Scripted()
    adapter.will(Unavailable("no connection"))
    made = station(adapter, ", min_interval: 20 minutes")
    made.queue("a", "b", "c")
    made.send()
    assert made.states == ["queued", "sent", "queued"]
    made.clock.move(minutes=19)
    made.send()
    assert made.states.count("sent") == 1
    made.clock.move(minutes=2)
    made.send()
    assert made.states.count("sent") == 2


def test_ten_senders_at_once_keep_the_bounds_together(any_station: Open) -> None:
    adapter = Scripted()
    made = any_station(adapter, ", min_interval: 1 hour")
    made.queue(*(f"n{number}" for number in range(10)))
    start = threading.Barrier(10)

    def work() -> None:
        dispatcher = Dispatcher(made.config, made.outbox, made.adapters, made.clock)
        start.wait()
        dispatcher.send_due(["network"])

    senders = [threading.Thread(target=work) for _ in range(10)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(adapter.asked) == 1 and made.states.count("sent") == 1


def test_a_months_budget_is_never_overdrawn(any_station: Open) -> None:
    adapter = Priced()
    adapter.connections = 4
    made = any_station(adapter)
    made.clock.now = datetime(2027, 1, 31, 23, tzinfo=UTC)
    made.queue("a", "b", "c", cost="0.20")
    made.send()
    assert sorted(made.states) == ["queued", "sent", "sent"]
    state = made.outbox.channels.get("network")
    assert state.paused_until == datetime(2027, 2, 1, tzinfo=UTC)
    [said] = made.said
    assert "the month's budget of $0.50 does not pay for another $0.20" in said
    assert said.endswith("; until 2027-02-01 00:00:00 UTC")
    made.clock.move(hours=1)
    made.send()
    assert made.states.count("sent") == 3
    assert made.outbox.budget.spent_since("network", datetime(2027, 2, 1, tzinfo=UTC)) == Decimal(
        "0.20"
    )


def test_the_price_that_counts_is_that_of_the_row_itself(station: Open) -> None:
    made = station(Priced())
    made.queue("dear", cost="0.45")
    made.queue("dearer", cost="0.60")
    made.queue("cheap", cost="0.01")
    made.send()
    assert made.states == ["sent", "queued", "queued"]


def test_without_a_budget_only_the_network_bounds(station: Open) -> None:
    adapter = Priced()
    adapter.monthly = None
    made = station(adapter)
    made.queue("a", "b", "c", cost="99")
    made.send()
    assert made.states == ["sent"] * 3


def test_months_begin_in_utc() -> None:
    moment = datetime(2027, 12, 31, 23, 30, tzinfo=UTC).astimezone()
    assert month_start(moment) == datetime(2027, 12, 1, tzinfo=UTC)
    assert next_month(moment) == datetime(2028, 1, 1, tzinfo=UTC)


def test_never_more_notes_are_sending_than_there_are_connections(any_station: Open) -> None:
    adapter = Scripted()
    adapter.connections = 3
    made = any_station(adapter)
    seen: list[int] = []
    adapter.will(*[lambda: seen.append(made.states.count("sending"))] * 12)
    made.queue(*(f"n{number}" for number in range(12)))
    made.send()
    assert made.states == ["sent"] * 12 and 1 <= max(seen) <= 3


def test_a_stop_is_obeyed_between_messages(station: Open) -> None:
    stop = threading.Event()
    adapter = Scripted()
    adapter.will(None, stop.set)
    made = station(adapter)
    made.queue("a", "b", "c", "d")
    made.send(stopping=stop.is_set)
    assert made.states == ["sent", "sent", "queued", "queued"]
    made.send(stopping=stop.is_set)
    assert made.states.count("sent") == 2
    made.send()
    assert made.states == ["sent"] * 4


def test_a_person_who_asks_hurries_what_backs_off_but_each_row_once(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(Unavailable("not now", status="450") for _ in range(4)))
    made = station(adapter)
    made.queue("a", "b")
    begun = made.clock()
    for _ in range(3):
        made.dispatcher.send_due(eager_since=begun)
    assert len(adapter.asked) == 2
    made.clock.move(seconds=2)
    made.send(eager=True)
    assert len(adapter.asked) == 4


def test_a_server_in_trouble_is_left_alone_for_the_rest_of_a_run(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(Unavailable("no connection") for _ in range(9)))
    made = station(adapter)
    made.queue("a", "b", "c", "d")
    begun = made.clock()
    made.dispatcher.send_due(eager_since=begun)
    made.dispatcher.send_due(eager_since=begun)
    assert len(adapter.asked) == 3
    made.clock.move(seconds=1)
    made.send(eager=True)
    assert len(adapter.asked) == 6


def test_a_clock_that_steps_back_ends_a_rest(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(Unavailable("no connection") for _ in range(3)))
    made = station(adapter)
    made.queue("a", "b", "c")
    made.send()
    made.queue("d")
    made.clock.now = datetime.now(UTC) + timedelta(milliseconds=1)
    made.clock.move(minutes=-1)
    made.send()
    made.clock.move(minutes=10)
    made.send()
    assert made.states == ["sent"] * 4


def test_a_paused_channel_holds_up_no_other(station: Open) -> None:
    made = station(Scripted())
    made.outbox.channels.pause("network", "paused by hand")
    made.queue("a")
    made.queue("a", channel="other")
    made.send()
    assert made.states == ["queued", "sent"]


def test_a_slow_channel_holds_up_no_other(station: Open) -> None:
    slow, quick = Scripted(), threading.Event()
    made = station(slow)
    slow.will(lambda: wait_for(quick))
    made.adapters["other"].will(quick.set)
    made.queue("a")
    made.queue("a", channel="other")
    made.send()
    assert made.states == ["sent", "sent"]


def wait_for(event: threading.Event) -> None:
    assert event.wait(10)


def test_a_slow_message_is_held_on_to(station: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    adapter = Scripted()
    made = station(adapter)
    beside = Dispatcher(made.config, made.outbox, {**made.adapters}, Clock())

    def slow() -> None:
        for _ in range(4):
            made.clock.move(minutes=4)
            renewed(made)
            beside.clock = made.clock
            assert made.outbox.deliveries.recover(made.clock()) == []

    adapter.will(slow)
    made.queue("a")
    made.send()
    assert made.state == "sent" and made.row.attempts == 1


def renewed(made: Station) -> None:
    """Wait until the lease has been renewed at the clock's present time."""
    until = text("SELECT leased_until FROM deliveries")
    wanted = (made.clock() + leases.LEASE - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
    pause = threading.Event()
    for _ in range(200):
        with made.outbox.database.reading() as connection:
            if connection.execute(until).scalar_one() >= wanted:
                return
        pause.wait(0.02)
    raise AssertionError("nobody renews the lease")


BROKEN = {
    "payload = 'no JSON'": "JSONDecodeError",
    "payload = '[]'": "TypeError",
    'payload = \'{"text": "a", "odd": 1, "tags": []}\'': "TypeError",
    "edition_id = 999": "KeyError",
}


@pytest.mark.parametrize(("damage", "name"), BROKEN.items())
def test_a_broken_row_is_named_and_holds_up_no_other(
    any_station: Open, damage: str, name: str
) -> None:
    adapter = Scripted()
    made = any_station(adapter)
    made.queue("a", "b")
    break_first(made, damage)
    made.send()
    assert made.states == ["rejected", "sent"] and len(adapter.asked) == 1
    assert name in made.rows[0].error
    made.send(eager=True)
    assert len(adapter.asked) == 1


def break_first(made: Station, damage: str) -> None:
    with made.outbox.database.writing() as connection:
        connection.execute(
            text(f"UPDATE deliveries SET {damage.replace(':', chr(92) + ':')} WHERE id = 1")  # noqa: S608  the test's own words
        )


def test_a_broken_row_that_may_have_gone_out_stays_unknown(station: Open) -> None:
    adapter = Repeating()
    adapter.will(ConnectionError())
    made = station(adapter)
    made.queue("a")
    claim_rows(made.outbox, "network", 1, worker="gone", lease=timedelta(0), now=made.clock())
    break_first(made, "payload = ''")
    made.send()
    assert made.state == "unknown" and made.row.not_before is None
    assert "JSONDecodeError" in made.row.error and adapter.asked == []


def test_what_the_database_would_not_take_is_written_later(station: Open) -> None:
    adapter = Scripted()
    made = station(adapter, patience=0.1)
    made.dispatcher.patience = 0.1
    made.queue("a")
    path = made.config.folder / "publisher.db"
    with contextlib.closing(
        sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    ) as other:
        adapter.will(lambda: other.execute("BEGIN IMMEDIATE"))
        for _ in range(2):
            with pytest.raises(StorageError):
                made.send()
            assert made.state == "sending"
        other.execute("ROLLBACK")
    made.send()
    assert made.state == "sent" and len(adapter.asked) == 1


def test_an_adapter_that_cannot_be_made_holds_up_no_other(station: Open) -> None:
    made = station(Scripted())
    made.queue("a")
    made.queue("a", channel="other")
    del made.adapters["network"]
    with pytest.raises(KeyError):
        made.send()
    assert made.states == ["queued", "sent"]


def test_rows_of_a_channel_that_is_gone_wait(station: Open) -> None:
    made = station(Scripted())
    made.queue("a", channel="removed")
    made.send()
    assert made.states == ["queued"]


def test_mails_of_a_newsletter_that_is_renamed_are_sent(any_station: Open) -> None:
    adapter = Scripted()
    adapter.connections = 4
    made = any_station(adapter)
    made.queue_mails(9)
    renamed = {"weekly": made.config.newsletters["daily"]}
    object.__setattr__(made.config, "newsletters", renamed)
    made.send()
    assert made.states == ["sent"] * 9


def test_a_pause_in_the_middle_leaves_the_rest_queued(station: Open) -> None:
    adapter = Scripted()
    adapter.will(None, AuthExpired("refused"))
    made = station(adapter)
    made.queue_mails(4)
    made.send()
    assert made.states == ["sent", "queued", "queued", "queued"]


def test_an_edition_that_cannot_be_read_now_is_read_later(station: Open) -> None:
    adapter = Scripted()
    made = station(adapter)
    made.queue_mails(2)
    claim_rows(made.outbox, "network", 1, worker="gone", lease=timedelta(0), now=made.clock())
    rename(made, "editions", "hidden")
    made.send()
    assert sorted(made.states) == ["queued", "unknown"] and adapter.asked == []
    assert all("editions" in row.error for row in made.rows)
    rename(made, "hidden", "editions")
    made.clock.move(hours=1)
    made.send()
    assert sorted(made.states) == ["sent", "unknown"]
    assert [row.not_before for row in made.rows if row.state == "unknown"] == [None]


def rename(made: Station, old: str, new: str) -> None:
    with made.outbox.database.writing() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
