"""A clock that is set is part of life: what waits for a moment of the old time is brought back.

How late it is stands in the database. Where it is earlier than it has been, the clock was set back,
and every moment that was reckoned by the old time moves back as far. Of two moments for one thing
the earlier counts: at worst a message is tried, or a pause ends, a little early.
"""

import socket
import time
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    case,
    delete,
    or_,
    select,
    type_coerce,
    update,
)

from publisher.durations import EPOCH, MICROSECOND, micros
from publisher.outbox.db.engine import Database, Store, upsert
from publisher.outbox.db.tables import (
    buckets,
    channels,
    deliveries,
    facts,
    is_queued,
    is_sending,
    is_unknown,
    paces,
    watched,
)
from publisher.outbox.db.types import Moment
from publisher.outbox.deliveries.claims import d, moment

TOLERANCE: Final = timedelta(seconds=1)
"""Threads read the clock a moment before they tell of it."""

NOTE_SECONDS: Final = 60.0
"""How often it is noted how late it is."""


class _Known(NamedTuple):
    """The latest moment, and how often the clock was found set back; as the database has it."""

    latest: datetime
    steps: int


class ClockChanges(Store):
    """Keeps track of the clock, for all processes of this machine."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._known: _Known | None = None
        self._next_note = 0.0
        self._keeping = Lock()
        on_one_machine = database.dialect == "sqlite"
        self._name = "clock" if on_one_machine else f"clock {socket.gethostname()}"

    def keep(self, now: datetime) -> timedelta:
        """Tell that it is `now`; cheap enough to be asked before every claim.

        Where the clock was set back, what waits is brought back with it, by one of all who notice.
        Says how far the clock was set back; zero if it was not, or another noticed first.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        with self._keeping:
            known = self._known
            if known and now >= known.latest - TOLERANCE and time.monotonic() < self._next_note:
                self._known = known._replace(latest=max(known.latest, now))
                return timedelta(0)
            with self.database.writing(self._name) as connection:
                step, known = self._compared(connection, known, now)
            self._known, self._next_note = known, time.monotonic() + NOTE_SECONDS
            return step

    def start_untried(self, channel: str, now: datetime) -> int:
        """Make due what was queued by a clock that was ahead and never tried. Says how many rows.

        Raises:
            StorageError: the database cannot be written; then nothing has changed.
        """
        waits = (is_queued, d.channel == channel, d.not_before > now + TOLERANCE)
        untried = (*waits, d.last_started.is_(None), d.queued_at > now)
        if self.scalar(select(d.id).where(*untried).limit(1)) is None:
            return 0
        return self.execute(
            update(deliveries).where(*untried).values(not_before=now, queued_at=now)
        )

    def _compared(
        self, connection: Connection, known: _Known | None, now: datetime
    ) -> tuple[timedelta, _Known]:
        """Hold `now` against what is known here and there; by how much it was set back."""
        stored = self._stored(connection)
        latest, steps = stored or known or _Known(now, 0)
        if known and stored and known.steps == steps:
            latest = max(latest, known.latest)
        step = latest - now
        if step <= TOLERANCE:
            found = _Known(max(latest, now), steps)
            step = timedelta(0)
        else:
            found = _Known(now, steps + 1)
            _bring_back(connection, step, now)
        if found != stored:
            value = f"{micros(found.latest)} {found.steps}"
            upsert(connection, facts, [{"name": self._name, "value": value}])
        return step, found

    def _stored(self, connection: Connection) -> _Known | None:
        value = connection.scalar(select(facts.c.value).where(facts.c.name == self._name))
        if value is None:
            return None
        latest, _, steps = value.partition(" ")
        return _Known(EPOCH + int(latest) * MICROSECOND, int(steps))


def _bring_back(connection: Connection, step: timedelta, now: datetime) -> None:
    """Move what lies in the future back by `step`, but not into the past.

    When unknown mails were tried moves back in any case: a mail must not seem younger than it is,
    for it may be repeated only while its network still knows its key.
    """

    def earlier(column: Column[Any]) -> ColumnElement[Any]:
        return type_coerce(type_coerce(column, BigInteger) - step // MICROSECOND, Moment)

    def no_future(column: Column[Any]) -> ColumnElement[Any]:
        return case((column > now, earlier(column)), else_=column)

    def from_now(column: Column[Any]) -> ColumnElement[Any]:
        sooner = case((earlier(column) > now, earlier(column)), else_=moment(now))
        return case((column > now, sooner), else_=column)

    tried = (d.started_at, d.last_started)
    waits = {d.not_before: from_now(d.not_before), d.queued_at: from_now(d.queued_at)}
    held = {d.leased_until: from_now(d.leased_until)}
    past = {column: no_future(column) for column in tried}
    older = {column: earlier(column) for column in tried}
    ahead_of = or_(d.not_before > now, d.last_started > now, d.queued_at > now)
    connection.execute(update(deliveries).where(is_queued, ahead_of).values(past | waits))
    connection.execute(update(deliveries).where(is_sending).values(past | held))
    connection.execute(update(deliveries).where(is_unknown).values(older | waits | held))
    for column in (channels.c.paused_until, watched.c.since):
        ahead = update(column.table).where(column > now)
        connection.execute(ahead.values({column: from_now(column)}))
    late = buckets.c.since > micros(now)
    connection.execute(update(buckets).where(late).values(since=micros(now)))
    connection.execute(delete(paces).where(paces.c.at > now))
