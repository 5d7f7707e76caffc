"""The mailbox that is read: by whom at this moment, and which emails that stay were looked at."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select

from publisher.outbox.db.engine import Store, dialect_insert, upsert
from publisher.outbox.db.tables import mail_seen, mailboxes
from publisher.outbox.deliveries.workers import is_gone, worker_name

KEPT_FOR: Final = timedelta(days=90)
REQUESTS: Final = "requests"
"""The name under which the fingerprints of emails stand that must not count twice."""

_s = mail_seen.c


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
            found = connection.execute(select(mailboxes).where(mailboxes.c.name == name)).first()
            held = found is not None and now < found.leased_until <= now + lease
            if found is not None and held and not is_gone(found.worker) and found.worker != worker:
                return False
            row = {"name": name, "worker": worker, "leased_until": now + lease}
            upsert(connection, mailboxes, [row])
        return True

    def release(self, name: str, worker: str) -> None:
        """Let others read the mailbox, where `worker` has it."""
        c = mailboxes.c
        self.execute(delete(mailboxes).where(c.name == name, c.worker == worker))

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
