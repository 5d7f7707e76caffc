import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.schedule import Rule, due_slot, longest_gap, next_slot, parse_clock, parse_rule

LONDON = ZoneInfo("Europe/London")
ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/Havana",  # its clocks change at midnight
    "Pacific/Apia",  # it left out 2011-12-30
    "UTC",
]
NIGHTS = [
    ("Europe/London", date(2024, 3, 31)),
    ("Europe/London", date(2024, 10, 27)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),
    ("Africa/Casablanca", date(2024, 3, 10)),
    ("Africa/Casablanca", date(2024, 4, 14)),
    ("America/Havana", date(2024, 3, 10)),
    ("America/Havana", date(2024, 11, 3)),
    ("Asia/Kathmandu", date(2024, 3, 31)),
    ("Pacific/Apia", date(2011, 12, 30)),
]
RULES = [
    "every day at 07:00",
    "every day at 00:00, 01:30, 02:00, 02:15",
    "every sunday at 01:30",
    "weekends at 02:30",
    "every 2 hours",
    "every 3 hours",
    "every hour",
    "every 30 minutes",
    "every 7 minutes",
    "every 90 minutes",
    "cron 30 1 * * *",
    "cron */15 * * * *",
    "cron 15 */2 * * *",
    "on the 10th, 31st at 02:30",
]
AGES = timedelta(days=30)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "normal"),
        [
            ("every day at 07:00", "every day at 07:00"),
            ("Daily  at 7:00 ", "every day at 07:00"),
            ("every day at 17:30 and 9:00", "every day at 09:00, 17:30"),
            ("weekdays at 09:00, 17:30", "weekdays at 09:00, 17:30"),
            ("every weekday at 09:00", "weekdays at 09:00"),
            ("weekends at 10:00", "weekends at 10:00"),
            ("every monday, thursday at 08:00", "every monday, thursday at 08:00"),
            ("on Thu and Mondays at 08.00", "every monday, thursday at 08:00"),
            ("every 4 hours", "every 4 hours"),
            ("every 1 hour", "every hour"),
            ("every 60 minutes", "every hour"),
            ("every 90 minutes", "every 90 minutes"),
            ("on the 1st and 15th at 09:00", "on the 1st, 15th at 09:00"),
            ("on the 2nd, 3rd, 11th and 22nd of the month at 9:00",
             "on the 2nd, 3rd, 11th, 22nd at 09:00"),
            ("cron 0 7 * * mon-fri", "cron 0 7 * * mon-fri"),
            ("*/5 7 * * *", "cron */5 7 * * *"),
            ("manual", "manual"),
            ("never", "manual"),
        ],
    )  # fmt: skip
    def test_what_people_write_has_a_normal_form(self, text: str, normal: str) -> None:
        rule = parse_rule(text)
        assert str(rule) == normal
        assert parse_rule(str(rule)) == rule

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "is not a valid schedule"),
            ("sometimes", 'write "every day at 07:00"'),
            ("every mondy at 08:00", "did you mean monday?"),
            ("every wendesday, friday at 08:00", "did you mean wednesday?"),
            ("weekdys at 08:00", "did you mean weekdays?"),
            ("every day", 'such as "every day at 07:00"'),
            ("every day at", "write"),
            ("every day at noon", '"noon" is not a valid time'),
            ("every day at 24:00", '"24:00" is not a valid time'),
            ("every day at 7:60", '"7:60" is not a valid time'),
            ("every day at 7am", "write it as 07:00"),
            ("every 0 hours", "every 4 hours"),
            ("every 25 hours", "does not fit into a day"),
            ("on the 32nd at 09:00", "1st to 31st"),
            ("on the 0th at 09:00", "1st to 31st"),
            ("monday and the 1st at 09:00", "one or the other"),
            ("cron 0 7 * *", "five fields"),
            ("cron 0 0 7 * * *", "five fields"),
            ("cron 61 7 * * *", "bad minute"),
            ("cron 0 7 * * fri-mon", "bad weekday"),
            ("cron 0 7 31 2 *", "bad day-of-month"),
            ("cron 0 7 * * tues", "sun, mon"),
        ],
    )
    def test_a_mistake_says_what_is_wrong_and_how_it_goes(self, text: str, says: str) -> None:
        with pytest.raises(ValueError, match=re.escape(says)) as caught:
            parse_rule(text)
        assert "\n" not in str(caught.value)

    @settings(deadline=None)
    @given(st.text())
    def test_nothing_else_is_raised(self, text: str) -> None:
        try:
            rule = parse_rule(text)
        except ValueError:
            return
        assert parse_rule(str(rule)) == rule

    def test_cron_counts_sunday_as_nought(self) -> None:
        monday = datetime(2024, 5, 13, 12, tzinfo=UTC)
        for field in ("0", "7", "sun", "SUN"):
            slot = next_slot(parse_rule(f"cron 0 7 * * {field}"), monday, UTC)
            assert slot == datetime(2024, 5, 19, 7, tzinfo=UTC)

    def test_a_clock_is_read(self) -> None:
        assert parse_clock(" 7:05 ") == time(7, 5)
        assert parse_clock("23.59") == time(23, 59)


