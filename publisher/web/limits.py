"""How often one may ask: per address that is typed, per IP address and per network.

The buckets are in the database, so that a restart forgets nothing and several servers count
together. An IP address is there as a keyed hash only, whose key changes every day: after that
nobody can tell whose it was, and the bucket is dropped.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Final, TypeAlias

from publisher.durations import MICROSECOND, micros
from publisher.outbox.limits.gcra import Pace, Taken
from publisher.outbox.limits.store import ONCE, LimitsStore, Want
from publisher.signing import Purpose, Signer

NETWORK_FACTOR: Final = 10
"""Behind one network's addresses are about so many times the readers."""

TYPED: Final = (3, timedelta(days=1))
"""Emails that anybody can make us send to one address."""

MOST_KNOWN: Final = 10_000
FORGET_EVERY: Final = 3_600.0
_CHANNEL: Final = "web"

Wants: TypeAlias = Sequence[Want]
"""What one request takes of whose limits."""


class Limits:
    """Counts what one IP address and its network ask for, and how often one address is typed."""

    def __init__(self, store: LimitsStore, number: int, period: timedelta) -> None:
        self._store = store
        self._number = number
        self._period = period
        self._refused: dict[str, int] = {}
        self._forgot_at = time.monotonic()

    def allow(self, signer: Signer, now: datetime, ip: str, typed: str = "") -> bool:
        """Whether one more is allowed, which is counted; `typed` is the key of an address.

        An `ip` that is not known (a proxy of ours does not tell) is not limited: all readers would
        share it.
        """
        return self.allow_many(now, [self.wants(signer, now, ip, typed)])[0]

    def wants(self, signer: Signer, now: datetime, ip: str, typed: str = "") -> Wants:
        """What `allow` takes; made before a transaction, it does not hold that up."""
        return [*self._of_ip(signer, now, ip), *self._of_typed(signer, typed)]

    def allow_many(self, now: datetime, takers: Sequence[Wants]) -> list[bool]:
        """`allow` for many in one transaction, one after the other."""
        self._tidy(now)
        at = micros(now)
        refused = [any(self._refused.get(want.name, 0) > at for want in wants) for wants in takers]
        both = list(zip(takers, refused, strict=True))
        ask = [wants for wants, over in both if wants and not over]
        taken = iter(self._store.take_many(_CHANNEL, ask, at) if ask else ())
        return [not wants or (not over and self._note(wants, next(taken))) for wants, over in both]

    def is_refused(self, want: Want, now: datetime) -> bool:
        """Whether `want` is what was refused here not long ago."""
        return self._refused.get(want.name, 0) > micros(now)

    def _note(self, wants: Wants, taken: Sequence[Taken]) -> bool:
        """Whether all of it was granted; what was not is refused unasked for some time."""
        for want, each in zip(wants, taken, strict=True):
            if not each.rows and len(self._refused) < MOST_KNOWN:
                self._refused[want.name] = each.next_at
        return all(each.rows for each in taken)

    def _of_ip(self, signer: Signer, now: datetime, ip: str) -> Iterator[Want]:
        if not ip:
            return
        is_v6 = ":" in ip
        day = f"{now:%Y-%m-%d}"
        for bits, factor in ((64, 1), (48, NETWORK_FACTOR)) if is_v6 else ((32, 1), (24, 10)):
            network = ip_network(f"{ip}/{bits}", strict=False)
            name = hidden(signer, f"{day} {network}")
            yield Want(name, _pace(self._number * factor, self._period), 1)

    def _of_typed(self, signer: Signer, typed: str) -> Iterator[Want]:
        if typed:
            yield Want(hidden(signer, f"address {typed}"), _pace(*TYPED), 1)

    def _tidy(self, now: datetime) -> None:
        """Once an hour, drop the buckets that are full again."""
        if len(self._refused) >= MOST_KNOWN:
            self._refused.clear()
        if time.monotonic() - self._forgot_at > FORGET_EVERY:
            self._forgot_at = time.monotonic()
            self._store.forget(micros(now))


def once(name: str, period: timedelta) -> Want:
    """What is granted a single time within a period, after which nothing is kept of it."""
    return Want(f"{ONCE}{name}", _pace(1, period), 1)


def hidden(signer: Signer, text: str) -> str:
    """What stands for `text` in the database, from which nobody without the key can tell it."""
    return f"web {signer.mark(Purpose.FORM, text)}{signer.mark(Purpose.FORM, text[::-1])}"


def _pace(number: int, period: timedelta) -> Pace:
    """So many in a period, all at once if need be."""
    length = period // MICROSECOND
    return Pace(number, length, length - length // number)
