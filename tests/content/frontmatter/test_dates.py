"""Every shape of date is read exactly; what is no date, or two dates, is refused."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.frontmatter.dates import end_of_day, file_date, read_date

LONDON = ZoneInfo("Europe/London")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
DAY_ONE = datetime(1000, 1, 2)  # noqa: DTZ001 - Hypothesis takes naive bounds
DAY_LAST = DAY_ONE.replace(year=9998)
MOMENTS = st.datetimes(DAY_ONE, DAY_LAST)
MODERN = st.datetimes(
    DAY_ONE.replace(year=1950), DAY_ONE.replace(year=2037), timezones=st.just(LONDON)
)
OFFSETS = st.integers(-23 * 60, 23 * 60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-09-20-20-54-47", "2020-09-20T20:54:47+01:00"),
        ("2020-12-20-20-54-47", "2020-12-20T20:54:47+00:00"),
        ("2020-10-26T11:59:40.513Z", "2020-10-26T11:59:40.513000+00:00"),
        ("2020-10-26T11:59:40.123456789Z", "2020-10-26T11:59:40.123456+00:00"),
        ("2020-05-06 21:37:06", "2020-05-06T21:37:06+01:00"),
        ("2013-09-06 22:02:41 -0400", "2013-09-06T22:02:41-04:00"),
        ("2005-01-07T20:13:00+08:00", "2005-01-07T20:13:00+08:00"),
        ("2005-01-07T20:13:00", "2005-01-07T20:13:00+00:00"),
        ("2011-11-28 8:32:24 -0400", "2011-11-28T08:32:24-04:00"),
        ("2016-11-18 01:01", "2016-11-18T01:01:00+00:00"),
        ("2014-11-17 18:45:43+00:00", "2014-11-17T18:45:43+00:00"),
        ("2015-09-04 12:40:00 UTC-03:00", "2015-09-04T12:40:00-03:00"),
        ("2015-09-04 12:40:00 UTC-05:00.", "2015-09-04T12:40:00-05:00"),
        ("2015-09-04 12:40:00 UTC", "2015-09-04T12:40:00+00:00"),
        ("2015-03-17 14:00:00 -4", "2015-03-17T14:00:00-04:00"),
        ("2012/08/24 11:25:14", "2012-08-24T11:25:14+01:00"),
        ("2012/08/24 11:25", "2012-08-24T11:25:00+01:00"),
        ("2012-8-4 1:25", "2012-08-04T01:25:00+01:00"),
        ("2025--10-09 02:23", "2025-10-09T02:23:00+01:00"),
        ("2025-10-09 T02:23", "2025-10-09T02:23:00+01:00"),
        ("05/05/2014 03:00:00 PM UTC", "2014-05-05T15:00:00+00:00"),
        ("05/05/2014 12:00:00 AM UTC", "2014-05-05T00:00:00+00:00"),
        ("05/24/2014 12:30 pm", "2014-05-24T12:30:00+01:00"),
        ("Fri, 08 Jul 2022 10:20:30 GMT", "2022-07-08T10:20:30+00:00"),
        ("Fri Jul 08 2022 10:20:30 GMT+0200 (Central European Time)", "2022-07-08T10:20:30+02:00"),
        ("July 8th, 2022 9:05 pm", "2022-07-08T21:05:00+01:00"),
        ("1599466784", "2020-09-07T08:19:44+00:00"),
        ("@1599466784", "2020-09-07T08:19:44+00:00"),
        ("1599466784.25", "2020-09-07T08:19:44+00:00"),
        ("1599466784000", "2020-09-07T08:19:44+00:00"),
    ],
)
def test_a_known_shape_is_read_to_the_second(text: str, expected: str) -> None:
    value, date_only = read_date(text, LONDON)
    assert value.isoformat() == expected
    assert not date_only


@pytest.mark.parametrize(
    "text",
    [
        "2018-12-03", "2018-12-3", "2018/12/03", "Dec 3 2018", "Dec 03, 2018", "3 December 2018",
        "Monday, 3rd Dec. 2018", "3-Dec-2018", "03 dec 2018", "December 3rd, 2018",
    ],
)  # fmt: skip
def test_a_bare_date_is_told_from_midnight(text: str) -> None:
    assert read_date(text, LONDON) == (datetime(2018, 12, 3, tzinfo=LONDON), True)
    assert not read_date("2018-12-03 00:00:00", LONDON).date_only


def test_the_day_may_come_first_where_only_that_is_possible() -> None:
    assert read_date("24-05-2015", LONDON).value == datetime(2015, 5, 24, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2018-02-31", "impossible date"),
        ("2018-02-31-10-00-00", "impossible date"),
        ("2018-02-03 24:00:00", "impossible date"),
        ("0000-01-01", "impossible date"),
        ("9999-12-31", "impossible date"),
        ("2018-02-03 13:00 PM", "AM or PM"),
        ("2018-02-03 10:00 +2500", "impossible offset"),
        ("05/06/2014", "two different days"),
        ("yesterday", "known format"),
        ("2020-09-07 20-19-33", "known format"),
        ("\u0662\u0660\u0662\u0660-\u0660\u0669-\u0660\u0667", "known format"),
        ("", "known format"),
        ("9" * 5000, "known format"),
    ],
)
def test_what_is_no_date_is_refused_in_one_short_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        read_date(text, LONDON)
    assert len(str(caught.value)) < 120


def test_a_local_time_that_the_clock_skips_moves_forward() -> None:
    value, _ = read_date("2020-03-29 01:30:00", LONDON)
    assert value.isoformat() == "2020-03-29T02:30:00+01:00"
    value, _ = read_date("2020-10-04-02-15-00", LORD_HOWE)
    assert value.isoformat() == "2020-10-04T02:45:00+11:00"


def test_a_local_time_that_comes_twice_is_the_first() -> None:
    value, _ = read_date("2020-10-25-01-30-00", LONDON)
    assert value.isoformat() == "2020-10-25T01:30:00+01:00"


def test_a_format_of_the_sites_own_is_tried_first() -> None:
    assert read_date("05/06/2014", LONDON, "%d/%m/%Y") == (
        datetime(2014, 6, 5, tzinfo=LONDON),
        True,
    )
    assert read_date("5.6.2014 13h", LONDON, "%d.%m.%Y %Hh").value.hour == 13
    assert read_date("2014-06-05", LONDON, "%d/%m/%Y").date_only


def test_a_bare_expiry_date_ends_with_its_day_even_when_the_clock_changes() -> None:
    assert end_of_day(read_date("2020-03-28", LONDON)) == datetime(2020, 3, 29, tzinfo=UTC)
    assert end_of_day(read_date("2020-03-29", LONDON)) == datetime(2020, 3, 29, 23, tzinfo=UTC)
    exact = read_date("2020-03-28 10:00", LONDON)
    assert end_of_day(exact) == exact.value


def test_a_file_name_may_carry_the_date() -> None:
    assert file_date("2020-09-07-hello.md", LONDON) == (datetime(2020, 9, 7, tzinfo=LONDON), True)
    assert file_date("2020-02-31-hello.md", LONDON) is None
    assert file_date("hello-2020-09-07.md", LONDON) is None


@given(MOMENTS)
def test_the_dashed_form_survives_the_round_trip(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    value, _ = read_date(whole.strftime("%Y-%m-%d-%H-%M-%S").zfill(19), ZoneInfo("UTC"))
    assert value == whole.replace(tzinfo=UTC)


@given(MOMENTS, OFFSETS)
def test_an_offset_survives_the_round_trip(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    for text in (aware.isoformat(), aware.isoformat(" ")):
        value, _ = read_date(text, LONDON)
        assert value == aware
        assert value.utcoffset() == aware.utcoffset()


@given(MODERN)
def test_a_naive_date_is_a_local_time_that_exists(moment: datetime) -> None:
    value, _ = read_date(moment.strftime("%Y-%m-%d %H:%M:%S.%f"), LONDON)
    assert value.astimezone(UTC).astimezone(LONDON).isoformat() == value.isoformat()
    assert abs(value.replace(tzinfo=None) - moment.replace(tzinfo=None)) <= timedelta(hours=1)


@given(st.text(alphabet="0123456789-/:.TZ+ UTCAPM", max_size=32))
def test_no_text_is_read_without_its_year(text: str) -> None:
    try:
        value, _ = read_date(text, LONDON)
    except ValueError:
        return
    assert f"{value.year:04}" in text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1500495080", "2017-07-19T20:11:20+00:00"),
        ("@1500495080", "2017-07-19T20:11:20+00:00"),
        ("1500495080.25", "2017-07-19T20:11:20+00:00"),
        ("1500495080123", "2017-07-19T20:11:20+00:00"),
        ("999999999", "2001-09-09T01:46:39+00:00"),
    ],
)
def test_unix_time(text: str, moment: str) -> None:
    read = read_date(text, LONDON)
    assert (read.value.isoformat(), read.date_only) == (moment, False)


@pytest.mark.parametrize(
    "text", ["20200907", "202009072019", "20200907201933", "-1500495080", "15004950801234567", "1"]
)
def test_other_numbers_are_no_dates(text: str) -> None:
    with pytest.raises(ValueError, match="known format"):
        read_date(text, LONDON)


def test_unix_seconds_by_their_format() -> None:
    """However long; what is no number goes on to the known formats."""
    assert read_date("86400", LONDON, "%s").value == datetime(1970, 1, 2, tzinfo=UTC)
    assert read_date("-1", LONDON, "%s").value == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert read_date("2018-12-03", LONDON, "%s").date_only
    for text in ("1e999", "nan", "9" * 30):
        with pytest.raises(ValueError, match="not a date"):
            read_date(text, LONDON, "%s")


@pytest.mark.parametrize("text", ["Jul 2022", "Juli 8 2022", "July 32 2022", "8 July", "Sun Jul"])
def test_a_month_by_name_needs_the_whole_date(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        read_date(text, LONDON)
