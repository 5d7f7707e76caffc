"""What readers of the mailbox say of an email: nothing, or what is to be recorded of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from publisher.events.mailbox.mail import Mail


@dataclass(frozen=True, slots=True)
class Finding:
    """An email is for us: `what` it is in a word or two, which the scan counts.

    `record` writes down all that it says in one transaction, and is called before the email is put
    away. It must change nothing where that is recorded already: the same email may be seen again.
    None: there is nothing to write down, as with an automatic reply.

    Raises, in `record`, StorageError: the email stays where it is, for the next scan.
    """

    what: str
    record: Callable[[], None] | None = None


class MailReader(Protocol):
    """Knows one sort of email, such as bounces."""

    def read(self, mail: Mail) -> Finding | None:
        """What `mail` says; None: it is not for this reader, and the next one is asked."""
        ...