def at(zone: str, *wall: int, fold: int = 0) -> datetime:
    return datetime(*wall, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]  # year, month, day, hour, minute


class TestSlots:
    def test_the_latest_slot_is_due_until_it_is_planned(self) -> None:
        rule = parse_rule("every day at 07:00")
        now = at("Europe/London", 2024, 5, 13, 9, 30)
        seven = at("Europe/London", 2024, 5, 13, 7, 0)
        assert due_slot(rule, None, now, LONDON, AGES) == seven
        assert due_slot(rule, seven - timedelta(days=1), now, LONDON, AGES) == seven
        assert due_slot(rule, seven, now, LONDON, AGES) is None
        assert due_slot(rule, seven - timedelta(seconds=1), seven, LONDON, AGES) == seven
        assert due_slot(rule, None, seven, LONDON, timedelta(0)) == seven

    def test_a_slot_that_is_too_late_is_left_out(self) -> None:
        rule = parse_rule("every day at 07:00")
        now = at("Europe/London", 2024, 5, 13, 9, 30)
        late = timedelta(hours=2, minutes=30)
        assert due_slot(rule, None, now, LONDON, late) == now - late
        assert due_slot(rule, None, now, LONDON, late - timedelta(seconds=1)) is None

    def test_three_days_off_plan_once(self) -> None:
        rule = parse_rule("weekdays at 09:00, 17:30")
        planned = at("Europe/London", 2024, 5, 7, 9, 0)
        back = at("Europe/London", 2024, 5, 10, 12, 0)
        slot = due_slot(rule, planned, back, LONDON, timedelta(days=7))
        assert slot == at("Europe/London", 2024, 5, 10, 9, 0)
        assert due_slot(rule, slot, back, LONDON, timedelta(days=7)) is None

    def test_never_has_no_slot(self) -> None:
        now = at("UTC", 2024, 5, 13, 9, 30)
        assert due_slot(Rule(), None, now, UTC, AGES) is None
        assert next_slot(Rule(), now, UTC) is None

    def test_a_short_month_ends_early(self) -> None:
        rule = parse_rule("on the 30th, 31st at 09:00")
        slots = list(following(rule, at("UTC", 2024, 1, 31, 10, 0), "UTC", 3))
        assert [f"{slot:%m-%d}" for slot in slots] == ["02-29", "03-30", "03-31"]

    def test_rare_cron_rules_are_found(self) -> None:
        rule = parse_rule("cron 0 0 29 2 *")
        assert next_slot(rule, at("UTC", 2097, 1, 1), UTC) == at("UTC", 2104, 2, 29)

    @pytest.mark.parametrize(
        ("zone", "wall", "slot"),
        [
            ("Europe/London", (2024, 3, 31, 1, 30), (2024, 3, 31, 2, 30)),
            ("America/New_York", (2024, 3, 10, 2, 15), (2024, 3, 10, 3, 15)),
            ("Australia/Lord_Howe", (2024, 10, 6, 2, 15), (2024, 10, 6, 2, 45)),
            ("America/Havana", (2024, 3, 10, 0, 30), (2024, 3, 10, 1, 30)),
        ],
    )
    def test_a_missing_time_moves_forward_by_the_gap(
        self, zone: str, wall: tuple[int, ...], slot: tuple[int, ...]
    ) -> None:
        rule = parse_rule(f"every day at {wall[3]}:{wall[4]}")
        midnight = at(zone, *wall[:3]) - timedelta(minutes=1)
        assert next_slot(rule, midnight, ZoneInfo(zone)) == at(zone, *slot)

    @pytest.mark.parametrize(
        ("zone", "wall"),
        [
            ("Europe/London", (2024, 10, 27, 1, 30)),
            ("America/New_York", (2024, 11, 3, 1, 30)),
            ("Australia/Lord_Howe", (2024, 4, 7, 1, 45)),
        ],
    )
    def test_a_time_that_comes_twice_counts_the_first_time(
        self, zone: str, wall: tuple[int, ...]
    ) -> None:
        rule = parse_rule(f"every day at {wall[3]}:{wall[4]}")
        first, second = at(zone, *wall), at(zone, *wall, fold=1)
        assert first < second
        assert due_slot(rule, None, second, ZoneInfo(zone), AGES) == first
        assert due_slot(rule, first, second, ZoneInfo(zone), AGES) is None

    @pytest.mark.parametrize("rule", ["every hour", "every 20 minutes", "cron 0 * * * *"])
    @pytest.mark.parametrize(("zone", "night"), NIGHTS[:4])
    def test_every_hour_is_every_real_hour(self, rule: str, zone: str, night: date) -> None:
        start = at(zone, night.year, night.month, night.day) - timedelta(hours=3)
        slots = list(following(parse_rule(rule), start, zone, 30))
        steps = {later - earlier for earlier, later in pairwise(slots)}
        assert steps == {timedelta(minutes=20 if "20" in rule else 60)}

    @pytest.mark.parametrize(("zone", "night"), NIGHTS)
    def test_every_two_hours_keeps_to_even_hours(self, zone: str, night: date) -> None:
        start = at(zone, night.year, night.month, night.day) - timedelta(days=1)
        walls = [
            slot.astimezone(ZoneInfo(zone))
            for slot in following(parse_rule("every 2 hours"), start, zone, 36)
        ]
        moved = [wall for wall in walls if wall.hour % 2 or wall.minute]
        assert len(moved) <= 1
        assert len({wall.replace(tzinfo=None) for wall in walls}) == len(walls)


