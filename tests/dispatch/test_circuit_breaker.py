"""A failing server is backed off longer each time, and the operator hears of it twice."""

from datetime import UTC, datetime, timedelta

from publisher.dispatch.circuit_breaker import PROBES, CircuitBreaker

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_backing_off_doubles_up_to_a_quarter_of_an_hour() -> None:
    breaker, now, backoffs = CircuitBreaker("mail"), NOON, []
    for _ in range(6):
        breaker.failed("no connection", now)
        backoffs.append(breaker.backoff / MINUTE)
        assert breaker.is_open(now + breaker.backoff - timedelta(seconds=1), None)
        now += breaker.backoff
        assert not breaker.is_open(now, None)
    assert backoffs == [1, 2, 4, 8, 15, 15]


def test_the_operator_is_told_once_and_once_more() -> None:
    breaker = CircuitBreaker("mail")
    assert breaker.recovered() == ""
    said = [breaker.failed("no connection", NOON), breaker.failed("no connection", NOON)]
    assert said == ["mail: the server fails, backing off for 1 minute: no connection", ""]
    assert [breaker.recovered(), breaker.recovered()] == ["mail: recovered", ""]
    assert "1 minute" in breaker.failed("no connection", NOON), "backing off begins anew"


def test_few_messages_try_it_first() -> None:
    breaker = CircuitBreaker("mail")
    assert breaker.probes() is None
    breaker.failed("no connection", NOON)
    assert breaker.probes() == PROBES
    breaker.recovered()
    assert breaker.probes() is None


def test_a_person_who_asks_later_ends_it() -> None:
    breaker = CircuitBreaker("mail")
    breaker.failed("no connection", NOON)
    assert breaker.is_open(NOON + MINUTE / 2, NOON - MINUTE)
    assert not breaker.is_open(NOON + MINUTE / 2, NOON + MINUTE / 4)


def test_a_clock_set_back_ends_it() -> None:
    breaker = CircuitBreaker("mail")
    breaker.failed("no connection", NOON)
    assert not breaker.is_open(NOON - MINUTE, None)
