"""Mail in bulk: an adapter hands over answers and gets new parcels, all rows written down.

One transaction settles what was answered and claims what comes next. While it runs, further
answers gather: a slow database is asked for more rows at a time, a quick one for fewer, and never
are more rows in `sending` than the adapter holds.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from publisher.adapters.base import Learns, SendsMany
from publisher.dispatch.following import Follower
from publisher.dispatch.ledger import Ledger
from publisher.dispatch.limits.channel import Limits
from publisher.dispatch.limits.learning import Learned
from publisher.dispatch.progress import Watch
from publisher.dispatch.render import Letters
from publisher.errors import DeliveryError, OutcomeUnknown, RateLimited, Rejected, StorageError
from publisher.model.channels import Lesson
from publisher.model.deliveries import Ticket
from publisher.model.messages import Answer, Parcel

LOOK_SECONDS = 0.25
"""How often a pause is looked for: people expect it to hold within a second."""

WORTH_WAITING = timedelta(minutes=1)
"""A limit that lets the next mail go within this time is waited for; else the turn ends."""

UNTRIED_IN_A_ROW = 100
"""Mails given back one after the other, none taken in between, before it counts as trouble."""

HANGS_UP = "the server hangs up before it takes a mail"


@dataclass(slots=True)
class Mailing:
    """One channel's turn with an adapter that sends many; `limit` bounds the rows it takes."""

    adapter: SendsMany
    ledger: Ledger
    letters: Letters
    limits: Limits
    follower: Follower
    clock: Callable[[], datetime]
    watch: Watch
    learned: Learned
    limit: int | None = None
    _taken: int = 0
    _untried: int = 0
    _looked: float = 0.0
    _may_go_on: bool = True
    _connections: dict[str, int] = field(default_factory=dict)  # by server, as they are written

    def run(self) -> None:
        """Send until nothing is due, the channel pauses, its server is in trouble, or a stop.

        Raises:
            StorageError: the database went away and did not come back in time; what was answered
                meanwhile is kept by the ledger.
        """
        self.ledger.begin()
        self._recall()
        before = -1
        while self._may_go_on and before < self._taken:
            before = self._taken
            self._send_many()
        self._learn()

    def exchange(self, answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
        """Settle `answers`, claim at most `room` rows, and make their parcels; see Exchange."""
        self._note(answers)
        if not self._goes_on() or room <= 0:
            self.ledger.turn(0, self.clock())
            return [] if self._may_go_on else None
        while True:
            now = self.clock()
            tickets, soon = self._claim(room, now)
            parcels = self._parcels(tickets, now)
            if parcels:
                return parcels
            if not tickets:
                return [] if soon else None

    def _send_many(self) -> None:
        """Call the adapter once, and leave no row without an outcome."""
        try:
            self.adapter.send_many(self.exchange)
        except DeliveryError as error:
            self._may_go_on = False
            self.follower.server_failed(error, self.clock())
        except StorageError:
            self._may_go_on = False
            raise
        except Exception as error:  # noqa: BLE001  an adapter's bug must not lose rows
            self.follower.trouble = self.ledger.lose(type(error).__name__)
        if self.ledger.unanswered():
            self.follower.trouble = self.ledger.lose("it says nothing of some mails")
        self.ledger.turn(0, self.clock())

    def _note(self, answers: Sequence[Answer]) -> None:
        """Add the answers to what is settled next."""
        sent = new = 0
        for number, receipt, error in answers:
            if receipt is not None:
                self.ledger.settling.arrived(number, receipt.remote_id)
                new += 1
                continue
            self._went_well(new)
            sent, new = sent + new, 0
            self._note_failure(number, error)
        self._went_well(new)
        if self.limits.active:
            self._count(answers, sent + new)
        if self._untried >= UNTRIED_IN_A_ROW:
            self.follower.trouble = HANGS_UP

    def _went_well(self, messages: int) -> None:
        if messages:
            self._untried = 0
            self.follower.went_well(messages)
            self.learned.accepted(messages)

    def _note_failure(self, number: int, error: DeliveryError | None) -> None:
        """What was not sent is judged later, or goes back: untried, or only sent too fast."""
        if error is None:
            self._untried += 1
            self.ledger.settling.give_back(number)
        elif isinstance(error, RateLimited) and self.learned.is_lesson(error):
            self.learned.too_fast(number, error, self.ledger.held)
            self.limits.learn(self.learned)
            self.ledger.settling.give_back(number)
        else:
            self.ledger.settling.failed(number, error)

    def _count(self, answers: Sequence[Answer], sent: int) -> None:
        """Windows count from the answer on; what was surely not sent counts for no quota."""
        unknown = sum(isinstance(answer.error, OutcomeUnknown) for answer in answers)
        self.limits.answered(sent + unknown, self.clock())
        self.limits.unsent(len(answers) - sent - unknown, self.clock())

    def _recall(self) -> None:
        """What was learned before, by whichever process."""
        self.learned.look()
        if self.learned.active:
            self.limits.learn(self.learned)
        if isinstance(self.adapter, Learns):
            known = self.ledger.outbox.learned.find(self.ledger.channel)
            self._connections = {
                each.server: each.connections for each in known if each.connections
            }
            self.adapter.recall(self._connections)

    def _learn(self) -> None:
        """Write down what the adapter has learned since the last look."""
        if not isinstance(self.adapter, Learns):
            return
        found = self.adapter.learned()
        channel, outbox = self.ledger.channel, self.ledger.outbox
        for server, (connections, said) in found.items():
            if self._connections.get(server) != connections:
                outbox.learned.record(
                    channel, Lesson(server, connections, None, None, said, self.clock())
                )
        gone = self._connections.keys() - found
        if gone:
            outbox.learned.forget(channel, sorted(gone))
        self._connections = {server: connections for server, (connections, _) in found.items()}

    def _goes_on(self) -> bool:
        """Whether rows may be claimed; a pause is looked for only now and then."""
        if self._is_to_stop() or self.limit == self._taken:
            self._may_go_on = False
        elif time.monotonic() - self._looked > LOOK_SECONDS:
            self._may_go_on = not self.follower.is_paused()
            self._look()
            self._looked = time.monotonic()
        return self._may_go_on

    def _look(self) -> None:
        """What other processes have met, and what this one has learned."""
        self.ledger.look()
        self.learned.look()
        if self.learned.active:
            self.limits.learn(self.learned)
        self._learn()

    def _is_to_stop(self) -> bool:
        return self.watch.stopping() or self.follower.stopped or bool(self.follower.trouble)

    def _claim(self, room: int, now: datetime) -> tuple[list[Ticket], bool]:
        """Up to `room` rows; if there are none, whether some will be due soon."""
        wanted = room if self.limit is None else min(room, self.limit - self._taken)
        if not self.limits.active:
            return self._take(wanted, now), False
        grant = self.limits.grant(wanted, now)
        tickets = self._take(max(0, grant.rows), now)
        if len(tickets) < grant.rows:
            self.limits.give_back(grant.rows - len(tickets), now)
        return tickets, not tickets and self._soon(grant.until or self.ledger.next_due(), now)

    def _take(self, rows: int, now: datetime) -> list[Ticket]:
        tickets = self.ledger.turn(rows, now)
        self._taken += len(tickets)
        return tickets

    def _soon(self, moment: datetime | None, now: datetime) -> bool:
        return moment is not None and moment <= now + WORTH_WAITING

    def _parcels(self, tickets: list[Ticket], now: datetime) -> list[Parcel]:
        """The mails of `tickets`; those that cannot go, or not yet, are settled with the next."""
        if self.limits.active:
            tickets, later = self.limits.sift(tickets, self.letters.sender, now)
            self.ledger.settling.other += later
            self.limits.give_back(len(later), now)
        parcels = (self._parcel(ticket) for ticket in tickets)
        return [parcel for parcel in parcels if parcel is not None]

    def _parcel(self, ticket: Ticket) -> Parcel | None:
        try:
            return self.letters.parcel(ticket)
        except Rejected as error:
            self.ledger.settling.failed(ticket.id, error)
        except StorageError:
            self.ledger.settling.give_back(ticket.id)
        except Exception as error:  # noqa: BLE001  one broken row must not hold up the others
            self.ledger.settling.broken(ticket.id, error)
        return None
