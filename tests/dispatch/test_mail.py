"""What becomes of mail that its reader's server does not take, row by row."""

from datetime import timedelta

import pytest

from publisher.errors import DeliveryError, Unavailable
from publisher.model.contacts import BounceKind
from publisher.model.deliveries import State
from publisher.smtp.refusals import Stage
from publisher.smtp.replies import Reply
from publisher.smtp.server import Server
from tests.dispatch.conftest import Open, Station
from tests.dispatch.scripted import Scripted

MINUTE = timedelta(minutes=1)


def later(made: Station) -> list[float]:
    """How many minutes from now each queued row is due."""
    rows = [row for row in made.rows if row.state is State.QUEUED]
    return [((row.not_before or made.clock()) - made.clock()) / MINUTE for row in rows]


def no(words: str, status: str) -> DeliveryError:
    """What a server's refusal of a recipient becomes."""
    return Server("mail.example", 25).refusal(Reply(f"{status} {words}".encode()), Stage.RECIPIENT)


def test_a_reader_who_does_not_exist_bounces_at_once(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(no("no such user", "550 5.1.1"))
    made = any_station(adapter)
    made.queue_mails(2)
    made.send()
    assert made.states == ["rejected", "sent"]
    (bounce,) = made.outbox.bounces.stream()
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


@pytest.mark.parametrize("error", [no("full", "552 5.2.2"), no("full", "452 4.2.2")])
def test_a_full_mailbox_is_tried_again_and_noted(station: Open, error: Exception) -> None:
    adapter = Scripted()
    adapter.will(error)
    made = station(adapter)
    made.queue_mails(1)
    made.send()
    assert made.row.state is State.QUEUED and made.row.attempts == 1
    assert 4 <= later(made)[0] <= 6
    assert [bounce.kind for bounce in made.outbox.bounces.stream()] == [BounceKind.SOFT]
    assert made.outbox.subscribers.count_active("daily") == 1
    made.clock.move(minutes=6)
    made.send()
    assert made.state == "sent"


def test_a_greylisted_mail_comes_back_once_and_arrives(station: Open) -> None:
    adapter = Scripted()
    adapter.will(no("Greylisted", "450 4.2.0"))
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


def test_the_same_refusal_for_three_readers_is_about_none_of_them(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(no(f"blocked, reader{n}, see our list", "550 5.7.1") for n in range(20)))
    made = any_station(adapter)
    made.queue_mails(20)
    made.send()
    assert len(adapter.asked) == 3
    assert {(row.state, row.attempts) for row in made.rows} == {(State.QUEUED, 0)}
    assert [*made.outbox.bounces.stream()] == [], "no reader is to blame"
    state = made.outbox.channels.get("network")
    assert state.is_paused(made.clock()) and state.paused_until is None
    assert "blocked" in state.reason
    assert len(made.said) == 1 and "publish resume network" in made.said[0]


def test_rows_that_were_rejected_before_come_back(any_station: Open) -> None:
    adapter = Scripted()
    blocked = [no("blocked", "550 5.7.1") for _ in range(3)]
    adapter.will(*blocked[:2], no("mailbox full", "452 4.2.2"), blocked[2])
    made = any_station(adapter)
    made.queue_mails(3)
    made.send()
    assert made.states == ["rejected", "rejected", "queued"]
    made.clock.move(hours=2)
    made.send()
    assert made.states == ["queued"] * 3
    made.outbox.channels.resume("network")
    made.clock.move(seconds=1)
    made.send()
    assert made.states == ["sent"] * 3


def test_different_refusals_one_after_the_other_pause_as_well(station: Open) -> None:
    adapter = Scripted()
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    adapter.will(*(no(word, "554") for word in words))
    made = station(adapter)
    made.queue_mails(6)
    made.send()
    assert len(adapter.asked) == 5 and made.states == ["queued"] * 6


def test_refusals_between_arrivals_stop_nothing(station: Open) -> None:
    adapter = Scripted()
    for _ in range(5):
        adapter.will(*(no("spam", "554 5.7.1") for _ in range(2)), None)
    made = station(adapter)
    made.queue_mails(15)
    made.send()
    assert made.states.count("sent") == 5 and made.states.count("rejected") == 10
    assert not made.outbox.channels.get("network").paused


def test_refusals_before_a_person_resumed_count_no_more(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(no("blocked", "550 5.7.1") for _ in range(5)))
    made = station(adapter)
    made.queue_mails(2)
    made.send()
    made.outbox.channels.pause("network", "by hand")
    made.outbox.channels.resume("network")
    assert not made.outbox.doubts.has_any("network")


def test_a_list_of_which_too_many_are_dead_pauses_and_goes_on_when_resumed(station: Open) -> None:
    adapter = Scripted()
    for _ in range(20):
        adapter.will(None, None, None, None, no("no such user", "550 5.1.1"))
    made = station(adapter)
    made.queue_mails(100)
    made.send()
    assert made.states.count("rejected") == 10 and made.states.count("sent") == 40
    assert "10 of 50 recipients do not exist" in made.said[0]
    assert "publish resume network" in made.said[0]
    made.outbox.channels.resume("network")
    made.send()
    assert made.states.count("sent") == 80 and made.states.count("queued") == 0


@pytest.mark.parametrize(
    ("words", "hours"),
    [("Daily user sending limit exceeded", 24), ("100 emails per hour exceeded, limit", 1)],
)
def test_a_quota_pauses_until_the_time_it_names(station: Open, words: str, hours: int) -> None:
    adapter = Scripted()
    adapter.will(None, no(words, "550 5.4.5"))
    made = station(adapter)
    made.queue_mails(3)
    made.send()
    assert [(row.state, row.attempts) for row in made.rows[1:]] == [(State.QUEUED, 0)] * 2
    state = made.outbox.channels.get("network")
    assert state.paused_until == made.clock() + timedelta(hours=hours)
    made.clock.move(hours=hours)
    made.send()
    assert made.states == ["sent"] * 3


def test_a_reader_who_gets_too_much_is_tried_later(station: Open) -> None:
    adapter = Scripted()
    adapter.will(no("The user is receiving mail at a rate that prevents more", "550 5.2.1"))
    made = station(adapter)
    made.queue_mails(2)
    made.send()
    assert made.states == ["queued", "sent"] and [*made.outbox.bounces.stream()] == []


def test_a_server_that_is_overrun_rests(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(no("not now", "451 4.7.5") for _ in range(9)))
    made = station(adapter)
    made.queue_mails(9)
    made.send()
    assert len(adapter.asked) == 3
    assert made.said[0].startswith("network: the server fails, backing off for 1 minute")


def test_mail_is_tried_for_as_long_as_the_channel_says(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(no("not today", "450 4.2.1") for _ in range(99)))
    made = station(adapter, ", retry_for: 3 hours")
    made.queue_mails(1)
    for _ in range(60):
        made.send()
        made.clock.move(minutes=10)
    assert made.state == "rejected"
    assert made.row.error.startswith("gave up after 3 hours: ")
    assert 5 <= made.row.attempts <= 8
    assert [bounce.kind for bounce in made.outbox.bounces.stream()] == [BounceKind.SOFT]


def test_one_domain_s_rate_holds_up_no_other_reader(any_station: Open) -> None:
    adapter = Scripted()
    adapter.connections = 4
    made = any_station(adapter, ", per_domain: {example.org: 1 an hour}, quota: 5 a day")
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
    made = station(Scripted(), ", quiet_hours: 22:00-07:00")
    made.queue("a")
    made.clock.now = made.clock.now.replace(hour=23) + timedelta(days=1)
    made.send(eager=True)
    assert made.state == "queued" and not made.outbox.channels.get("network").paused
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
    assert [line.partition(": ")[2][:7] for line in made.said] == ["the ser", "recover"]
