"""The mailbox as a whole: who reads its emails, and what follows once they are read."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from publisher.config import Config
from publisher.errors import MailboxError
from publisher.events.mailbox.reading import MailReader
from publisher.events.mailbox.scan import Scan
from publisher.events.mailbox.session import opened
from publisher.events.pauses import pause_where_too_many
from publisher.events.reports.reader import Reports
from publisher.outbox.outbox import Outbox


@dataclass(slots=True)
class Incoming:
    """Reads the mailbox of `config`; `first` are asked before it is looked for reports.

    A mail service that writes for a reader who pressed its button is no automatic reply.
    """

    config: Config
    outbox: Outbox
    clock: Callable[[], datetime]
    first: Sequence[MailReader] = field(default=())

    def look(
        self, say: Callable[[str], None], stopping: Callable[[], bool] = lambda: False
    ) -> Counter[str] | None:
        """Look at what is new; how many emails were what. None: another process is at it.

        Raises:
            MailboxError: the mailbox cannot be read; what was recorded by then stays so.
            StorageError: the database cannot be written.
        """
        mailbox = self.config.mailbox
        if mailbox is None:
            return Counter()
        signer, limits = self.outbox.keys.signer(), self.config.bounces
        reports = Reports(self.outbox, signer, limits, self.clock)
        scan = Scan(mailbox, [*self.first, reports], self.outbox, self.clock, stopping)
        try:
            counts = scan.run()
        except MailboxError as error:
            self.outbox.mailboxes.note(scan.name, {"problem": error.message}, self.clock())
            raise
        finally:
            for line in pause_where_too_many(self.outbox, limits, reports.editions):
                say(line)
        if counts is not None:
            self.outbox.mailboxes.note(scan.name, {"found": dict(counts)}, self.clock())
        for problem in scan.problems:
            say(f"mailbox: {problem}; it stays where it is")
        return counts

    def again(self) -> None:
        """Have the next look at every email that stays, also at those looked at before."""
        if name := self.name:
            self.outbox.mailboxes.forget(name)

    def check(self) -> int:
        """Log in and count what is there, changing nothing.

        Raises:
            MailboxError: the mailbox cannot be read.
        """
        if self.config.mailbox is None:
            return 0
        with opened(self.config.mailbox, writes=False) as session:
            return len(session.unseen(()))

    @property
    def name(self) -> str:
        """What the mailbox is known by in the database; empty if there is none."""
        mailbox = self.config.mailbox
        return mailbox.key if mailbox else ""


def spelt(counts: "Counter[str]") -> str:
    """How many emails were what, in words."""
    return ", ".join(f"{count:,} {what}" for what, count in counts.most_common()) or "nothing new"
