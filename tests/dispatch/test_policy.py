"""What each error means for the row and for its channel."""

from datetime import timedelta

import pytest

from publisher.errors import AuthExpired, OutcomeUnknown, RateLimited, Reason, Rejected, Unavailable
from publisher.model.deliveries import State
from publisher.model.messages import Receipt
from tests.dispatch.conftest import Open, Station
from tests.dispatch.scripted import Finding, Scripted


def due_in(made: Station) -> timedelta:
    row = made.row
    assert row.not_before is not None
    return row.not_before - made.clock()


def test_a_message_that_arrives_is_sent_with_its_receipt(any_station: Open) -> None:
    made = any_station(Scripted())
    made.queue("a")
    made.send()
    assert made.state == "sent"
    assert made.row.remote_id == f"remote-{made.row.key}"
    assert made.row.sent_at == made.clock() and made.row.attempts == 1


def test_what_was_surely_not_sent_waits_longer_each_time(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(Unavailable("no connection") for _ in range(3)))
    made = any_station(adapter)
    made.queue("a")
    for attempt, minutes in enumerate([1, 2, 4], start=1):
        made.send()
        assert (made.row.state, made.row.attempts) == (State.QUEUED, attempt)
        assert due_in(made) == timedelta(minutes=minutes)
        made.send()
        assert len(adapter.asked) == attempt, "it is not due yet"
        made.clock.move(minutes=minutes)
    made.send()
    assert made.state == "sent" and made.row.attempts == 4


def test_it_gives_up_after_two_days_of_trying(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(Unavailable("no connection") for _ in range(100)))
    made = station(adapter)
    made.queue("a")
    for _ in range(100):
        made.send()
        made.clock.move(hours=1)
    assert made.state == "rejected"
    assert made.row.error == "gave up after 48 hours: no connection"
    assert made.row.attempts == 49


def test_a_long_pause_is_no_trying(station: Open) -> None:
    adapter = Scripted()
    adapter.will(AuthExpired("the password is wrong"), Unavailable("no connection"))
    made = station(adapter)
    made.queue("a")
    made.send()
    made.clock.move(days=5)
    made.outbox.channels.resume("network")
    made.send()
    assert made.state == "queued" and due_in(made) == timedelta(minutes=1)


def test_a_row_queued_again_by_hand_has_its_attempts_before_it(station: Open) -> None:
    adapter = Scripted()
    adapter.will(Rejected("too long"), Unavailable("no connection"))
    made = station(adapter)
    made.queue("a")
    made.send()
    made.clock.move(days=9)
    assert made.outbox.operator.retry([made.row.id]) == 1
    made.send()
    assert made.state == "queued"


def test_a_rejected_message_is_never_sent_again(any_station: Open) -> None:
    adapter = Finding()
    adapter.will(Rejected("too long", status="HTTP 422"))
    made = any_station(adapter)
    made.queue("a")
    made.send()
    made.clock.move(days=1)
    made.send(eager=True)
    assert made.state == "rejected" and made.row.status == "HTTP 422"
    assert len(adapter.asked) == 1 and adapter.looked == 0


def test_a_rejection_of_a_second_attempt_may_be_the_networks_own_duplicate(station: Open) -> None:
    adapter = Finding()
    adapter.will(Unavailable("no connection"), Rejected("duplicate"))
    made = station(adapter)
    made.queue("a")
    made.send()
    adapter.there.add(made.row.key)
    made.clock.move(minutes=1)
    made.send()
    assert made.state == "sent" and made.row.remote_id == f"found-{made.row.key}"


@pytest.mark.parametrize(("ahead", "waits"), [(None, 300), (7200, 7200), (0, 5), (-86400, 5)])
def test_a_rate_limit_pauses_the_channel_and_counts_no_attempt(
    station: Open, ahead: int | None, waits: int
) -> None:
    adapter = Scripted()
    made = station(adapter)
    retry_at = None if ahead is None else made.clock() + timedelta(seconds=ahead)
    adapter.will(RateLimited("too many requests", retry_at=retry_at))
    made.queue("a", "b")
    made.send()
    assert len(adapter.asked) == 1, "the second must not be tried"
    assert made.states == ["queued", "queued"] and made.rows[0].attempts == 0
    state = made.outbox.channels.get("network")
    assert state.paused_until == made.clock() + timedelta(seconds=waits)
    made.send(eager=True)
    assert len(adapter.asked) == 1, "a person cannot hurry the network"
    made.clock.move(seconds=waits)
    made.send()
    assert made.states == ["sent", "sent"]
    assert len(made.said) == 1 and "paused: too many requests; until 20" in made.said[0]


def test_a_refused_account_pauses_until_a_person_resumes_and_is_told_once(station: Open) -> None:
    adapter = Scripted()
    adapter.connections = 3
    adapter.will(*(AuthExpired(f"refused by host {number}") for number in range(3)))
    made = station(adapter)
    made.queue("a", "b", "c", "d")
    made.send()
    made.clock.move(days=30)
    made.send()
    assert len(adapter.asked) == 3
    assert [row.attempts for row in made.rows] == [0, 0, 0, 0]
    assert len(made.said) == 1 and "publish resume network" in made.said[0]
    assert made.outbox.channels.resume("network")
    made.send()
    assert made.states == ["sent"] * 4


