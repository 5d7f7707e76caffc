"""How much one channel may send now: its rate, its quotas, its quiet hours, its readers' domains.

All of it is kept as rows: a restart or a second machine forgets nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo

from publisher.adapters.base import Adapter, Prices
from publisher.config import Channel
from publisher.config.options.sending import WarmUp
from publisher.config.options.values import EVERY_OTHER, domain_key
from publisher.dispatch.limits.gates import Gate, PaceGate, Sieve, Stock, WindowGate
from publisher.dispatch.limits.quiet_hours import quiet_until
from publisher.dispatch.limits.warm_up import warm_up_of, warm_window
from publisher.durations import EPOCH, MICROSECOND, micros, spell, spell_dollars, spell_quota
from publisher.model.deliveries import Outcome, State, Ticket
from publisher.model.messages import Message
from publisher.outbox.limits.gcra import SECOND, Pace, steady
from publisher.outbox.limits.store import LimitsStore, Window
from publisher.outbox.outbox import Outbox
from publisher.schedule import next_month

DAY = 86_400 * SECOND
QUIET = "quiet hours"

Quota = tuple[int, timedelta]


@dataclass(frozen=True, slots=True)
class Grant:
    """`rows` may be claimed now; if none, ask again at `until`, and `why` is a phrase for people.

    Where `until` is None as well, nothing is known of a better moment. In `quiet` hours emails of
    the system go all the same: somebody waits for them.
    """

    rows: int
    until: datetime | None = None
    why: str = ""
    quiet: bool = False


@dataclass(slots=True)
class RateLimits:
    """One channel's limits as one process sees them, for one run; `close` them at its end."""

    channel: Channel
    outbox: Outbox
    zone: ZoneInfo
    budget: Decimal | None
    gates: Sequence[Gate]
    quotas: Sequence[Gate]
    domains: Sieve | None
    senders: Sieve | None
    active: bool = field(init=False)

    def __post_init__(self) -> None:
        sieves = (self.domains, self.senders)
        bounded = self.budget is not None or self.channel.quiet_hours is not None
        self.active = bounded or bool(self.gates) or any(sieves)

    def learn(self, gate: Gate) -> None:
        """Go by one more gate, which a server's refusals have set up."""
        if gate not in self.gates:
            self.gates = [*self.gates, gate]
        self.active = True

    @classmethod
    def of(
        cls,
        channel: Channel,
        adapter: Adapter[Message],
        outbox: Outbox,
        zone: ZoneInfo,
        now: datetime,
    ) -> Self:
        """The limits that config.yaml sets for `channel`, and the adapter's own budget.

        One that is new, and has readers who were imported from elsewhere, begins slowly.
        """
        made = _Maker(channel, outbox.limits, warm_up_of(channel, outbox, now))
        quotas = list(made.quotas())
        return cls(
            channel=channel,
            outbox=outbox,
            zone=zone,
            budget=adapter.budget() if isinstance(adapter, Prices) else None,
            gates=[*quotas, *made.paces()],
            quotas=quotas,
            domains=made.sieve("to", channel.per_domain),
            senders=made.sieve("from", channel.per_sender),
        )

    def grant(self, wanted: int, now: datetime) -> Grant:
        """How many of `wanted` rows may be claimed now, as far as the whole channel goes.

        Raises:
            StorageError: the database cannot be asked; then nothing was granted.
        """
        until = quiet_until(self.channel.quiet_hours, self.zone, now)
        if until:
            words = f"{QUIET} until {until.astimezone(self.zone):%H:%M}"
            return Grant(0, until, words, quiet=True)
        return self.grant_always(wanted, now)

    def grant_always(self, wanted: int, now: datetime) -> Grant:
        """The same, whatever the hour.

        Raises:
            StorageError: the database cannot be asked; then nothing was granted.
        """
        rows = wanted if self.budget is None else min(wanted, 1)
        moment = micros(now)
        for number, gate in enumerate(self.gates):
            granted, next_at = gate.take(rows, moment)
            for before in self.gates[:number]:
                before.put(rows - granted)
            rows = granted
            if rows <= 0:
                return Grant(0, EPOCH + timedelta(microseconds=next_at), gate.why)
        return Grant(rows)

    def give_back(self, rows: int) -> None:
        """Take back rows that were granted, but not claimed or not tried."""
        for gate in self.gates:
            gate.put(rows)

    def unsent(self, rows: int) -> None:
        """Take back rows that were tried and surely not sent: they count for no quota."""
        for gate in self.quotas:
            gate.put(rows)

    def answered(self, rows: int, now: datetime) -> None:
        """So many of the granted rows were answered: windows count them from now on.

        The network counts a message when it takes it, which is later than when it was granted.
        """
        for gate in self.gates:
            if isinstance(gate, WindowGate):
                gate.answered(rows, micros(now))

    def sift(
        self, tickets: Sequence[Ticket], senders: Callable[[Ticket], str], now: datetime
    ) -> tuple[list[Ticket], list[Outcome]]:
        """Part those whose domain and sender may get email now from those that go later.

        A later one goes back to the queue with a moment of its own, and needs no other unless much
        else of its domain became due meanwhile. `senders` gives the address a mail is from.

        Raises:
            StorageError: the database cannot be asked; then nothing is parted.
        """
        going, later = list(tickets), list[Outcome]()
        moment = micros(now)
        if self.domains is not None:
            domains = [_domain(ticket.recipient) for ticket in going]
            going, later = _parted(going, self.domains.sift(domains, moment))
        if self.senders is not None and going:
            addresses = [senders(ticket).lower() for ticket in going]
            going, held = _parted(going, self.senders.sift(addresses, moment))
            self._return(tickets, held)
            later += held
        return going, later

    def close(self, now: datetime) -> None:
        """Give back to everybody what was granted and not used.

        Raises:
            StorageError: the database cannot be written; then it is lost, and comes back in time.
        """
        for gate in self.gates:
            gate.close()
        for sieve in (self.domains, self.senders):
            if sieve is not None:
                sieve.close(micros(now))

    def _return(self, tickets: Sequence[Ticket], held: Sequence[Outcome]) -> None:
        """What a sender may not send now, its reader's domain did not get."""
        ids = {outcome.id for outcome in held}
        for ticket in tickets:
            if self.domains is not None and ticket.id in ids:
                self.domains.put(_domain(ticket.recipient))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the gates that a channel's options ask for."""

    channel: Channel
    grants: LimitsStore
    warm_up: WarmUp | None

    def quotas(self) -> Iterator[Gate]:
        if self.channel.quota is not None:
            number, period = self.channel.quota
            window = Window(number, period // MICROSECOND)
            why = f"at most {spell_quota(self.channel.quota)}"
            yield self._window("quota", lambda _: window, why)
        if length := self.channel.min_interval:
            pace = Pace(1, length // MICROSECOND)
            yield self._pace("min interval", pace, f"{spell(length)} apart")

    def paces(self) -> Iterator[Gate]:
        if (plan := self.warm_up) is not None:
            why = f"it is warming up, from {spell_quota(plan.start)} on"
            yield self._window("warm up", self._growing(plan), why)
        if (rate := self.channel.rate) is not None:
            yield self._pace("rate", pace_of(rate), f"its rate is {spell_quota(rate)}")

    def _growing(self, plan: WarmUp) -> Callable[[int], Window]:
        name, first = f"{self.channel.name} warm up", list[int]()

        def window(now: int) -> Window:
            if not first:
                first.append(self.grants.first_use(name, now))
            return warm_window(plan, now - first[0])

        return window

    def sieve(self, kind: str, rates: dict[str, Quota]) -> Sieve | None:
        paces = {key: pace_of(rate) for key, rate in rates.items()}
        return Sieve(self.grants, self.channel.name, kind, paces) if paces else None

    def _pace(self, kind: str, pace: Pace, why: str) -> Gate:
        name = self.channel.name
        return PaceGate(self.grants, name, Stock(f"{name} {kind}", pace), why)

    def _window(self, kind: str, window: Callable[[int], Window], why: str) -> Gate:
        name = self.channel.name
        return WindowGate(self.grants, name, f"{name} {kind}", window, why)


def pace_of(rate: Quota) -> Pace:
    """A rate of config.yaml as a pace."""
    number, period = rate
    return steady(number, period // MICROSECOND)


def too_dear(price: Decimal, budget: Decimal, now: datetime) -> tuple[str, datetime | None]:
    """Why a note of that price waits, and until when its channel pauses.

    What costs more than a whole month's budget is for a person to decide.
    """
    if price > budget:
        whole = f"the whole monthly_budget of {spell_dollars(budget)}"
        return f"a note costs {spell_dollars(price)}, more than {whole}: raise it", None
    month = f"the month's budget of {spell_dollars(budget)}"
    return f"{month} does not pay for another {spell_dollars(price)}", next_month(now)


def _domain(recipient: str) -> str:
    """What a reader's domain is known by; an odd one counts with all other odd ones."""
    domain = recipient.rpartition("@")[2]
    try:
        return domain.lower() if domain.isascii() else domain_key(domain)
    except ValueError:
        return EVERY_OTHER


def _parted(
    tickets: Sequence[Ticket], moments: Sequence[int]
) -> tuple[list[Ticket], list[Outcome]]:
    """Those that go now, and the rest with the moments from which they may."""
    going, later = list[Ticket](), list[Outcome]()
    for ticket, moment in zip(tickets, moments, strict=True):
        if moment:
            at = EPOCH + timedelta(microseconds=moment)
            later.append(Outcome(ticket.id, State.QUEUED, not_before=at, attempt=False))
        else:
            going.append(ticket)
    return going, later
