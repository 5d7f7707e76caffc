"""Rows whose outcome nobody knows: asked about, repeated under their key, sent anew, or named."""

from datetime import timedelta

import pytest

from publisher.dispatch.dispatcher import Dispatcher
from publisher.errors import (
    AuthExpired,
    Doubtful,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from publisher.model.deliveries import State
from publisher.outbox.deliveries import claims as deliveries
from tests.claims import claim_rows
from tests.dispatch.conftest import Open, Station
from tests.dispatch.scripted import Blind, Finding, FindingRepeating, Repeating, Scripted

LOST = OutcomeUnknown("the answer was lost", status="HTTP 500")


class Dying(BaseException):
    """Ends a thread where no handler of ours looks, as a kill would."""


def lose(made: Station, adapter: Scripted) -> None:
    """One attempt whose answer is lost."""
    adapter.will(LOST)
    made.queue("a")
    made.send()
    assert made.state == "unknown" or isinstance(adapter, Finding)


def test_a_lost_answer_is_asked_for_at_once(any_station: Open) -> None:
    adapter = Finding()
    made = any_station(adapter)
    adapter.will(LOST)
    made.queue("a")
    adapter.there.add(made.row.key)
    made.send()
    assert made.state == "sent" and made.row.remote_id == f"found-{made.row.key}"


def test_what_is_surely_not_there_is_sent_again_but_not_before_half_a_minute(
    any_station: Open,
) -> None:
    adapter = Finding()
    made = any_station(adapter)
    lose(made, adapter)
    made.clock.move(seconds=29)
    made.send(eager=True)
    assert made.state == "unknown" and len(adapter.asked) == 1
    made.clock.move(seconds=1)
    made.send()
    assert made.state == "sent"
    assert adapter.asked == [made.row.key, made.row.key]


def test_what_is_lost_again_and_again_backs_off_and_ends(station: Open) -> None:
    adapter = Finding()
    made = station(adapter)
    lose(made, adapter)
    adapter.will(*(LOST for _ in range(200)))
    for _ in range(6 * 70):
        made.clock.move(minutes=10)
        made.send()
    assert made.state == "rejected"
    assert made.row.error == "gave up after 48 hours: the answer was lost"
    assert 30 < len(adapter.asked) < 70


def test_asked_too_early_the_row_waits(station: Open) -> None:
    adapter = Finding()
    made = station(adapter)
    made.queue("a")
    claimed = claim_rows(
        made.outbox, "network", 1, worker="gone", lease=timedelta(0), now=made.clock()
    )
    assert len(claimed) == 1
    made.send()
    assert made.state == "unknown" and adapter.asked == []
    assert made.said == ["network: a.md: the sender died while this message was in flight"]
    made.clock.move(seconds=30)
    made.send()
    assert made.state == "sent"


def test_a_duplicate_of_an_attempt_that_nobody_counted_is_found(station: Open) -> None:
    adapter = Finding()
    made = station(adapter)
    made.queue("a")
    claim_rows(made.outbox, "network", 1, worker="gone", lease=timedelta(0), now=made.clock())
    made.clock.move(seconds=31)

    def says_no() -> None:
        adapter.there.add(made.row.key)
        raise Rejected("duplicate")

    adapter.will(says_no)
    made.send()
    assert made.state == "sent"
    assert made.row.remote_id == f"found-{made.row.key}"


@pytest.mark.parametrize(
    ("error", "paused"),
    [
        (Unavailable("no connection"), False),
        (Rejected("you may not read", status="HTTP 403"), False),
        (RateLimited("too many requests"), True),
        (AuthExpired("refused"), True),
    ],
)
def test_a_network_that_does_not_tell_is_asked_less_and_less(
    station: Open, error: Exception, *, paused: bool
) -> None:
    adapter = Finding()
    made = station(adapter)
    lose(made, adapter)
    adapter.answers.append(error)
    made.clock.move(minutes=3)
    made.send()
    row = made.row
    assert row.state is State.UNKNOWN and row.error == str(error) and row.not_before
    assert row.not_before - made.clock() >= timedelta(minutes=3)
    assert made.outbox.channels.get("network").paused is paused
    assert adapter.looked == 2 and len(adapter.asked) == 1


def test_a_bug_in_find_names_itself_and_is_never_repeated(any_station: Open) -> None:
    adapter = Finding()
    adapter.answers.append(KeyError("at once"))
    made = any_station(adapter)
    lose(made, adapter)
    assert made.row.error == "the answer was lost", "what made us ask is what counts"
    adapter.answers.append(KeyError("later"))
    made.clock.move(minutes=1)
    made.send()
    assert made.row.error == "a mistake in the adapter: KeyError" and made.row.not_before is None
    made.clock.move(days=1)
    made.send()
    assert adapter.looked == 2 and len(adapter.asked) == 1


def test_a_network_that_drops_repeats_gets_the_same_key_again(any_station: Open) -> None:
    adapter = Repeating()
    made = any_station(adapter)
    lose(made, adapter)
    made.clock.move(seconds=30)
    made.send()
    assert made.state == "sent" and made.row.attempts == 2
    assert adapter.asked == [made.row.key, made.row.key]


def test_a_repeat_that_surely_failed_stays_unknown_and_backs_off(station: Open) -> None:
    adapter = Repeating()
    made = station(adapter)
    lose(made, adapter)
    adapter.will(Unavailable("no connection"), Unavailable("no connection"))
    made.clock.move(seconds=30)
    made.send()
    row = made.row
    assert (row.state, row.attempts) == (State.UNKNOWN, 2) and row.not_before
    assert row.not_before - made.clock() == timedelta(minutes=2)
    made.clock.move(minutes=2)
    made.send()
    assert made.row.not_before and made.row.not_before - made.clock() == timedelta(minutes=4)


def test_an_account_refused_at_a_repeat_pauses_and_the_row_stays_unknown(station: Open) -> None:
    adapter = Repeating()
    made = station(adapter)
    lose(made, adapter)
    adapter.will(AuthExpired("refused"))
    made.clock.move(seconds=30)
    made.send()
    assert made.state == "unknown" and made.outbox.channels.get("network").paused


def test_where_repeats_are_dropped_no_longer_the_row_is_left_named(station: Open) -> None:
    adapter = Repeating()
    made = station(adapter)
    lose(made, adapter)
    made.clock.move(minutes=51)
    made.send()
    assert made.state == "unknown" and made.row.not_before is None
    assert len(adapter.asked) == 1


@pytest.mark.parametrize(("minutes", "attempts"), [(1, 2), (51, 2)])
def test_a_network_that_can_do_both_is_asked_first(
    station: Open, minutes: int, attempts: int
) -> None:
    adapter = FindingRepeating()
    made = station(adapter)
    lose(made, adapter)
    made.clock.move(minutes=minutes)
    made.send()
    assert made.state == "sent"
    assert (len(adapter.asked), adapter.looked) == (attempts, 2)


def test_where_nobody_can_tell_the_row_is_left_named(any_station: Open) -> None:
    adapter = Scripted()
    made = any_station(adapter)
    lose(made, adapter)
    made.clock.move(days=1)
    made.send(eager=True)
    assert made.state == "unknown" and made.row.not_before is None
    assert len(adapter.asked) == 1
    made.outbox.operator.resolve([made.row.id], "retry")
    made.send()
    assert made.state == "sent"


def test_on_unknown_resend_risks_one_second_copy_and_no_third(station: Open) -> None:
    adapter = Scripted()
    made = station(adapter, ", on_unknown: resend")
    lose(made, adapter)
    adapter.will(LOST, LOST)
    for _ in range(5):
        made.clock.move(minutes=1)
        made.send()
    assert len(adapter.asked) == 2
    assert made.state == "unknown" and made.row.not_before is None


def test_a_crash_in_the_second_copy_makes_no_third(
    station: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "RENEWS_WITHIN", 0.0)  # this process lives
    adapter = Scripted()
    made = station(adapter, ", on_unknown: resend")
    lose(made, adapter)
    made.clock.move(minutes=1)
    dying = Dispatcher(made.config, made.outbox, made.adapters, made.clock)
    adapter.will(Dying())
    with pytest.raises(Dying):
        dying.send_due()
    made.clock.move(minutes=11)
    made.send()
    assert made.state == "unknown" and len(adapter.asked) == 2


def test_a_resend_that_arrives_is_sent(station: Open) -> None:
    adapter = Scripted()
    made = station(adapter, ", on_unknown: resend")
    lose(made, adapter)
    made.clock.move(minutes=1)
    made.send()
    assert made.state == "sent" and made.row.status == ""


def test_what_turns_up_later_is_sent_and_asked_for_no_more(station: Open) -> None:
    adapter = Finding()
    made = station(adapter)
    lose(made, adapter)
    adapter.there.add(made.row.key)
    made.clock.move(minutes=1)
    made.send()
    made.send(eager=True)
    assert made.state == "sent" and (len(adapter.asked), adapter.looked) == (1, 2)


def test_a_clock_that_is_set_back_makes_nothing_repeatable(station: Open) -> None:
    adapter = Scripted()
    at = station(adapter)
    at.queue("one")
    adapter.will(OutcomeUnknown("the answer was lost"))
    at.send()
    at.clock.move(hours=-1)
    with at.outbox.database.writing() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET not_before = 0")
    at.send()
    assert (at.state, len(adapter.asked)) == ("unknown", 1)


def test_what_cannot_be_read_back_stays_unknown_while_its_repeats_fail(station: Open) -> None:
    adapter = Blind()
    made = station(adapter)
    lose(made, adapter)
    for error in (Unavailable("busy"), LOST, Unavailable("busy")):
        adapter.will(error)
        made.clock.move(minutes=10)
        made.send()
        assert made.state == "unknown"
    made.clock.move(minutes=10)
    made.send()
    assert made.state == "sent"


def test_what_cannot_be_read_back_is_left_to_a_person_once_a_repeat_may_be_a_copy(
    station: Open,
) -> None:
    adapter = Blind()
    made = station(adapter)
    lose(made, adapter)
    made.clock.move(minutes=51)
    made.send()
    assert (made.state, made.row.not_before) == ("unknown", None)
    assert len(adapter.asked) == 1


@pytest.mark.parametrize("kind", [Repeating, Blind])
def test_a_repeat_that_is_refused_says_nothing_of_the_attempt_before(
    station: Open, kind: type[Scripted]
) -> None:
    adapter = kind()
    made = station(adapter)
    lose(made, adapter)
    adapter.will(Rejected("too long"))
    made.clock.move(minutes=5)
    made.send()
    assert (made.state, made.row.not_before) == ("unknown", None)
    assert made.row.error == "too long; but an earlier attempt may have arrived"


def test_a_repeat_that_is_doubted_is_left_to_a_person_once_others_go_through(
    station: Open,
) -> None:
    adapter = Repeating()
    made = station(adapter)
    lose(made, adapter)
    adapter.will(Doubtful("not this time"))
    made.clock.move(minutes=5)
    made.send()
    assert made.row.state is State.UNKNOWN and made.row.not_before
    made.queue("b")
    made.send()
    adapter.will(Doubtful("not this time"))
    made.clock.move(minutes=5)
    made.send()
    assert made.states == ["unknown", "sent"]
    assert made.rows[0].not_before is None


def test_what_was_surely_not_there_is_rejected_with_its_repeat(station: Open) -> None:
    adapter = FindingRepeating()
    made = station(adapter)
    lose(made, adapter)
    adapter.will(Rejected("too long"))
    made.clock.move(minutes=5)
    made.send()
    assert made.state == "rejected"