def test_a_pause_by_hand_is_not_lifted_by_an_older_one_that_ends(station: Open) -> None:
    adapter = Scripted()
    adapter.will(RateLimited("too many requests"))
    made = station(adapter)
    made.queue("a")
    made.send()
    made.outbox.channels.pause("network", "paused by hand")
    made.clock.move(hours=1)
    made.send(eager=True)
    assert made.states == ["queued"]


def test_three_failures_in_a_row_rest_the_channel_for_a_minute(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(Unavailable("no connection") for _ in range(5)))
    made = station(adapter)
    made.queue("a", "b", "c", "d", "e")
    made.send()
    assert len(adapter.asked) == 3
    made.clock.move(seconds=59)
    made.send()
    assert len(adapter.asked) == 3
    made.clock.move(seconds=1)
    made.send()
    assert len(adapter.asked) == 8, "two fail, and the first three are due again"
    made.clock.move(hours=2)
    made.send()
    assert made.states == ["sent"] * 5
    assert made.said == [
        "network: the server fails, backing off for 1 minute: no connection",
        "network: recovered",
    ]


def test_a_success_between_failures_lets_the_channel_go_on(station: Open) -> None:
    adapter = Scripted()
    fails = [Unavailable("no connection") for _ in range(4)]
    adapter.will(fails[0], fails[1], None, fails[2], fails[3], None)
    made = station(adapter)
    made.queue("a", "b", "c", "d", "e", "f", "g")
    made.send()
    assert made.states.count("sent") == 3 and made.said == []


def test_a_success_at_the_end_of_a_batch_counts(station: Open) -> None:
    adapter = Scripted()
    adapter.connections = 4
    adapter.will(*(Unavailable("no connection") for _ in range(3)), None)
    made = station(adapter)
    for number in range(8):
        made.queue(f"n{number}")
    made.send()
    assert len(adapter.asked) >= 4


@pytest.mark.parametrize(
    ("reason", "status", "asked"),
    [
        (Reason.MAILBOX_FULL, "450 4.2.2", 5),
        (Reason.UNSTATED, "450", 5),
        (Reason.RECIPIENT_THROTTLED, "550 5.2.1", 5),
        (Reason.SERVER, "421 4.2.1", 3),
        (Reason.LATER, "550", 3),
        (Reason.UNSTATED, "HTTP 503", 3),
        (Reason.UNSTATED, "", 3),
    ],
)
def test_what_is_about_one_mailbox_holds_up_no_other(
    station: Open, reason: Reason, status: str, asked: int
) -> None:
    adapter = Scripted()
    adapter.will(*(Unavailable("not now", status=status, reason=reason) for _ in range(5)))
    made = station(adapter)
    made.queue_mails(5)
    made.send()
    assert len(adapter.asked) == asked


def test_a_server_that_swallows_answers_does_not_get_every_mail(station: Open) -> None:
    adapter = Scripted()
    adapter.will(*(OutcomeUnknown("the answer was lost") for _ in range(9)))
    made = station(adapter)
    made.queue_mails(9)
    made.send()
    assert made.states.count("unknown") == 3


def test_a_bug_of_an_adapter_is_unknown_and_never_repeated(any_station: Open) -> None:
    adapter = Scripted()
    adapter.will(ZeroDivisionError("token=secret"))
    made = any_station(adapter, ", on_unknown: resend")
    made.queue("a", "b")
    made.send()
    assert made.states == ["unknown", "sent"]
    assert made.rows[0].error == "a mistake in the adapter: ZeroDivisionError"
    made.clock.move(days=9)
    made.send(eager=True)
    assert len(adapter.asked) == 2


def test_a_receipt_of_odd_types_is_kept_as_text(station: Open) -> None:
    class Odd(Scripted):
        def send(self, message: object, key: str) -> Receipt:
            assert message and key
            return Receipt(12345, None)  # type: ignore[arg-type]  # somebody else's adapter

    made = station(Odd())
    made.queue("a")
    made.send()
    assert (made.row.state, made.row.remote_id, made.row.remote_url) == (State.SENT, "12345", "")


def test_an_adapter_without_a_receipt_leaves_a_doubt(station: Open) -> None:
    class Mute(Scripted):
        def send(self, message: object, key: str) -> Receipt:
            assert message and key
            return None  # type: ignore[return-value]  # somebody else's adapter

    made = station(Mute())
    made.queue("a")
    made.send()
    assert made.state == "unknown" and "AttributeError" in made.row.error


def test_a_limit_changes_no_order_and_resuming_ends_it_for_all(station: Open) -> None:
    adapter = Scripted()
    made = station(adapter)
    made.queue("a", "b")
    adapter.will(RateLimited("too many", wait=timedelta(hours=1)))
    made.send()
    assert (made.states, len(adapter.asked)) == (["queued", "queued"], 1)
    made.outbox.channels.resume("network")
    made.send()
    assert adapter.arrived == [row.key for row in made.rows]
