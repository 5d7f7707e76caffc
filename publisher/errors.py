"""Everything that can go wrong, told by what to do about it.

PublisherError              one line for people, a hint, an exit code
├── UsageError              the command line asks for what cannot be
├── ConfigurationError      config.yaml, every mistake with its line
├── ContentError            the folder of posts cannot be read at all
├── TemplateError           a template is wrong, with its line
├── MailboxError            the mailbox cannot be read now
├── StorageError            the database or queue/ cannot be read or written
│   └── DatabaseGone        ... for it is not the one that was opened   -> stop
└── DeliveryError           what an adapter raises about one message
    ├── Rejected            the network said no           -> never again
    │   └── Doubtful        ... to the account, perhaps   -> the next message tells
    ├── Unavailable         surely nothing was sent       -> back off, try again
    │   ├── RateLimited     ... and not before a moment   -> pause the channel until then
    │   └── AuthExpired     ... and not with this account -> pause the channel until resumed
    │       └── NotAllowed  ... in its place: the secret is good
    └── OutcomeUnknown      it may have been sent         -> ask, repeat under its key, or name it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One located mistake in something a person wrote.

    `file` is shown as the person knows it, `line` counts from 1 (None: the whole file), `where`
    is a path inside the file such as `channels.mail.adapter`, `hint` says how to fix it.
    """

    file: str
    line: int | None
    where: str
    problem: str
    hint: str = ""

    def __str__(self) -> str:
        """`config.yaml:7: channels.mail.adaptor: unknown option; did you mean adapter?`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [place, self.where, self.problem]
        text = ": ".join(part for part in parts if part)
        return f"{text}; {self.hint}" if self.hint else text


class PublisherError(Exception):
    """A known error: `message` in one line, `hint` says what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(PublisherError):
    """The command line asks for what cannot be."""

    exit_code = 2


class _Located(PublisherError):
    """An error that is a list of located problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class ConfigurationError(_Located):
    """config.yaml is wrong; `problems` holds every mistake, not the first."""

    exit_code = 2


class ContentError(PublisherError):
    """The folder of posts cannot be read at all; one broken post is never this."""

    exit_code = 2


class TemplateError(_Located):
    """A template is wrong; each problem names the template's line."""

    exit_code = 2


class MailboxError(PublisherError):
    """The mailbox cannot be reached or read; nothing in it has changed that is not recorded."""


class StorageError(PublisherError):
    """The database or the queue folder cannot be opened, read or written."""


class DatabaseGone(StorageError):
    """The database was replaced, deleted or restored while it was open; waiting is in vain."""


class Reason(StrEnum):
    """Whom or what a refusal is about: set where the answer is read, so that nobody reads words.

    Only NO_SUCH_RECIPIENT says that a recipient is never to be written to again.
    """

    UNSTATED = ""
    NO_SUCH_RECIPIENT = "no_such_recipient"  # no such mailbox or domain, or closed for good
    MAILBOX_FULL = "mailbox_full"  # the recipient has no room now
    RECIPIENT_THROTTLED = "recipient_throttled"  # the recipient gets too much email just now
    RECIPIENT_REFUSED = "recipient_refused"  # the recipient's side takes no email from us
    GREYLISTED = "greylisted"  # a stranger is asked to come again in a few minutes
    CONTENT_REFUSED = "content_refused"  # what the message says
    DUPLICATE = "duplicate"  # the network has the same message already
    TOO_LONG = "too_long"  # how long or large it is
    SENDER = "sender"  # who it is from, the sender's domain, the machine
    ACCOUNT = "account"  # the account with which it is sent
    QUOTA = "quota"  # so many an hour or a day, which are used up
    RATE = "rate"  # too many in a short time
    CONNECTIONS = "connections"  # too many connections or transactions at once
    SESSION = "session"  # this connection has carried enough
    SERVER = "server"  # the server fails, whoever the recipient is
    LATER = "later"  # it asks to be tried later, whoever the recipient is


class DeliveryError(PublisherError):
    """What an adapter raises about one message. Never carries a secret or a network's raw reply.

    `status` is the network's own code, such as `550 5.1.1` or `HTTP 422`; `reason` says whom or
    what it is about.
    """

    def __init__(self, message: str, *, status: str = "", reason: Reason = Reason.UNSTATED) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Rejected(DeliveryError):
    """The network said no, for good: 4xx but 401 and 429, SMTP 5yz, its own duplicate."""


class Doubtful(Rejected):
    """A no without a reason, which may be meant for the account: HTTP 403 in unknown words."""


class Unavailable(DeliveryError):
    """Surely nothing was sent: DNS, connect, TLS, HTTP 503 before acting, SMTP 4yz."""


class RateLimited(Unavailable):
    """The network wants a pause: until `retry_at` (aware), or for as long as `wait`.

    With neither, dispatch chooses.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_at: datetime | None = None,
        wait: timedelta | None = None,
        status: str = "",
        reason: Reason = Reason.UNSTATED,
    ) -> None:
        super().__init__(message, status=status, reason=reason)
        self.retry_at = retry_at
        self.wait = wait


class AuthExpired(Unavailable):
    """The account or the sender is refused: HTTP 401, SMTP 535, an address that is not verified.

    A person must fix it and resume the channel.
    """


class NotAllowed(AuthExpired):
    """The account is let in, but not where it is to post: its secret is good."""


class OutcomeUnknown(DeliveryError):
    """It may have been sent: read time-out, reset, 5xx on a write, an unreadable success."""
