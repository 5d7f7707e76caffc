"""A picture that a network will not take never takes its note down with it."""

import time
from dataclasses import dataclass, field

from publisher.errors import AuthExpired, DeliveryError, RateLimited, Rejected, Unavailable

PATIENCE = 600.0
"""How many seconds a network may fail over one picture before the note goes without it."""

MOST_NOTES = 100
_REFUSED = ("HTTP 400", "HTTP 403", "HTTP 422")


@dataclass(slots=True)
class _Tried:
    """Since when the picture of a note is tried, and its id at the network if it has one."""

    since: float = field(default_factory=time.monotonic)
    media: str = ""


class Pictures:
    """The pictures of notes that are not posted yet, by the notes' keys.

    Kept in memory: a process that starts anew tries again for as long.
    """

    def __init__(self) -> None:
        self._tried: dict[str, _Tried] = {}

    def media(self, key: str) -> str:
        """The id of a picture that went up in an earlier attempt, "" if none did."""
        return self._of(key).media

    def uploaded(self, key: str, media: str) -> None:
        """Remember what the network calls it."""
        self._of(key).media = media

    def done(self, key: str) -> None:
        """The note is posted."""
        self._tried.pop(key, None)

    def goes_without(self, key: str, error: DeliveryError) -> bool:
        """Whether the note is to go on its own after `error`, which its picture met.

        Not where the whole account waits: its note would meet the same.
        """
        if isinstance(error, AuthExpired):  # what is surely the account's, the note will meet too
            return error.status in _REFUSED
        if isinstance(error, Unavailable) and not isinstance(error, RateLimited):
            return bool(error.status) and time.monotonic() - self._of(key).since > PATIENCE
        return isinstance(error, Rejected)

    def _of(self, key: str) -> _Tried:
        while len(self._tried) > MOST_NOTES:
            self._tried.pop(next(iter(self._tried)), None)
        return self._tried.setdefault(key, _Tried())


def without_picture(error: DeliveryError, *, what: str = "picture") -> str:
    """The remark on a note that went without its `what`."""
    return f"without its {what}: {error}"
