"""A server in trouble rests longer each time, and the operator hears of it twice."""

from datetime import UTC, datetime, timedelta

from publisher.dispatch.circuit_breaker import PROBES, Trouble

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_rest_doubles_up_to_a_quarter_of_an_hour() -> None:
    trouble, now, rests = Trouble("mail"), NOON, []
    for _ in range(6):
        trouble.failed("no connection", now)
        rests.append(trouble.rest / MINUTE)
        assert trouble.rests(now + trouble.rest - timedelta(seconds=1), None)
        now += trouble.rest
        assert not trouble.rests(now, None)
    assert rests == [1, 2, 4, 8, 15, 15]


def test_the_operator_is_told_once_and_once_more() -> None:
    trouble = Trouble("mail")
    assert trouble.works() == ""
    said = [trouble.failed("no connection", NOON), trouble.failed("no connection", NOON)]
    assert said == ["mail: several failures in a row, it rests 1 minute: no connection", ""]
    assert [trouble.works(), trouble.works()] == ["mail: works again", ""]
    assert "1 minute" in trouble.failed("no connection", NOON), "a rest begins anew"


def test_few_messages_try_it_first() -> None:
    trouble = Trouble("mail")
    assert trouble.probes() is None
    trouble.failed("no connection", NOON)
    assert trouble.probes() == PROBES
    trouble.works()
    assert trouble.probes() is None


def test_a_person_who_asks_later_ends_a_rest() -> None:
    trouble = Trouble("mail")
    trouble.failed("no connection", NOON)
    assert trouble.rests(NOON + MINUTE / 2, NOON - MINUTE)
    assert not trouble.rests(NOON + MINUTE / 2, NOON + MINUTE / 4)


def test_a_clock_set_back_ends_a_rest() -> None:
    trouble = Trouble("mail")
    trouble.failed("no connection", NOON)
    assert not trouble.rests(NOON - MINUTE, None)
