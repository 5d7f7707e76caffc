"""What is left of a channel's monthly budget, and what a slot's notes would take of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from publisher.adapters.base import Adapter, Prices
from publisher.durations import spell_dollars
from publisher.model.messages import Message
from publisher.outbox.outbox import Outbox
from publisher.plan.proposals import NoteProposal
from publisher.schedule import month_start, next_month


@dataclass(frozen=True, slots=True)
class Budget:
    """One channel's month in US dollars: allowed, spent, and what waits in the queue already."""

    channel: str
    monthly: Decimal
    spent: Decimal
    waiting: Decimal
    ends: datetime

    @property
    def left(self) -> Decimal:
        """What nothing was spent of yet."""
        return max(self.monthly - self.spent, Decimal(0))

    def summary(self, notes: Sequence[NoteProposal]) -> str:
        """One line: what is left, what waits, and what `notes` would take."""
        cost, _ = self._prices(notes)
        what = f", what waits already needs {spell_dollars(self.waiting)}"
        waits = what if self.waiting else ""
        left = f"{spell_dollars(self.left)} of the month's {spell_dollars(self.monthly)} is left"
        return f"{self.channel}: {left}{waits}; this would cost {spell_dollars(cost)}"

    def warning(self, notes: Sequence[NoteProposal]) -> str:
        """What will keep `notes` from going out this month, "" if nothing does."""
        cost, dearest = self._prices(notes)
        if dearest > self.monthly:
            whole = f"the whole monthly_budget of {spell_dollars(self.monthly)}"
            dear = f"a note costs {spell_dollars(dearest)}, more than {whole}: raise it"
            return f"{self.channel}: {dear}, or it never goes out"
        if cost and self.waiting + cost > self.left:
            later = f"what is not paid for waits until {self.ends:%Y-%m-%d}"
            return f"{self.channel}: the month's budget is too small for this; {later}"
        return ""

    def lines(self, channel: str, notes: Sequence[NoteProposal]) -> Iterator[str]:
        """What whoever looks at a note on `channel` is to know."""
        if channel == self.channel:
            yield from filter(None, [self.summary(notes), self.warning(notes)])

    def cost(self, notes: Sequence[NoteProposal]) -> Decimal:
        """What `notes` cost on this channel in all."""
        return self._prices(notes)[0]

    def _prices(self, notes: Sequence[NoteProposal]) -> tuple[Decimal, Decimal]:
        """What `notes` cost on this channel in all, and the dearest."""
        prices = [note.cost or Decimal(0) for note in notes if note.channel == self.channel]
        return sum(prices, Decimal(0)), max(prices, default=Decimal(0))


def budgets_of(
    outbox: Outbox,
    adapters: Mapping[str, Adapter[Message]],
    channels: Sequence[str],
    now: datetime,
) -> Iterator[Budget]:
    """The budgets of those of `channels` that have one.

    Raises:
        StorageError: the database cannot be read.
    """
    for name in channels:
        adapter = adapters[name]
        monthly = adapter.budget() if isinstance(adapter, Prices) else None
        if monthly is not None:
            spent = outbox.budget.spent_since(name, month_start(now))
            yield Budget(name, monthly, spent, outbox.budget.waiting_cost(name), next_month(now))
