"""What a scan needs of a mailbox, whichever protocol it speaks."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from publisher.config.options.mailbox import Mailbox
from publisher.config.options.mailbox import Protocol as Language


class Session(Protocol):
    """One connection to the mailbox, logged in, its folder opened.

    Raises, in every method, MailboxError: the mailbox cannot be used now.
    """

    def unseen(self, seen: Collection[str]) -> list[str]:
        """Names of the emails that are there and are not covered by the marks in `seen`."""
        ...

    def stale(self, seen: Collection[str]) -> list[str]:
        """The marks among `seen` that stand for nothing that is there; after `unseen`."""
        ...

    def mark(self, name: str) -> tuple[str, bool]:
        """What is remembered of an email that stays; and whether it covers all before it."""
        ...

    def read(self, name: str, most: int) -> bytes | None:
        """The first bytes of an email, which is not changed by it; None: it is gone."""
        ...

    def delete(self, name: str) -> None:
        """Delete one email: at once, or when the session ends as it should."""
        ...

    def move(self, name: str, folder: str) -> None:
        """Move one email to another folder, which is made if it is missing."""
        ...

    def close(self) -> None:
        """End the session as it should: what was deleted is gone."""
        ...

    def drop(self) -> None:
        """Let go of the connection, whatever state it is in; raises nothing."""
        ...


def opened(options: Mailbox, *, writes: bool = True) -> AbstractContextManager[Session]:
    """Connect, log in and open the folder; `writes` says that emails may be put away.

    Raises:
        MailboxError: the server cannot be reached, refuses the account, or has no such folder.
    """
    return _closing(_connect(options, writes=writes))


def _connect(options: Mailbox, *, writes: bool) -> Session:
    if options.protocol is Language.IMAP:
        from publisher.events.mailbox.imap import Imap

        return Imap(options, writes=writes)
    from publisher.events.mailbox.pop3 import Pop3

    return Pop3(options)


@contextmanager
def _closing(session: Session) -> Iterator[Session]:
    try:
        yield session
        session.close()
    finally:
        session.drop()
