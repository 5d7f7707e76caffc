"""How often one may ask: per address that is typed, per IP address and per network.

The buckets are in the database, so that a restart forgets nothing and several servers count
together. An IP address is there as a keyed hash only, whose key changes every day: after that
nobody can tell whose it was, and the bucket is dropped.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Final

from publisher.durations import MICROSECOND, micros
from publisher.outbox.limits.gcra import Pace
from publisher.outbox.limits.store import LimitsStore, Want
from publisher.signing import Purpose, Signer

NETWORK_FACTOR: Final = 10
"""Behind one network's addresses are about so many times the readers."""

TYPED: Final = (3, timedelta(days=1))
"""Emails that anybody can make us send to one address."""

MOST_KNOWN: Final = 10_000
FORGET_EVERY: Final = 3_600.0
_CHANNEL: Final = "web"


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
        self._tidy(now)
        wants = [*self._of_ip(signer, now, ip), *self._of_typed(signer, typed)]
        if not wants:
            return True
        at = micros(now)
        if any(self._refused.get(want.name, 0) > at for want in wants):
            return False
        taken = self._store.take(_CHANNEL, wants, at)
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


def hidden(signer: Signer, text: str) -> str:
    """What stands for `text` in the database, from which nobody without the key can tell it."""
    return f"web {signer.mark(Purpose.FORM, text)}{signer.mark(Purpose.FORM, text[::-1])}"


def _pace(number: int, period: timedelta) -> Pace:
    """So many in a period, all at once if need be."""
    length = period // MICROSECOND
    return Pace(number, length, length - length // number)
