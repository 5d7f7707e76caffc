"""How long a message waits before it is tried again, and when trying has been in vain."""

import zlib
from datetime import datetime, timedelta

from publisher.model.deliveries import Delivery, Kind

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
MAIL_FIRST = timedelta(minutes=5)
MAIL_LONGEST = timedelta(hours=4)
MAIL_SPREAD = 0.2
"""What part of a wait is added or taken away, so that a thousand readers do not return at once."""

GREY_DELAY = timedelta(minutes=6)
"""Greylists let a stranger in after five minutes, as a rule; whoever comes sooner waits anew."""

GREY_SPREAD = timedelta(minutes=1)
GREY_VISITS = 3
RETRY_FOR = timedelta(hours=48)
LEAST_ATTEMPTS = 10


def backoff(attempts: int) -> timedelta:
    """How long to wait after that many attempts: a minute, doubling up to an hour."""
    return _doubled(FIRST_DELAY, attempts, LONGEST_DELAY)


def mail_backoff(key: str, attempts: int) -> timedelta:
    """How long a mail waits for its reader's server: 5 minutes, doubling up to 4 hours.

    A fifth more or less, by the delivery's key: the same in every process.
    """
    spread = 1 + MAIL_SPREAD * (2 * _part(key, attempts) - 1)
    return _doubled(MAIL_FIRST, attempts, MAIL_LONGEST) * spread


def grey_backoff(key: str, attempts: int) -> timedelta:
    """How long a mail waits that was greylisted: a few minutes, at least as long as they ask."""
    if attempts > GREY_VISITS:
        return mail_backoff(key, attempts)
    return GREY_DELAY + GREY_SPREAD * _part(key, attempts)


def in_vain(delivery: Delivery, attempts: int, now: datetime, retry_for: timedelta) -> bool:
    """Long ago and often: a pause in between, or a row queued once more, is no trying."""
    begun = delivery.started_at or now
    return attempts >= least_attempts(delivery.kind, retry_for) and now - begun >= retry_for


def least_attempts(kind: Kind, retry_for: timedelta) -> int:
    """How often to try at least: as often as the waits fit in half of that time, up to ten."""
    first, longest = FIRST_DELAY, LONGEST_DELAY
    if kind is Kind.EMAIL:
        first, longest = MAIL_FIRST, MAIL_LONGEST
    attempts, spent = 1, timedelta(0)
    while attempts < LEAST_ATTEMPTS and spent < retry_for / 2:
        spent += _doubled(first, attempts, longest)
        attempts += 1
    return attempts


def _doubled(first: timedelta, attempts: int, longest: timedelta) -> timedelta:
    doubled: timedelta = first * 2 ** max(0, min(attempts - 1, 10))
    return min(doubled, longest)


def _part(key: str, attempts: int) -> float:
    """A number from 0 to 1 that looks like chance."""
    return zlib.crc32(f"{key} {attempts}".encode()) / 0xFFFFFFFF