def following(rule: Rule, after: datetime, zone: str, count: int) -> Iterator[datetime]:
    for _ in range(count):
        slot = next_slot(rule, after, ZoneInfo(zone))
        assert slot is not None
        assert slot > after
        assert slot.tzinfo is UTC
        yield slot
        after = slot


def local_days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        yield day
        day += timedelta(days=1)


walks = st.lists(st.integers(7, 900), min_size=1, max_size=6)


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(st.sampled_from(NIGHTS), st.sampled_from(RULES), walks)
def test_whoever_walks_in_odd_steps_meets_each_slot_once(
    night: tuple[str, date], text: str, steps: list[int]
) -> None:
    """Small steps meet every slot; large steps meet the latest of those in between."""
    zone, rule = ZoneInfo(night[0]), parse_rule(text)
    start = datetime.combine(night[1], time(12), tzinfo=UTC) - timedelta(days=1)
    end = start + timedelta(days=2)
    everything = list(_until(rule, start, end, night[0]))
    met: list[datetime] = []
    now, turn = start, 0
    while now < end:
        previous, now = now, now + timedelta(minutes=steps[turn % len(steps)])
        turn += 1
        slot = due_slot(rule, met[-1] if met else start, now, zone, AGES)
        passed = [each for each in everything if previous < each <= min(now, end)]
        assert slot == (max(passed) if passed else None) or now > end
        if slot is not None:
            met.append(slot)
    assert len(set(met)) == len(met)
    assert met == sorted(met)


def _until(rule: Rule, start: datetime, end: datetime, zone: str) -> Iterator[datetime]:
    slot = next_slot(rule, start, ZoneInfo(zone))
    while slot is not None and slot <= end:
        yield slot
        slot = next_slot(rule, slot, ZoneInfo(zone))


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(1990, 1, 1), date(2035, 12, 31)), st.times())
def test_a_daily_rule_has_one_slot_for_every_day(zone: str, day: date, clock: time) -> None:
    rule = Rule(clocks=(clock.replace(second=0, microsecond=0),), weekdays=tuple(range(7)))
    start = datetime.combine(day, time(12), tzinfo=UTC)
    walls = [slot.astimezone(ZoneInfo(zone)) for slot in following(rule, start, zone, 5)]
    gaps = [later.date() - earlier.date() for earlier, later in pairwise(walls)]
    assert set(gaps) <= {timedelta(days=1), timedelta(days=2)}  # two: Apia's missing Friday
    assert timedelta(days=2) not in gaps or zone == "Pacific/Apia"


moments = st.integers(800_000_000, 2_100_000_000).map(
    lambda each: datetime.fromtimestamp(each, UTC)
)


@settings(deadline=None)
@given(st.sampled_from(RULES), st.sampled_from(ZONES), moments)
def test_next_and_due_agree(text: str, zone: str, after: datetime) -> None:
    rule = parse_rule(text)
    slot = next_slot(rule, after, ZoneInfo(zone))
    assert slot is not None
    lateness = timedelta(days=40)
    assert due_slot(rule, after, slot, ZoneInfo(zone), lateness) == slot
    instant = timedelta(microseconds=1)
    assert due_slot(rule, after, slot - instant, ZoneInfo(zone), lateness) is None


@pytest.mark.parametrize(
    ("rule", "gap"),
    [
        ("never", timedelta(0)),
        ("every 20 minutes", timedelta(minutes=20)),
        ("every day at 07:00, 19:00", timedelta(hours=12)),
        ("weekdays at 09:00, 17:30", timedelta(days=2, hours=15, minutes=30)),
        ("every monday at 08:00", timedelta(days=7)),
        ("on the 1st, 15th at 09:00", timedelta(days=17)),
        ("cron 0 7 * 1 *", timedelta(days=336)),
        ("cron 0 0 29 2 *", timedelta(days=0)),
    ],
)
def test_the_longest_gap_between_two_slots(rule: str, gap: timedelta) -> None:
    assert longest_gap(parse_rule(rule)) == gap
