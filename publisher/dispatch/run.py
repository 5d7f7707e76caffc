"""One channel's run: ask about what is unknown, then exchange answers for the next deliveries.

One transaction settles what was answered and claims what comes next. While it runs, further
answers gather: a slow database is asked for more rows at a time, a quick one for fewer, and never
are more rows in `sending` than the adapter holds.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from publisher.adapters.base import Adapter, Learns, SendsMany, Steps
from publisher.config import Channel
from publisher.dispatch.circuit_breaker import Health
from publisher.dispatch.limits.channel import RateLimits, too_dear
from publisher.dispatch.limits.learning import LearnedRate
from publisher.dispatch.one_by_one import Attempt, OneByOne
from publisher.dispatch.policy import GoesOn, UnreadableRow
from publisher.dispatch.reconcile import Reconciler
from publisher.dispatch.render import Messages
from publisher.dispatch.settlement import Settlement
from publisher.errors import (
    DeliveryError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    StorageError,
    Unavailable,
)
from publisher.model.channels import Lesson
from publisher.model.deliveries import Allowance, Ticket
from publisher.model.messages import Answer, Message
from publisher.schedule import month_start

LOOK_SECONDS = 0.25
"""How often a pause is looked for: people expect it to hold within a second."""

WORTH_WAITING = timedelta(seconds=5)
WORTH_WAITING_FOR_MANY = timedelta(minutes=1)
"""A limit that lets the next message go within this time is waited for; else the run ends."""

UNTRIED_IN_A_ROW = 100
"""Messages given back one after the other, none taken in between, before it counts as failing."""

HANGS_UP = "the server hangs up before it accepts an email"


@dataclass(slots=True)
class Run:
    """One channel's run; `limit` bounds the rows it takes."""

    channel: Channel
    adapter: Adapter[Message]
    settlement: Settlement
    messages: Messages
    limits: RateLimits
    learned: LearnedRate
    health: Health
    clock: Callable[[], datetime]
    limit: int | None = None
    _taken: int = 0
    _untried: int = 0
    _looked: float = 0.0
    _waited_at: datetime | None = None
    _next_step: datetime | None = None
    _may_go_on: bool = True
    _in_bulk: bool = field(init=False)
    _connections: dict[str, int] = field(default_factory=dict)  # by server, as they are written

    def __post_init__(self) -> None:
        # Python looks through a whole protocol each time: 3 us, which is dear for each message.
        self._in_bulk = isinstance(self.adapter, SendsMany)

    def run(self) -> None:
        """Send until nothing is due, the channel pauses, its server fails, or a stop.

        Raises:
            StorageError: the database went away and did not come back in time; what was answered
                meanwhile is kept by the settlement.
        """
        self.settlement.begin()
        if self.health.is_paused():
            return
        self._reconcile()
        self._recall()
        self._bring_forward()
        before = -1
        while self._may_go_on and self.health.may_go_on() and before < self._taken:
            before = self._taken
            self._send_many()
        self._learn()

    def exchange(self, answers: Sequence[Answer], room: int) -> Sequence[Any] | None:
        """Settle `answers`, claim at most `room` rows, and make their parcels; see Exchange."""
        self._note(answers)
        while True:
            self.settlement.judge()
            if room <= 0 or not self._goes_on():
                self.settlement.exchange()
                return [] if self._may_go_on else None
            now = self.clock()
            tickets, soon = self._claim(room, now)
            parcels = self._parcels(tickets, now)
            if parcels:
                return parcels
            if not tickets:
                return [] if soon else None

    def _reconcile(self) -> None:
        """Ask about the rows whose outcome is unknown, a few at a time."""
        sender = OneByOne(self.adapter, self.channel.name)
        reconciler = Reconciler(
            sender,
            self.messages,
            self.clock,
            self.channel.on_unknown,
            self.settlement.exchanger.network,
            self.channel.retry_for,
        )
        with ThreadPoolExecutor(sender.connections, thread_name_prefix=sender.name) as pool:
            while self.health.may_go_on() and not self.health.is_paused():
                rows = self.settlement.claim_unknown(sender.connections)
                if not rows:
                    return
                self.settlement.settle(pool.map(reconciler.reconcile, rows))

    def _send_many(self) -> None:
        """Call the adapter once, and leave no row without an outcome."""
        adapter = self.adapter
        one = OneByOne(adapter, self.channel.name, self.settlement.keep)
        sender = adapter if isinstance(adapter, SendsMany) else one
        try:
            sender.send_many(self.exchange)
        except DeliveryError as error:
            self._may_go_on = False
            self.health.server_failed(error)
        except StorageError:
            self._may_go_on = False
            raise
        except BaseException as error:
            self.health.error = self.settlement.lose(type(error).__name__)
            if not isinstance(error, Exception):
                self.settlement.exchange()
                raise
        if self.settlement.unanswered():
            self.health.error = self.settlement.lose("it reports nothing about some emails")
        self.settlement.exchange()

    def _note(self, answers: Sequence[Answer]) -> None:
        """Add the answers to what is settled next."""
        sent = new = 0
        for delivery_id, receipt, error in answers:
            if receipt is not None:
                self.settlement.pending.arrived(delivery_id, receipt)
                new += 1
                continue
            self._went_well(new)
            sent, new = sent + new, 0
            self._note_failure(delivery_id, error)
        self._went_well(new)
        if self.limits.active:
            self._count(answers, sent + new)
        if self._untried >= UNTRIED_IN_A_ROW:
            self.health.error = HANGS_UP

    def _went_well(self, messages: int) -> None:
        if messages:
            self._untried = 0
            self.health.went_well(messages)
            self.learned.accepted(messages)

    def _note_failure(self, delivery_id: int, error: Exception | None) -> None:
        """What was not sent is judged later, or goes back: untried, or only sent too fast."""
        if error is None:
            self._untried += 1
            self.settlement.pending.give_back(delivery_id)
        elif isinstance(error, RateLimited) and self.learned.is_lesson(error):
            self.learned.too_fast(delivery_id, error, self.settlement.held)
            self.limits.learn(self.learned)
            self.settlement.pending.give_back(delivery_id)
        else:
            if isinstance(error, GoesOn) and error.later.at:
                self._next_step = min(error.later.at, self._next_step or error.later.at)
            self.settlement.pending.failed(delivery_id, error)

    def _count(self, answers: Sequence[Answer], sent: int) -> None:
        """Windows count from the answer on; what was surely not sent counts for no quota.

        A step that published nothing counts for no limit at all: the message is still to come.
        """
        unknown = sum(_may_have_arrived(answer.error) for answer in answers)
        steps = sum(_is_hidden_step(answer.error) for answer in answers)
        self.limits.answered(sent + unknown, self.clock())
        self.limits.give_back(steps)
        self.limits.unsent(len(answers) - sent - unknown - steps)

    def _recall(self) -> None:
        """What was learned before, by whichever process."""
        self._look_at_rate()
        if isinstance(self.adapter, Learns):
            known = self.settlement.outbox.learned.find(self.channel.name)
            self._connections = {
                each.server: each.connections for each in known if each.connections
            }
            self.adapter.recall(self._connections)

    def _learn(self) -> None:
        """Write down what the adapter has learned since the last look."""
        if not isinstance(self.adapter, Learns):
            return
        found = self.adapter.learned()
        name, store = self.channel.name, self.settlement.outbox.learned
        for server, (connections, said) in found.items():
            if self._connections.get(server) != connections:
                store.record(name, Lesson(server, connections, None, None, said, self.clock()))
        gone = self._connections.keys() - found
        if gone:
            store.forget(name, sorted(gone))
        self._connections = {server: connections for server, (connections, _) in found.items()}

    def _goes_on(self) -> bool:
        """Whether rows may be claimed; a pause is looked for only now and then."""
        if not self.health.may_go_on() or self.limit == self._taken:
            self._may_go_on = False
        elif time.monotonic() - self._looked > LOOK_SECONDS:
            self._may_go_on = not self.health.is_paused()
            self._look()
            self._looked = time.monotonic()
        return self._may_go_on

    def _look(self) -> None:
        """What other processes have met, and what this one has learned."""
        self.settlement.look()
        self._bring_forward()
        self._look_at_rate()
        self._learn()

    def _bring_forward(self) -> None:
        """What goes at any hour, and before the rest: the system's emails, and what has begun."""
        self.settlement.outbox.system.bring_forward(self.channel.name, self.clock())
        if isinstance(self.adapter, Steps):
            self.settlement.outbox.posted.bring_forward(self.channel.name, self.clock())

    def _look_at_rate(self) -> None:
        self.learned.look()
        if self.learned.active:
            self.limits.learn(self.learned)

    def _claim(self, room: int, now: datetime) -> tuple[list[Ticket], bool]:
        """Up to `room` rows; if there are none, whether some will be due soon."""
        wanted = room if self.limit is None else min(room, self.limit - self._taken)
        if not self.limits.active:
            tickets = self._take(wanted, now)
            return tickets, not tickets and self._step_is_soon(now)
        grant = self.limits.grant(wanted, now)
        if grant.quiet:
            tickets = self._claim_urgent(wanted, now)
            return tickets, not tickets and self._soon(grant.until, now)
        tickets = self._take(max(0, grant.rows), now)
        if len(tickets) < grant.rows:
            self.limits.give_back(grant.rows - len(tickets))
        return tickets, not tickets and self._soon(grant.until or self.settlement.next_due(), now)

    def _claim_urgent(self, wanted: int, now: datetime) -> list[Ticket]:
        """Emails of the system, which go in quiet hours too."""
        grant = self.limits.grant_always(wanted, now)
        tickets = self._take(max(0, grant.rows), now, urgent=True)
        self.limits.give_back(max(0, grant.rows) - len(tickets))
        return tickets

    def _take(self, rows: int, now: datetime, *, urgent: bool = False) -> list[Ticket]:
        budget = self.limits.budget
        allowance = None if budget is None else Allowance(budget, month_start(now))
        tickets = self.settlement.exchange(rows, now, allowance, urgent=urgent)
        self._taken += len(tickets)
        price = self.settlement.exchanger.lacking
        if price is not None and budget is not None:
            self.health.pause(*too_dear(price, budget, now))
        return tickets

    def _step_is_soon(self, now: datetime) -> bool:
        """Whether a message of this run has its next step shortly; one that passed is no more."""
        if self._next_step is not None and self._next_step <= now:
            self._next_step = None
        return self._soon(self._next_step, now)

    def _soon(self, moment: datetime | None, now: datetime) -> bool:
        """Whether it is worth waiting for `moment`; not where time stands still."""
        stands, self._waited_at = now == self._waited_at, now
        patience = WORTH_WAITING_FOR_MANY if self._in_bulk else WORTH_WAITING
        return moment is not None and moment <= now + patience and not stands

    def _parcels(self, tickets: list[Ticket], now: datetime) -> list[Any]:
        """The messages of `tickets`; those that cannot go yet are settled with the next."""
        if self.limits.active:
            going, later = self.limits.sift(
                [ticket for ticket in tickets if ticket.edition_id is not None],
                self.messages.sender,
                now,
            )
            tickets = [*going, *(ticket for ticket in tickets if ticket.edition_id is None)]
            self.settlement.pending.outcomes += later
            self.limits.give_back(len(later))
        parcels = (self._parcel(ticket) for ticket in tickets)
        return [parcel for parcel in parcels if parcel is not None]

    def _parcel(self, ticket: Ticket) -> Any:
        """What the adapter takes, or None: it cannot be made, or not now."""
        try:
            if self._in_bulk:
                return self.messages.parcel(ticket)
            (delivery,) = self.settlement.outbox.operator.find(ids=[ticket.id])
            return Attempt(delivery, self.messages.message(delivery))
        except Rejected as error:
            failure: Exception = error
        except StorageError as error:
            failure = Unavailable(error.message)
        except Exception as error:  # noqa: BLE001  one broken row must not hold up the others
            failure = UnreadableRow(error)
        self.settlement.pending.failed(ticket.id, failure)
        return None


def _may_have_arrived(error: Exception | None) -> bool:
    """Whether nobody can tell; an adapter's own mistake leaves that open as well."""
    if isinstance(error, GoesOn):
        return error.later.posted is not None
    return error is not None and (
        isinstance(error, OutcomeUnknown) or not isinstance(error, DeliveryError)
    )


def _is_hidden_step(error: Exception | None) -> bool:
    return isinstance(error, GoesOn) and error.later.posted is None
