"""Everything that can go wrong, told by what to do about it.

PublisherError              one line for people, a hint, an exit code
├── UsageError              the command line asks for what cannot be
├── ConfigurationError      config.yaml, every mistake with its line
├── ContentError            the folder of posts cannot be read at all
├── TemplateError           a template is wrong, with its line
├── StorageError            the database or queue/ cannot be read or written
└── DeliveryError           what an adapter raises about one message
    ├── Rejected            the network said no           -> never again
    ├── Unavailable         surely nothing was sent       -> back off, try again
    │   ├── RateLimited     ... and not before a moment   -> pause the channel until then
    │   └── AuthExpired     ... and not with this account -> pause the channel until resumed
    └── OutcomeUnknown      it may have been sent         -> ask, repeat under its key, or name it
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One located mistake in something a person wrote.

    `file` is shown as the person knows it, `line` counts from 1 (None: the whole file), `where`
    is a path inside the file such as `channels.mail.adapter`, `hint` says how to mend it.
    """

    file: str
    line: int | None
    where: str
    problem: str
    hint: str = ""

    def __str__(self) -> str:
        """`config.yaml:7: channels.mail.adaptor: unknown option, did you mean adapter?`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [place, self.where, self.problem]
        text = ": ".join(part for part in parts if part)
        return f"{text}, {self.hint}" if self.hint else text

    def as_dict(self) -> dict[str, str | int | None]:
        """The keys of `publish check --json`."""
        return asdict(self)


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


class StorageError(PublisherError):
    """The database or the queue folder cannot be opened, read or written."""


class DeliveryError(PublisherError):
    """What an adapter raises about one message. Never carries a secret or a network's raw reply.

    `status` is the network's own code, such as `550 5.1.1` or `HTTP 422`.
    """

    def __init__(self, message: str, *, status: str = "") -> None:
        super().__init__(message)
        self.status = status


class Rejected(DeliveryError):
    """The network said no, for good: 4xx but 401 and 429, SMTP 5yz, its own duplicate."""


class Unavailable(DeliveryError):
    """Surely nothing was sent: DNS, connect, TLS, HTTP 503 before acting, SMTP 4yz."""


class RateLimited(Unavailable):
    """The network wants a pause. `retry_at` is aware; None lets dispatch choose."""

    def __init__(self, message: str, *, retry_at: datetime | None = None, status: str = "") -> None:
        super().__init__(message, status=status)
        self.retry_at = retry_at


class AuthExpired(Unavailable):
    """The account is refused: HTTP 401, SMTP 535. A person must mend it and resume the channel."""


class OutcomeUnknown(DeliveryError):
    """It may have been sent: read time-out, reset, 5xx on a write, an unreadable success."""
