"""How long messages wait, and when trying has been in vain."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from publisher.dispatch.backoff import (
    LEAST_ATTEMPTS,
    RETRY_FOR,
    backoff,
    grey_backoff,
    least_attempts,
    mail_backoff,
)
from publisher.model.deliveries import Kind

MINUTE = timedelta(minutes=1)


def test_notes_wait_a_minute_doubling_up_to_an_hour() -> None:
    waits = [backoff(attempts) / MINUTE for attempts in range(1, 10)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert backoff(10_000) == timedelta(hours=1)


@given(st.text(max_size=32))
def test_mail_waits_five_minutes_doubling_up_to_four_hours(key: str) -> None:
    for attempts, minutes in enumerate([5, 10, 20, 40, 80, 160, 240, 240], start=1):
        wait = mail_backoff(key, attempts) / MINUTE
        assert 0.8 * minutes <= wait <= 1.2 * minutes
        assert wait == mail_backoff(key, attempts) / MINUTE, "no chance in it"


def test_readers_do_not_come_back_all_at_once() -> None:
    assert len({mail_backoff(f"key{number}", 1) for number in range(1000)}) > 990


@given(st.text(max_size=32))
def test_who_is_greylisted_waits_a_little_more_than_greylists_ask(key: str) -> None:
    waits = [grey_backoff(key, attempts) / MINUTE for attempts in range(1, 6)]
    assert all(5.5 < wait < 7.5 for wait in waits[:3])
    assert waits[3] > 30, "this is no greylist"


def test_two_days_of_mail_are_about_sixteen_attempts() -> None:
    spent, attempts = timedelta(0), 0
    while spent < RETRY_FOR:
        attempts += 1
        spent += mail_backoff("key", attempts)
    assert 14 <= attempts <= 18


def test_how_often_to_try_at_least_fits_the_time_there_is() -> None:
    assert least_attempts(Kind.NOTE, RETRY_FOR) == LEAST_ATTEMPTS
    assert least_attempts(Kind.EMAIL, RETRY_FOR) == LEAST_ATTEMPTS
    assert least_attempts(Kind.EMAIL, timedelta(hours=1)) == 4
    assert least_attempts(Kind.EMAIL, timedelta(seconds=1)) == 2
