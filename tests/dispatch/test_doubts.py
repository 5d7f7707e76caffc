"""Refusals without a reason: is it this note, or the account?"""

from datetime import timedelta

from publisher.dispatch import Dispatcher
from publisher.errors import Doubtful, Rejected
from publisher.model.channels import Blame
from tests.dispatch.conftest import Open, Station
from tests.dispatch.scripted import Scripted

NO = "x.example: HTTP 403: Forbidden"


def ahead(any_station: Open, adapter: Scripted) -> Station:
    """A station whose clock is ahead, so that what is queued now is due, however slow the test."""
    made = any_station(adapter)
    made.clock.move(minutes=1)
    return made


def refuse() -> Doubtful:
    return Doubtful(NO, status="HTTP 403")


def test_the_second_in_a_row_stops_the_channel_and_loses_nothing(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(refuse() for _ in range(10)))
    made = ahead(any_station, adapter)
    made.queue(*"abcdefghij")
    made.send()
    assert made.states == ["queued"] * 10
    assert len(adapter.asked) == 2
    channel = made.outbox.channels.get("network")
    assert channel.paused and channel.paused_until is None and NO in channel.reason
    [told] = [line for line in made.said if "paused" in line]
    assert "second refusal in a row" in told and "publish resume network" in told
    made.clock.move(hours=5)
    made.send(eager=True)
    assert len(adapter.asked) == 2


def test_after_the_account_is_fixed_all_go_out(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(refuse(), refuse())
    made = ahead(any_station, adapter)
    made.queue(*"abc")
    made.send()
    made.outbox.channels.resume("network")
    made.clock.move(minutes=2)
    made.send()
    assert made.states == ["sent"] * 3 and len(set(adapter.arrived)) == 3


def test_an_account_that_is_not_fixed_costs_one_question(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(refuse() for _ in range(10)))
    made = ahead(any_station, adapter)
    made.queue(*"abc")
    made.send()
    made.outbox.channels.resume("network")
    made.clock.move(minutes=2)
    made.send()
    assert made.states == ["queued"] * 3 and len(adapter.asked) == 3
    assert made.outbox.channels.get("network").paused


def test_a_note_that_is_refused_while_others_are_taken_is_rejected(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(refuse())
    made = ahead(any_station, adapter)
    made.queue(*"abc")
    made.send()
    assert made.states == ["queued", "sent", "sent"]
    adapter.will(refuse())
    made.clock.move(minutes=2)
    made.send()
    assert made.states == ["rejected", "sent", "sent"]
    assert made.rows[0].error == NO and made.rows[0].attempts == 2
    assert not made.outbox.channels.get("network").paused


def test_one_note_alone_refused_twice_stops_the_channel(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(refuse(), refuse())
    made = ahead(any_station, adapter)
    made.queue("alone")
    made.send()
    assert made.state == "queued" and not made.outbox.channels.get("network").paused
    made.clock.move(minutes=2)
    made.send()
    assert made.state == "queued" and made.outbox.channels.get("network").paused


def test_a_refused_note_does_not_decide_alone_while_others_are_due(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(refuse())
    made = ahead(any_station, adapter)
    made.queue("poison")
    made.send()
    made.queue("good")
    now = made.clock.now + timedelta(minutes=2)
    poison, good = (row.id for row in made.rows)
    assert made.outbox.doubts.blame("network", poison, now) is Blame.UNKNOWN
    assert made.outbox.doubts.blame("network", good, now) is Blame.ACCOUNT


def test_it_counts_over_restarts_and_machines(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(refuse() for _ in range(9)))
    made = ahead(any_station, adapter)
    made.queue("first")
    made.send()
    other = Dispatcher(made.config, made.outbox, made.adapters, made.clock)
    made.queue("second")
    other.send_due()
    assert made.states == ["queued", "queued"] and made.outbox.channels.get("network").paused
    assert len(adapter.asked) == 2


def test_a_plain_no_between_them_changes_nothing(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(refuse(), Rejected("duplicate"), refuse())
    made = ahead(any_station, adapter)
    made.queue(*"abcd")
    made.send()
    assert made.states == ["queued", "rejected", "queued", "queued"]
    assert made.outbox.channels.get("network").paused


def test_the_next_message_tells_on_its_own_channel_only(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(refuse())
    made = ahead(any_station, adapter)
    made.adapters["other"].will(refuse())
    made.queue("a")
    made.queue("a", channel="other")
    made.send()
    assert made.states == ["queued", "queued"]
    assert (
        not made.outbox.channels.get("network").paused
        and not made.outbox.channels.get("other").paused
    )


def test_a_clock_that_is_set_back_rejects_nobody(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(None, refuse(), refuse())
    made = ahead(any_station, adapter)
    made.queue("a")
    made.clock.move(hours=3)
    made.send()
    made.clock.move(hours=-3)
    made.queue("b", "c")
    made.send()
    assert made.states == ["sent", "queued", "queued"]
    assert made.outbox.channels.get("network").paused
