"""LimitsStore in the database: atomic takes for any number of processes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from publisher.outbox.db.tables import grants as table
from publisher.outbox.limits.gcra import SECOND, Pace, steady
from publisher.outbox.limits.store import MOST_GRANTS, ONCE, LimitsStore, Move, Want, Window
from publisher.outbox.outbox import Outbox
from tests.outbox.fixture_types import Together

START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * SECOND
DAY = 86_400 * SECOND
PACE = steady(10, SECOND)


@pytest.fixture
def grants(outbox: Outbox) -> LimitsStore:
    return outbox.limits


def take(grants: LimitsStore, wanted: int, now: int, name: str = "rate") -> int:
    (taken,) = grants.take("mail", [Want(name, PACE, wanted)], now)
    return taken.rows


def test_a_bucket_is_remembered(grants: LimitsStore, outbox: Outbox) -> None:
    assert take(grants, 7, START) == 7
    assert take(outbox.limits, 7, START) == 3
    assert take(grants, 7, START, "another") == 7
    assert take(grants, 7, START + SECOND // 2) == 5


def test_several_buckets_are_served_at_once(grants: LimitsStore) -> None:
    wants = [Want("a", PACE, 20, needed=12, slots=5), Want("b", PACE, 3, needed=3, slots=5)]
    first, second = grants.take("mail", wants, START)
    assert (first.rows, first.slots, first.line_at) == (10, 5, START + SECOND // 10)
    assert (second.rows, second.slots) == (3, 0)
    (more,) = grants.take("mail", [Want("a", PACE, 1, needed=1, slots=5)], START)
    assert more.line_at == START + 6 * SECOND // 10


def test_a_place_in_a_line_is_given_up_unless_others_came_behind(grants: LimitsStore) -> None:
    (taken,) = grants.take("mail", [Want("a", PACE, 11, needed=11, slots=5)], START)
    end = taken.line_at + PACE.cost(5)
    assert grants.leave_line("a", end, taken.line_at + PACE.cost(1))
    assert not grants.leave_line("a", end, taken.line_at)


def test_what_is_put_back_can_be_taken_again_unless_others_took_since(grants: LimitsStore) -> None:
    (taken,) = grants.take("mail", [Want("rate", PACE, 10)], START)
    assert grants.put_back("rate", PACE, taken, 4)
    assert not grants.put_back("rate", PACE, taken, 4), "not twice"
    assert take(grants, 10, START) == 4
    assert take(grants, 10, START) == 0


def test_a_first_use_is_never_forgotten(grants: LimitsStore) -> None:
    assert grants.first_use("warm up", START) == START
    assert grants.first_use("warm up", START + 9 * DAY) == START
    take(grants, 5, START)
    grants.forget(START + 9 * DAY)
    assert grants.first_use("warm up", START + 9 * DAY) == START
    assert take(grants, 100, START) == 10, "a bucket that was full is gone"


def test_what_is_granted_once_is_forgotten_as_soon_as_it_is_over(grants: LimitsStore) -> None:
    once = Want(f"{ONCE}nonce", Pace(1, SECOND), 1)
    for at, rows in ((START, 1), (START + SECOND - 1, 0)):
        grants.forget(at)
        assert grants.take("web", [once], at)[0].rows == rows
    grants.forget(START + SECOND + 1)
    with grants.database.writing() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM buckets").scalar() == 0


def window(grants: LimitsStore, wanted: int, now: int, number: int = 5) -> int:
    taken, _ = grants.take_of_window("mail", "quota", Window(number, DAY), wanted, now)
    return taken.rows


def test_a_window_rolls(grants: LimitsStore) -> None:
    assert window(grants, 3, START) == 3
    assert window(grants, 9, START + SECOND) == 2
    taken, _ = grants.take_of_window("mail", "quota", Window(5, DAY), 1, START + DAY - 1)
    assert (taken.rows, taken.next_at) == (0, START + DAY)
    assert window(grants, 9, START + DAY) == 3
    assert window(grants, 9, START + DAY + SECOND) == 2


def test_a_window_that_grows_and_shrinks(grants: LimitsStore) -> None:
    assert window(grants, 9, START) == 5
    assert window(grants, 99, START, number=20) == 15
    assert window(grants, 99, START, number=10) == 0


def test_what_is_put_back_in_a_window_can_be_taken_again(grants: LimitsStore) -> None:
    _, at = grants.take_of_window("mail", "quota", Window(5, DAY), 5, START)
    grants.move("mail", "quota", [Move(at, None, 2)])
    assert window(grants, 9, START + SECOND) == 2


def test_a_clock_set_back_frees_no_window_and_closes_none_for_longer(grants: LimitsStore) -> None:
    assert window(grants, 3, START + 30 * DAY) == 3
    assert window(grants, 9, START) == 2
    assert window(grants, 9, START + DAY - 1) == 0
    assert window(grants, 9, START + DAY) == 5


def test_a_full_window_has_few_rows(grants: LimitsStore, outbox: Outbox) -> None:
    number = 1_000_000
    for minute in range(300):
        assert window(grants, 1, START + minute * SECOND, number) == 1
    with outbox.database.reading() as connection:
        rows, total = connection.execute(select(func.count(), func.sum(table.c.taken))).one()
    assert rows <= 300 * SECOND // (DAY // MOST_GRANTS) + 2
    assert total == 300
    assert window(grants, number, START + DAY, number) < number, "rounded to the slow side"


TAKE = """
from publisher.outbox.limits.store import Move, LimitsStore, Want, Window
from publisher.outbox.limits.gcra import SECOND, steady
grants = outbox.limits
for step in range(30):
    now = 1_700_000_000 * SECOND + step * SECOND // 10
    (taken,) = grants.take("mail", [Want("rate", steady(20, SECOND), 3)], now)
    quota, _ = grants.take_of_window("mail", "quota", Window(50, 10**12), 2, now)
    print(taken.rows, quota.rows)
"""


def test_processes_share_one_bucket(database_url: str, tmp_path: Path, together: Together) -> None:
    lines = [line.split() for line in together(4, TAKE, database_url, tmp_path)]
    assert len(lines) == 120
    assert sum(int(rows) for rows, _ in lines) == 20 + 20 * 29 // 10
    assert sum(int(rows) for _, rows in lines) == 50


def test_a_pace_of_one_message_keeps_its_distance(grants: LimitsStore) -> None:
    pace = Pace(1, 20 * 60 * SECOND)
    (first,) = grants.take("mail", [Want("min_interval", pace, 9)], START)
    assert (first.rows, first.next_at) == (1, START + 20 * 60 * SECOND)
    (early,) = grants.take("mail", [Want("min_interval", pace, 9)], first.next_at - 1)
    (then,) = grants.take("mail", [Want("min_interval", pace, 9)], first.next_at)
    assert (early.rows, then.rows) == (0, 1)
