"""What becomes of mail that its reader's server does not take, row by row."""

from datetime import timedelta

import pytest

from publisher.errors import Rejected, Unavailable
from publisher.outbox import BounceKind, State
from tests.dispatch.conftest import Open, Station
from tests.dispatch.scripted import Scripted

MINUTE = timedelta(minutes=1)


def later(made: Station) -> list[float]:
    """How many minutes from now each queued row is due."""
    rows = [row for row in made.rows if row.state is State.QUEUED]
    return [((row.not_before or made.clock()) - made.clock()) / MINUTE for row in rows]


def no(words: str, status: str) -> Rejected:
    return Rejected(f"mail.example refuses the mail: {status} {words}", status=status)


def not_now(words: str, status: str) -> Unavailable:
    return Unavailable(f"mail.example cannot take it: {status} {words}", status=status)


def test_a_reader_who_does_not_exist_bounces_at_once(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(no("no such user", "550 5.1.1"))
    made = any_station(adapter)
    made.queue_mails(2)
    made.send()
    assert made.states == ["rejected", "sent"]
    (bounce,) = made.outbox.bounces()
    assert (bounce.delivery_id, bounce.kind) == (made.rows[0].id, BounceKind.HARD)
    assert (bounce.status, bounce.at) == ("550 5.1.1", made.clock())
    assert made.outbox.subscribers.count_active("daily") == 1


def test_many_who_do_not_exist_stop_no_channel(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(no("no such user", "550 5.1.1") for _ in range(9)))
    made = station(adapter)
    made.queue_mails(10)
    made.send()
    assert made.states.count("rejected") == 9
    assert made.states.count("sent") == 1
    assert made.said == []


@pytest.mark.parametrize("error", [no("full", "552 5.2.2"), not_now("full", "452 4.2.2")])
def test_a_full_mailbox_is_tried_again_and_noted(station: Open, error: Exception) -> None:
    adapter = Scripted()
    adapter.will(error)
    made = station(adapter)
    made.queue_mails(1)
    made.send()
    assert made.row.state is State.QUEUED and made.row.attempts == 1
    assert 4 <= later(made)[0] <= 6
    assert [bounce.kind for bounce in made.outbox.bounces()] == [BounceKind.SOFT]
    assert made.outbox.subscribers.count_active("daily") == 1
    made.clock.move(minutes=6)
    made.send()
    assert made.state == "sent"


def test_a_greylisted_mail_comes_back_once_and_arrives(station: Open) -> None:
    adapter = Scripted()
    adapter.will(not_now("Greylisted", "450 4.2.0"))
    made = station(adapter)
    made.queue_mails(1)
    made.send()
    assert 6 <= later(made)[0] <= 7
    made.clock.move(minutes=5)
    made.send()
    assert len(adapter.asked) == 1, "too early for a greylist"
    made.clock.move(minutes=2)
    made.send()
    assert made.state == "sent" and made.row.attempts == 2


def test_a_refused_sender_does_not_burn_through_the_list(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(no("blocked, see our list", "550 5.7.1") for _ in range(20)))
    made = any_station(adapter)
    made.queue_mails(20)
    made.send()
    assert made.states.count("rejected") == 5
    assert made.outbox.bounces() == [], "no reader is to blame"
    state = made.outbox.channel("network")
    assert state.is_paused(made.clock()) and state.paused_until is None
    assert "blocked, see our list" in state.reason
    assert len(made.said) == 1 and "publish resume network" in made.said[0]


def test_refusals_between_arrivals_stop_nothing(station: Open) -> None:
    adapter = Scripted()
    for _ in range(4):
        adapter.will(*(no("spam", "554 5.7.1") for _ in range(4)), None)
    made = station(adapter)
    made.queue_mails(20)
    made.send()
    assert made.states.count("sent") == 4
    assert not made.outbox.channel("network").paused


def test_a_throttled_sender_rests(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(not_now("too many messages", "451 4.7.1") for _ in range(9)))
    made = station(adapter)
    made.queue_mails(9)
    made.send()
    assert len(adapter.asked) == 3
    assert made.said[0].startswith("network: several failures in a row, it rests 1 minute")


def test_mail_is_tried_for_as_long_as_the_channel_says(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(not_now("not today", "450 4.2.1") for _ in range(99)))
    made = station(adapter, ", retry_for: 3 hours")
    made.queue_mails(1)
    for _ in range(60):
        made.send()
        made.clock.move(minutes=10)
    assert made.state == "rejected"
    assert made.row.error.startswith("gave up after 3 hours: ")
    assert 5 <= made.row.attempts <= 8


def test_one_domain_s_rate_holds_up_no_other_reader(any_station: Open) -> None:
    adapter = Scripted()
    adapter.connections = 4
    made = any_station(adapter, ", per_domain: {example.org: 1 an hour}, at_most: 5 a day")
    made.queue_mails(8)
    made.send()
    assert made.states.count("sent") == 1
    assert [row.attempts for row in made.rows] == [1, *[0] * 7]
    assert sorted(round(each) for each in later(made)) == [60 * hour for hour in range(1, 8)]
    made.clock.move(hours=1)
    made.send()
    assert made.states.count("sent") == 2
    made.clock.move(hours=1)
    made.send()
    made.clock.move(hours=1)
    made.send()
    made.clock.move(hours=1)
    made.send()
    assert made.states.count("sent") == 5
    made.clock.move(hours=1)
    made.send()
    assert made.states.count("sent") == 5, "those that waited for a place counted for no quota"


def test_quiet_hours_hold_the_channel_and_nothing_else(station: Open) -> None:
    made = station(Scripted(), ", quiet: 22:00-07:00")
    made.queue("a")
    made.clock.now = made.clock.now.replace(hour=23) + timedelta(days=1)
    made.send(eager=True)
    assert made.state == "queued" and not made.outbox.channel("network").paused
    made.clock.move(hours=8, minutes=30)
    made.send()
    assert made.state == "sent"


def test_a_server_that_recovers_gets_few_mails_first(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(Unavailable("no connection") for _ in range(6)))
    made = station(adapter)
    made.queue_mails(30)
    made.send()
    assert len(adapter.asked) == 3
    made.clock.move(minutes=1)
    made.send()
    assert len(adapter.asked) == 6, "still in trouble"
    made.clock.move(seconds=90)
    made.send()
    assert len(adapter.asked) == 6, "the second rest is longer"
    made.clock.move(seconds=30)
    made.send()
    made.clock.move(minutes=5)
    made.send()
    assert made.states == ["sent"] * 30
    assert [line.partition(": ")[2][:7] for line in made.said] == ["several", "works a"]
