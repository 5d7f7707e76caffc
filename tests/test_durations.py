from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.durations import parse_duration, parse_hours, parse_quota, spell, spell_quota


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("20 minutes", timedelta(minutes=20)),
        ("1 min", timedelta(minutes=1)),
        ("48h", timedelta(hours=48)),
        ("1.5 hours", timedelta(minutes=90)),
        ("7 days", timedelta(days=7)),
        ("2 Weeks", timedelta(weeks=2)),
        ("1h 30m", timedelta(minutes=90)),
        ("1 day and 2 hours", timedelta(hours=26)),
        ("1 hour, 5 mins", timedelta(minutes=65)),
        ("0", timedelta(0)),
        ("0s", timedelta(0)),
    ],
)
def test_a_length_of_time_is_read(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "h", "5", "-3h", "3 fortnights", "3h later", "1e9 days", "h3"]
)
def test_what_is_no_length_of_time_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match='"48h"'):
        parse_duration(text)


@pytest.mark.parametrize("text", ["99999999 days", "9" * 400 + "s"])
def test_no_length_is_beyond_a_century(text: str) -> None:
    with pytest.raises(ValueError, match="longer than a century"):
        parse_duration(text)


@settings(deadline=None)
@given(st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds)))
def test_what_is_spelt_is_read_again(length: timedelta) -> None:
    assert parse_duration(spell(length)) == length


def test_lengths_are_spelt_in_the_largest_whole_unit() -> None:
    spelt = [spell(timedelta(hours=hours)) for hours in (1, 36, 48, 0.5, 0)]
    assert spelt == ["1 hour", "36 hours", "2 days", "30 minutes", "0 seconds"]


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        ("12 a day", (12, timedelta(days=1))),
        ("3 per hour", (3, timedelta(hours=1))),
        ("10 an hour", (10, timedelta(hours=1))),
        ("100 a month", (100, timedelta(days=30))),
        ("5/minute", (5, timedelta(minutes=1))),
        ("1 every week", (1, timedelta(weeks=1))),
    ],
)
def test_a_quota_is_read(text: str, quota: tuple[int, timedelta]) -> None:
    assert parse_quota(text) == quota


@pytest.mark.parametrize(
    "text", ["", "12", "12 a", "a day", "0 a day", "12 a blue moon", "-1 a day"]
)
def test_what_is_no_quota_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match='"12 a day"'):
        parse_quota(text)


@pytest.mark.parametrize(
    "text", ["12 a day", "3 an hour", "100 a month", "14 a second", "5 a minute", "1 a day"]
)
def test_a_quota_is_spelt_as_one_writes_it(text: str) -> None:
    assert spell_quota(parse_quota(text)) == text


def test_hours_of_the_day_are_read() -> None:
    assert parse_hours(" 22:00-07:30 ") == (time(22), time(7, 30))
    assert parse_hours("7:05 to 9:00") == (time(7, 5), time(9))


@pytest.mark.parametrize("text", ["", "22-7", "22:00", "24:00-07:00", "07:60-08:00", "7:00-7:00"])
def test_what_are_no_hours_says_how_to_write_them(text: str) -> None:
    with pytest.raises(ValueError, match='"22:00-07:00"'):
        parse_hours(text)
