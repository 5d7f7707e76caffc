"""Quiet hours on days of every length."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.dispatch.limits.quiet_hours import quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = (time(22), time(7))
NOON_BREAK = (time(12), time(13, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-06-01T19:59:59+00:00", None),
        ("2026-06-01T20:00:00+00:00", "2026-06-02T05:00:00+00:00"),
        ("2026-06-02T00:30:00+00:00", "2026-06-02T05:00:00+00:00"),
        ("2026-06-02T04:59:59+00:00", "2026-06-02T05:00:00+00:00"),
        ("2026-06-02T05:00:00+00:00", None),
        ("2026-03-28T21:00:00+00:00", "2026-03-29T05:00:00+00:00"),  # a night of 8 hours
        ("2026-10-24T20:00:00+00:00", "2026-10-25T06:00:00+00:00"),  # a night of 10 hours
    ],
)
def test_hours_that_go_over_midnight(now: str, end: str | None) -> None:
    assert quiet_until(NIGHT, BERLIN, at(now)) == (end and at(end))


def test_hours_within_a_day() -> None:
    now = at("2026-01-10T11:00:00+00:00")
    assert quiet_until(NOON_BREAK, BERLIN, now) == now + timedelta(minutes=90)
    assert quiet_until(NOON_BREAK, BERLIN, now - timedelta(seconds=1)) is None
    assert quiet_until(NOON_BREAK, BERLIN, now + timedelta(minutes=90)) is None


def test_an_end_that_strikes_twice_is_the_second() -> None:
    hours = (time(22), time(2, 30))
    between = at("2026-10-25T01:10:00+00:00")  # 02:10 for the second time
    assert quiet_until(hours, BERLIN, between) == at("2026-10-25T01:30:00+00:00")


def test_an_end_that_is_skipped_comes_as_much_later() -> None:
    hours = (time(22), time(2, 30))
    inside = at("2026-03-29T00:30:00+00:00")
    assert quiet_until(hours, BERLIN, inside) == at("2026-03-29T01:30:00+00:00")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_an_end_is_ahead_and_is_no_quiet_hour(
    naive: datetime, begin: time, end: time, zone: str
) -> None:
    hours = (begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    if hours[0] == hours[1]:
        return
    now = naive.replace(tzinfo=UTC)
    until = quiet_until(hours, ZoneInfo(zone), now)
    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        again = quiet_until(hours, ZoneInfo(zone), until)
        assert again is None or hours[1].hour in {1, 2, 3}
