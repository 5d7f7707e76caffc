"""One look at the mailbox: each email is read, recorded, and only then put away.

Whatever ends a scan, at any moment, loses nothing and counts nothing twice: an email stays until
its row is committed, and recording it again changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from publisher.config.options.mailbox import Mailbox, Others, Processed
from publisher.errors import PublisherError
from publisher.events.mailbox.mail import Mail
from publisher.events.mailbox.reading import Finding, MailReader
from publisher.events.mailbox.session import Session, opened
from publisher.outbox.outbox import Outbox

LEASE: Final = timedelta(minutes=10)
RENEWAL: Final = timedelta(minutes=1)
AT_ONCE: Final = 200
"""Emails in a session; by POP3 nothing is deleted before its end."""

NOT_FOR_US: Final = "not for Publisher"


@dataclass(slots=True)
class Scan:
    """Reads `mailbox`; `readers` are asked in order; the first that knows an email counts.

    Two scans at a time, of whichever processes, would only be in each other's way: the second one
    leaves at once.
    """

    mailbox: Mailbox
    readers: Sequence[MailReader]
    outbox: Outbox
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    problems: list[str] = field(default_factory=list)
    _left: list[tuple[str, bool]] = field(default_factory=list)
    _renewed: datetime | None = None
    _worker: str = field(init=False)

    def __post_init__(self) -> None:
        self._worker = self.outbox.mailboxes.new_worker()

    @property
    def name(self) -> str:
        """What the mailbox is known by in the database."""
        return self.mailbox.key

    def run(self) -> Counter[str] | None:
        """Look at all that is new; how many emails were what. None: another process is at it.

        Raises:
            MailboxError: the mailbox cannot be read; what was recorded by then stays so.
            StorageError: the database cannot be written; the email in hand stays where it is.
        """
        if not self._take():
            return None
        counts = Counter[str]()
        try:
            while self._session(counts):
                pass
        finally:
            self.outbox.mailboxes.release(self.name, self._worker)
        return counts

    def _take(self) -> bool:
        self._renewed = self.clock()
        return self.outbox.mailboxes.take(self.name, self._worker, self._renewed, LEASE)

    def _is_ours(self) -> bool:
        """Whether nobody else has taken the mailbox, as somebody may where we were held up."""
        since = self._renewed
        return (since is not None and since <= self.clock() < since + RENEWAL) or self._take()

    def _session(self, counts: Counter[str]) -> bool:
        """Look at some emails; whether there are more."""
        store = self.outbox.mailboxes
        with opened(self.mailbox) as session:
            seen = store.seen(self.name)
            names = session.unseen(seen)
            store.forget(self.name, session.stale(seen))
            try:
                for name in names[:AT_ONCE]:
                    if self.stopping() or not self._is_ours():
                        return False
                    self._look(session, name, counts)
            finally:
                store.remember(self.name, self._left, self.clock())
                self._left = []
        return len(names) > AT_ONCE

    def _look(self, session: Session, name: str, counts: Counter[str]) -> None:
        raw = session.read(name, self.mailbox.read_bytes)
        if raw is None:
            return
        finding = self._finding(Mail(raw), name)
        counts[finding.what if finding else NOT_FOR_US] += 1
        self._put_away(session, name, for_us=finding is not None)

    def _finding(self, mail: Mail, name: str) -> Finding | None:
        """What the email is, once that is recorded; one that nobody can read is left alone."""
        try:
            found = next(filter(None, (each.read(mail) for each in self.readers)), None)
            if found and found.record:
                found.record()
        except PublisherError:
            raise
        except Exception as error:  # noqa: BLE001  one email must not hold up the others
            self.problems.append(f"email {name} cannot be read ({type(error).__name__})")
            return None
        return found

    def _put_away(self, session: Session, name: str, *, for_us: bool) -> None:
        box = self.mailbox
        if for_us and box.processed is Processed.DELETE:
            session.delete(name)
        elif for_us and box.processed is Processed.MOVE:
            session.move(name, box.processed_folder)
        elif not for_us and box.others is Others.MOVE:
            session.move(name, box.others_folder)
        else:
            self._left.append(session.mark(name))
