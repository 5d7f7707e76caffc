"""The ledger and the sink's log, held against each other line by line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.parties import Row


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What became of every subscriber.

    `lost` were never accepted though their row says sent, or have no row; `doubled` were accepted
    more than once; `open` may still be sent though the mailing is over; `strangers` were accepted
    without a row; of `unknown` some were accepted, and `unnamed` ones do not say why.
    """

    subscribers: int
    sent: Sequence[Row]
    lost: Sequence[str]
    doubled: Sequence[str]
    open: Sequence[Row]
    strangers: Sequence[str]
    arrived: Sequence[Row]
    missed: Sequence[Row]
    unnamed: Sequence[Row]

    @property
    def faults(self) -> list[str]:
        """Every promise that was broken, in words."""
        broken = {
            "lost": [f"{key} is sent, but never arrived" for key in self.lost],
            "doubled": [f"{key} arrived twice" for key in self.doubled],
            "open": [f"{row.key} is {row.state}: {row.error}" for row in self.open],
            "strangers": [f"{key} arrived, but has no row" for key in self.strangers],
            "unnamed": [f"{row.key} is unknown without a reason" for row in self.unnamed],
        }
        return [f"{name}: {each}" for name, found in broken.items() for each in found]

    @property
    def unknown(self) -> int:
        """How many rows wait for a person's word."""
        return len(self.arrived) + len(self.missed)

    def __str__(self) -> str:
        return (
            f"{self.subscribers:,} subscribers: {len(self.sent):,} sent, {len(self.lost)} lost, "
            f"{len(self.doubled)} doubled, {self.unknown} unknown "
            f"({len(self.arrived)} of them had arrived), {len(self.open)} still open"
        )


def reckon(rows: Sequence[Row], accepted: Sequence[str], subscribers: int) -> Reckoning:
    """Compare the rows with the keys that the sink accepted; there should be `subscribers` rows."""
    times = Counter(accepted)
    sent = [row for row in rows if row.state == "sent"]
    unknown = [row for row in rows if row.state == "unknown"]
    lost = [row.key for row in sent if not times[row.key]]
    return Reckoning(
        subscribers=subscribers,
        sent=sent,
        lost=lost
        + ["a subscriber without a row"] * (subscribers - len({row.recipient for row in rows})),
        doubled=[key for key, number in times.items() if number > 1],
        open=[row for row in rows if row.state not in {"sent", "unknown"}],
        strangers=sorted(times.keys() - {row.key for row in rows}),
        arrived=[row for row in unknown if times[row.key]],
        missed=[row for row in unknown if not times[row.key]],
        unnamed=[row for row in unknown if not row.error],
    )
