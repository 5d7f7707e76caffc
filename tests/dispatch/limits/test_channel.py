"""How much one channel may send: what is granted, who is sifted out, and for how long."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from publisher.adapters.base import Adapter
from publisher.config import load
from publisher.dispatch.limits.channel import Grant, RateLimits, too_dear
from publisher.model.deliveries import Outcome, State, Ticket
from publisher.model.messages import Message
from publisher.outbox.outbox import Outbox
from tests.dispatch.scripted import Priced, Scripted

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CONFIG = """\
site: {{title: Gazette, url: https://gazette.example, timezone: Europe/Berlin}}
content: {{folder: .}}
channels:
  mail: {{adapter: folder{options}}}
"""
Make = Callable[..., RateLimits]


@pytest.fixture
def limits(database_url: str, tmp_path: Path) -> Iterator[Make]:
    """Make the limits of a channel with some options; each call is another process."""
    with Outbox.open(database_url, folder=tmp_path) as outbox:

        def make(options: str, adapter: Adapter[Message] | None = None) -> RateLimits:
            (tmp_path / "config.yaml").write_text(CONFIG.format(options=options))
            config = load(tmp_path / "config.yaml", {})
            channel = config.channels["mail"]
            return RateLimits.of(channel, adapter or Scripted(), outbox, config.site.zone, NOON)

        yield make


def ticket(number: int, recipient: str) -> Ticket:
    return Ticket(number, f"key{number}", 1, recipient, "", "", 0, 0)


def sender(_: Ticket) -> str:
    return "News@gazette.example"


def test_without_limits_nothing_is_asked(limits: Make) -> None:
    made = limits("")
    assert not made.active
    assert made.grant(50, NOON) == Grant(50)
    tickets = [ticket(1, "a@b.example")]
    assert made.sift(tickets, sender, NOON) == (tickets, [])


def test_a_rate_is_a_second_s_worth_at_a_time(limits: Make) -> None:
    made = limits(", rate: 14 a second")
    assert made.active
    assert made.grant(20, NOON).rows == 14
    none = made.grant(20, NOON)
    assert none.rows == 0
    assert none.why == "its rate is 14 a second"
    assert none.until is not None
    assert NOON < none.until < NOON + SECOND / 10
    assert made.grant(20, NOON + SECOND).rows == 14
    assert sum(made.grant(20, NOON + (2 + n) * SECOND).rows for n in range(60)) == 60 * 14


def test_an_idle_process_leaves_the_rate_to_others(limits: Make) -> None:
    one, other = limits(", rate: 14 a second"), limits(", rate: 14 a second")
    assert one.grant(2, NOON).rows == 2
    assert other.grant(20, NOON).rows == 0, "the first holds a second's worth"
    one.close(NOON)
    assert other.grant(20, NOON + SECOND).rows == 14
    assert one.grant(20, NOON + SECOND).rows == 0


def test_what_is_given_back_is_granted_again(limits: Make) -> None:
    made = limits(", rate: 14 a second, quota: 20 a day")
    assert made.grant(14, NOON).rows == 14
    made.give_back(10)
    assert made.grant(20, NOON).rows == 10
    made.close(NOON)
    assert limits(", quota: 20 a day").grant(99, NOON).rows == 6


def test_what_lay_about_for_long_is_not_spent_on_top(limits: Make) -> None:
    made = limits(", rate: 10 a second")
    assert made.grant(1, NOON).rows == 1
    later = NOON + timedelta(minutes=5)
    assert made.grant(50, later).rows == 10
    assert made.grant(50, later).rows == 0


def test_a_quota_rolls_and_is_shared(limits: Make) -> None:
    options = ", quota: 30 a day"
    assert limits(options).grant(20, NOON).rows == 20
    last = limits(options)
    assert last.grant(20, NOON + SECOND).rows == 10
    none = last.grant(20, NOON + 2 * SECOND)
    assert none == Grant(0, NOON + timedelta(days=1), "at most 30 a day")
    assert last.grant(20, NOON + timedelta(days=1)).rows == 20


def test_messages_apart_keep_their_distance(limits: Make) -> None:
    made = limits(", min_interval: 20 minutes")
    assert made.grant(5, NOON).rows == 1
    none = limits(", min_interval: 20 minutes").grant(5, NOON + timedelta(minutes=19))
    assert none == Grant(0, NOON + timedelta(minutes=20), "20 minutes apart")
    assert made.grant(5, NOON + timedelta(minutes=20)).rows == 1


def test_what_surely_was_not_sent_counts_for_no_quota(limits: Make) -> None:
    made = limits(", quota: 1 a day, min_interval: 1 hour, rate: 1 an hour")
    assert made.grant(5, NOON).rows == 1
    made.unsent(1)
    none = made.grant(5, NOON)
    assert (none.rows, none.why) == (0, "its rate is 1 an hour"), "an attempt counts for a rate"
    made.close(NOON)
    assert limits(", quota: 1 a day, min_interval: 1 hour").grant(5, NOON + SECOND).rows == 1


def test_nobody_takes_of_one_limit_what_another_refuses(limits: Make) -> None:
    made = limits(", quota: 30 a day, rate: 2 a second")
    granted = sum(made.grant(50, NOON + n * SECOND).rows for n in range(15))
    assert granted == 30


def test_a_new_sender_warms_up(limits: Make) -> None:
    options = ", warm_up: {start: 200 a day, double_every: 1 day}"
    assert limits(options).grant(10_000, NOON).rows == 200
    none = limits(options).grant(1, NOON + timedelta(hours=23))
    assert none == Grant(0, NOON + timedelta(days=1), "it is warming up, from 200 a day on")
    days = [limits(options).grant(10**9, NOON + timedelta(days=day)).rows for day in range(1, 5)]
    assert days == [400, 800, 1600, 3200]
    assert limits(options).grant(10**9, NOON + timedelta(days=99)).rows == 10**9


def test_a_rate_takes_over_from_a_warm_up(limits: Make) -> None:
    made = limits(", rate: 3 a second, warm_up: {start: 5 a day}")
    assert [made.grant(9, NOON + n * SECOND).rows for n in range(3)] == [3, 2, 0]
    later = NOON + timedelta(days=30)
    assert [made.grant(9, later + n * SECOND).rows for n in range(3)] == [3, 3, 3]


def test_quiet_hours_are_those_of_the_site(limits: Make) -> None:
    made = limits(", quiet_hours: 22:00-07:00")
    night = datetime(2026, 3, 1, 21, tzinfo=UTC)
    assert made.active
    assert made.grant(5, night) == Grant(
        0, datetime(2026, 3, 2, 6, tzinfo=UTC), "quiet hours until 07:00", quiet=True
    )
    assert made.grant(5, NOON) == Grant(5)


def test_what_costs_money_goes_one_at_a_time(limits: Make) -> None:
    made = limits("", Priced())
    assert made.active
    assert made.grant(5, NOON).rows == 1


@pytest.mark.parametrize(
    ("price", "why", "until"),
    [
        (
            "0.20",
            "the month's budget of $0.50 does not pay for another $0.20",
            datetime(2026, 4, 1, tzinfo=UTC),
        ),
        ("0.60", "a note costs $0.60, more than the whole monthly_budget of $0.50", None),
    ],
)
def test_what_is_too_dear_waits_for_a_month_or_a_person(
    price: str, why: str, until: datetime | None
) -> None:
    reason, end = too_dear(Decimal(price), Decimal("0.50"), NOON)
    assert reason.startswith(why) and end == until


def test_domains_do_not_wait_for_one_another(limits: Make) -> None:
    made = limits(', per_domain: {Gmail.com: 2 a second, "*": 5 a second}')
    tickets = [ticket(n, f"reader{n}@gMail.com") for n in range(5)]
    tickets += [ticket(10 + n, f"reader{n}@example{n % 2}.org") for n in range(10)]
    going, later = made.sift(tickets, sender, NOON)
    assert [each.id for each in going] == [0, 1, *range(10, 20)]
    assert [(each.id, each.state, each.attempt) for each in later] == [
        (number, State.QUEUED, False) for number in (2, 3, 4)
    ]
    waits = [(each.not_before or NOON) - NOON for each in later]
    assert waits == [SECOND / 2, SECOND, SECOND * 3 / 2]


def test_a_domain_that_is_not_named_is_free_without_a_star(limits: Make) -> None:
    made = limits(", per_domain: {gmail.com: 1 a second}")
    going, later = made.sift([ticket(n, f"r{n}@example.org") for n in range(50)], sender, NOON)
    assert (len(going), later) == (50, [])


def test_domains_beyond_ascii_and_odd_ones_are_told_apart(limits: Make) -> None:
    made = limits(', per_domain: {bücher.example: 1 a second, "*": 1 a second}')
    names = ["a@BÜCHER.example", "b@xn--bcher-kva.example", "c@other.example", "d@\ud800", "e"]
    going, _ = made.sift([ticket(n, name) for n, name in enumerate(names)], sender, NOON)
    assert [each.id for each in going] == [0, 2, 3, 4]


def test_each_sender_has_a_rate_of_its_own(limits: Make) -> None:
    made = limits(", per_sender: 3 a second")
    tickets = [ticket(n, f"r{n}@example.org") for n in range(8)]
    going, later = made.sift(
        tickets, lambda each: "a@x.example" if each.id % 2 else "B@x.example", NOON
    )
    assert [each.id for each in going] == [0, 1, 2, 3, 4, 5]
    assert [each.id for each in later] == [6, 7]


def test_a_domain_keeps_what_a_sender_may_not_send(limits: Make) -> None:
    options = ", per_sender: 1 a second, per_domain: 3 a second"
    made = limits(options)
    going, later = made.sift([ticket(n, f"r{n}@x.example") for n in range(3)], sender, NOON)
    assert (len(going), len(later)) == (1, 2)
    going, _ = made.sift([ticket(9, "r9@x.example")], lambda _: "other@x.example", NOON)
    assert len(going) == 1


def test_two_processes_give_no_two_rows_one_place(limits: Make) -> None:
    options = ", per_domain: 2 a second"
    later = list[Outcome]()
    for turn in range(4):
        made = limits(options)
        rows = [ticket(turn * 10 + n, "r@x.example") for n in range(10)]
        later += made.sift(rows, sender, NOON)[1]
    moments = sorted(each.not_before or NOON for each in later)
    assert len(later) == 38
    assert len(set(moments)) == 38


class Queue:
    """Rows by the moment they are due, sent through the limits by a clock of the test's own."""

    def __init__(self, made: RateLimits, rows: list[Ticket]) -> None:
        self.limits = made
        self.waiting = [(NOON, row.id, row) for row in rows]
        self.claims: Counter[int] = Counter()
        self.sent: list[tuple[datetime, Ticket]] = []

    def claim(self, now: datetime) -> list[Ticket]:
        rows = list[Ticket]()
        while self.waiting and self.waiting[0][0] <= now and len(rows) < 20:
            rows.append(heapq.heappop(self.waiting)[2])
        return rows

    def work(self, now: datetime) -> None:
        """All that is due now, in claims of twenty."""
        while rows := self.claim(now):
            self.claims.update(row.id for row in rows)
            going, later = self.limits.sift(rows, sender, now)
            self.sent += [(now, row) for row in going]
            by_id = {row.id: row for row in rows}
            for outcome in later:
                assert outcome.not_before is not None
                assert outcome.not_before > now
                row = by_id[outcome.id]
                heapq.heappush(self.waiting, (outcome.not_before, row.id, row))

    def busiest(self, domain: str, window: timedelta) -> int:
        """The most that one domain got in a stretch of that length."""
        moments = [now for now, row in self.sent if row.recipient.endswith(domain)]
        return max(sum(begin <= now < begin + window for now in moments) for begin in moments)


def test_a_slow_domain_holds_up_no_other_and_is_not_asked_again_and_again(limits: Make) -> None:
    slow = [ticket(n, f"r{n}@slow.example") for n in range(400)]
    quick = [ticket(1000 + n, f"r{n}@d{n}.example") for n in range(40)]
    queue = Queue(limits(", per_domain: {slow.example: 4 a second}"), slow + quick)
    queue.work(NOON)
    assert sum(row.id >= 1000 for _, row in queue.sent) == 40
    for step in range(1, 400):
        queue.work(NOON + step * SECOND / 3)
    assert len(queue.sent) == 440
    assert queue.sent[-1][0] <= NOON + 102 * SECOND, "no time was lost"
    assert max(queue.claims.values()) <= 3
    assert queue.claims.total() <= 440 + 400 + 40
    assert queue.busiest("slow.example", 10 * SECOND) <= 4 + 40 + 1


def test_a_pile_after_a_pause_does_not_burst(limits: Make) -> None:
    slow = [ticket(n, f"r{n}@slow.example") for n in range(300)]
    queue = Queue(limits(", per_domain: {slow.example: 2 a second}"), slow)
    for step in range(20):
        queue.work(NOON + step * SECOND)
    sent = len(queue.sent)
    for step in range(600, 900):
        queue.work(NOON + step * SECOND)
    assert sent >= 38
    assert len(queue.sent) == 300
    assert queue.busiest("slow.example", 10 * SECOND) <= 2 + 20 + 1
    assert max(queue.claims.values()) <= 5


def test_a_pause_in_the_middle_of_a_long_line_costs_little(limits: Make) -> None:
    slow = [ticket(n, f"r{n}@slow.example") for n in range(600)]
    queue = Queue(limits(", per_domain: {slow.example: 2 a second}"), slow)
    for step in [*range(20), *range(150, 450)]:
        queue.work(NOON + step * SECOND)
    assert len(queue.sent) >= 40 + 2 * 270
    assert queue.claims.total() <= 4 * 600
    assert queue.busiest("slow.example", 10 * SECOND) <= 2 + 20 + 1


def test_the_places_of_cancelled_mail_are_free_again(limits: Make) -> None:
    options = ", per_domain: {slow.example: 2 a second}"
    many = [ticket(n, f"r{n}@slow.example") for n in range(2000)]
    Queue(limits(options), many).work(NOON)
    later = NOON + timedelta(minutes=3)
    fresh = Queue(limits(options), [ticket(9000 + n, "r@slow.example") for n in range(10)])
    for step in range(10):
        fresh.work(later + step * SECOND)
    assert len(fresh.sent) == 10


@pytest.mark.parametrize("jump", [-86_400, -15, -5, 86_400])
def test_a_clock_that_jumps_stops_nobody_and_lets_nobody_burst(limits: Make, jump: int) -> None:
    made = limits(", rate: 10 a second")
    before = sum(made.grant(50, NOON + n * SECOND).rows for n in range(10))
    moved = NOON + timedelta(seconds=10 + jump)
    after = [made.grant(50, moved + n * SECOND).rows for n in range(30)]
    assert before == 100
    assert max(after) <= 20
    assert sum(after) <= 310
    assert sum(after[11:]) == 190, "it goes on after ten seconds at most"
