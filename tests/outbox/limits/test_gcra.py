"""Buckets never give more than their pace, whatever is asked when and whatever clocks do."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.outbox.limits.gcra import (
    ABANDONED,
    SECOND,
    SKEW,
    Bucket,
    Pace,
    at_clock,
    stand_in_line,
    steady,
    take,
    without_abandoned_line,
)

START = 1_700_000_000 * SECOND
HOUR = 3600 * SECOND
rates = st.tuples(
    st.integers(1, 5_000), st.sampled_from([SECOND, 60 * SECOND, HOUR, 24 * HOUR])
).map(lambda rate: steady(*rate))
paces = rates | st.integers(1, HOUR).map(lambda apart: Pace(1, apart))
asks = st.lists(
    st.tuples(st.integers(0, 3 * SECOND) | st.integers(0, HOUR), st.integers(0, 50)), max_size=40
)


def fits(granted: list[tuple[int, int]], pace: Pace, extra: int = 0) -> bool:
    """Whether no window of `granted`, which are (moment, rows), has more than it may have."""
    for first, (begin, _) in enumerate(granted):
        total = 0
        for moment, rows in granted[first:]:
            total += rows
            most = 1 + (moment - begin + pace.slack) * pace.number / pace.period + extra
            if total > most:
                return False
    return True


@given(paces, asks)
def test_no_window_gets_more_than_burst_and_rate(pace: Pace, asked: list[tuple[int, int]]) -> None:
    bucket, now = Bucket(START, START), START
    granted = []
    for pause, wanted in asked:
        now += pause
        bucket, taken = take(at_clock(bucket, now), pace, wanted)
        assert 0 <= taken.rows <= wanted
        granted.append((now, taken.rows))
    assert fits(granted, pace)


@given(paces, asks)
def test_whoever_is_told_when_to_come_gets_something_then(
    pace: Pace, asked: list[tuple[int, int]]
) -> None:
    bucket, now = Bucket(START, START), START
    for pause, wanted in asked:
        now += pause
        bucket, taken = take(at_clock(bucket, now), pace, wanted)
        if taken.rows < wanted:
            assert taken.next_at > now
            _, early = take(at_clock(bucket, taken.next_at - 1), pace, 1)
            _, later = take(at_clock(bucket, taken.next_at), pace, 1)
            assert (early.rows, later.rows) == (0, 1)


@given(paces, st.integers(1, 100), st.data())
def test_what_is_put_back_was_never_taken(pace: Pace, wanted: int, data: st.DataObject) -> None:
    free_at = START + data.draw(st.integers(-HOUR, HOUR))
    bucket = Bucket(START, START, free_at, 0)
    _, taken = take(bucket, pace, wanted)
    back = data.draw(st.integers(0, taken.rows))
    after = taken.before + pace.cost(taken.rows - back)
    _, fewer = take(bucket, pace, taken.rows - back)
    assert after == fewer.free_at
    assert taken.free_at == taken.before + pace.cost(taken.rows)


steps = st.lists(
    st.tuples(st.integers(0, 5 * SECOND), st.sampled_from([0, 0, 0, -HOUR, HOUR, -3 * SECOND])),
    max_size=30,
)


@given(rates, steps)
@example(steady(14, SECOND), [(0, 0), (0, -HOUR), (0, 0), (SECOND, HOUR), (0, -HOUR)])
def test_a_clock_that_jumps_forgives_no_more_than_a_burst(
    pace: Pace, stepped: list[tuple[int, int]]
) -> None:
    """Windows are of the real time; each jump forward may give one burst more."""
    real, wrong, bucket, jumps = 0, 0, Bucket(START, START), 0
    granted = []
    for pause, jump in stepped:
        real, wrong, jumps = real + pause, wrong + jump, jumps + (jump > 0)
        bucket, taken = take(at_clock(bucket, START + real + wrong), pace, 10**9)
        granted.append((real, taken.rows))
    assert fits(granted, pace, extra=jumps * pace.chunk() + jumps)


@given(paces, st.integers(1, 30 * 24 * HOUR), st.integers(1, 1_000))
def test_a_clock_set_back_stops_nobody_for_long(pace: Pace, back: int, wanted: int) -> None:
    bucket, _ = take(at_clock(Bucket(START, START), START), pace, wanted)
    now = START - back
    bucket, taken = take(at_clock(bucket, now), pace, 1)
    wait = 0 if taken.rows else taken.next_at - now
    assert wait <= SKEW + pace.cost(1)


@given(paces, st.lists(st.integers(1, 300), min_size=1, max_size=20), st.integers(1, 100))
def test_places_in_a_line_are_a_step_apart(pace: Pace, groups: list[int], wanted: int) -> None:
    bucket, taken = take(Bucket(START, START), pace, wanted)
    places = []
    for slots in groups:
        bucket, first = stand_in_line(bucket, pace, slots)
        places += [first + pace.cost(number) for number in range(slots)]
    step = pace.period // pace.number
    assert all(later - sooner >= step - 1 for sooner, later in pairwise(places))
    assert places[0] >= taken.free_at - pace.slack


def test_a_line_that_nobody_stands_in_any_more_is_given_up() -> None:
    pace = steady(1, SECOND)
    bucket, _ = take(Bucket(START, START), pace, 1)
    bucket, _ = stand_in_line(bucket, pace, 100_000)
    soon = without_abandoned_line(at_clock(bucket, START + ABANDONED), pace)
    assert soon.line_at == bucket.line_at, "its turn may still come"
    late = without_abandoned_line(at_clock(bucket, START + 2 * ABANDONED), pace)
    _, first = stand_in_line(late, pace, 1)
    assert first == late.seen


def test_a_machine_whose_clock_is_a_little_behind_gets_nothing_extra() -> None:
    pace, bucket = steady(10, SECOND), Bucket(START, START)
    total = 0
    for turn in range(200):
        now = START + turn * 1000 + (5 * SECOND if turn % 2 else 0)
        bucket, taken = take(at_clock(bucket, now), pace, 10)
        total += taken.rows
    assert total <= 10 + 10 * 6


@settings(max_examples=50)
@given(st.integers(1, 100_000), st.sampled_from([SECOND, 60 * SECOND, HOUR]))
def test_after_a_rest_a_second_s_worth_goes_at_once_and_at_least_one(
    number: int, period: int
) -> None:
    pace = steady(number, period)
    _, taken = take(Bucket(START, START), pace, 10**9)
    assert taken.rows == pace.chunk()
    assert 1 <= taken.rows <= max(1, number * SECOND // period + 1)
    assert taken.rows >= number * SECOND // period
