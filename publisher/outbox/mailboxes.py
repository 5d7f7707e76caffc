"""The mailbox that is read: by whom at this moment, and which emails that stay were looked at."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from publisher.outbox.db.engine import Store, dialect_insert
from publisher.outbox.db.tables import mail_seen, mailboxes
from publisher.outbox.deliveries.workers import is_gone, worker_name

KEPT_FOR: Final = timedelta(days=90)
REQUESTS: Final = "requests"
"""The name under which the fingerprints of emails stand that must not count twice."""

_s, _m = mail_seen.c, mailboxes.c


class Mailboxes(Store):
    """A lease for each mailbox, and marks of emails that were left where they are."""

    def new_worker(self) -> str:
        """A name for whoever is going to read a mailbox."""
        return f"{worker_name()}:{secrets.token_hex(4)}"

    def take(self, name: str, worker: str, now: datetime, lease: timedelta) -> bool:
        """Lease a mailbox to `worker`, or renew its lease; False: another one that may live has it.

        A lease that ends later than any taken now could was taken before the clock was set back.
        """
        with self.database.writing("mailboxes") as connection:
            found = connection.execute(select(_m.worker, _m.leased_until).where(_m.name == name))
            for held_by, until in found:
                held = until is not None and now < until <= now + lease
                if held and held_by != worker and not is_gone(held_by):
                    return False
            _write(connection, name, {"worker": worker, "leased_until": now + lease})
        return True

    def release(self, name: str, worker: str) -> None:
        """Let others read the mailbox, where `worker` has it."""
        mine = update(mailboxes).where(_m.name == name, _m.worker == worker)
        self.execute(mine.values(worker="", leased_until=None))

    def note(self, name: str, outcome: Mapping[str, Any], now: datetime) -> None:
        """Keep what came of reading the mailbox, for whoever asks how it stands."""
        values = {"outcome": json.dumps(outcome, ensure_ascii=False), "read_at": now}
        with self.database.writing("mailboxes") as connection:
            _write(connection, name, values)

    def outcome(self, name: str) -> tuple[datetime, dict[str, Any]] | None:
        """When a mailbox was last read, and what came of it; None: it never was."""
        rows = self.rows(select(_m.read_at, _m.outcome).where(_m.name == name, _m.outcome != ""))
        return next(((row.read_at, json.loads(row.outcome)) for row in rows), None)

    def seen(self, name: str) -> set[str]:
        """The marks of emails that were looked at and stay."""
        return {row.mark for row in self.rows(select(_s.mark).where(_s.mailbox == name))}

    def remember(self, name: str, marks: Sequence[tuple[str, bool]], now: datetime) -> None:
        """Add marks; one that covers all before it takes their place."""
        if not marks:
            return
        with self.database.writing() as connection:
            if marks[-1][1]:
                connection.execute(delete(mail_seen).where(_s.mailbox == name))
                marks = marks[-1:]
            for mark, _ in marks:
                note_mark(connection, name, mark, now)

    def forget(self, name: str, marks: Sequence[str] | None = None) -> None:
        """Look at these emails again if they are there, or at all."""
        gone = delete(mail_seen).where(_s.mailbox == name)
        if marks is None:
            self.execute(gone)
        elif marks:
            with self.database.writing() as connection:
                for start in range(0, len(marks), 500):
                    connection.execute(gone.where(_s.mark.in_(marks[start : start + 500])))

    def tidy(self, now: datetime) -> None:
        """Forget fingerprints of requests that are so old that nobody sends them again."""
        self.execute(delete(mail_seen).where(_s.mailbox == REQUESTS, _s.at < now - KEPT_FOR))


def note_mark(connection: Connection, name: str, mark: str, now: datetime) -> bool:
    """Note a mark in a transaction that is open; False: it was there."""
    new = dialect_insert(connection, mail_seen).values(mailbox=name, mark=mark, at=now)
    return connection.scalar(new.on_conflict_do_nothing().returning(_s.mark)) is not None


def _write(connection: Connection, name: str, values: dict[str, Any]) -> None:
    blank = {"name": name, "worker": "", "outcome": ""}
    new = dialect_insert(connection, mailboxes).values(blank | values)
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=values))
