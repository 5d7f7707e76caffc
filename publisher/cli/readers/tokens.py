"""Readers leave by tokens that somebody hands in: from emails, or from an endpoint of one's own."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from publisher.cli.output import say, tell
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.wiring import Publisher

REASON = "by a token that was handed in"
_WORD = "unsubscribe"
_SHOWN = 60
# Of a signed token and one of earlier emails.
_tokens = re.compile(r"(?<![\w-])(?:[\w-]{48}|[\w-]{22})(?![\w-])", re.ASCII).findall


def leave_by(publisher: "Publisher", words: Sequence[str], lines: Iterable[str]) -> int:
    """Unsubscribe by tokens or subjects, and by what stands in `lines`; how many are unknown.

    Raises:
        UsageError: the one token that was given is unknown.
    """
    last = [word.split()[-1] if word.split() else "" for word in words]
    given = dict.fromkeys(word for word in last if word.lower() != _WORD or len(last) == 1)
    unknown = [word for word in given if not leave(publisher, word)]
    if unknown and len(given) == 1:
        hint = "it is the last word of the subject; to use an address: publish subscribers remove"
        raise UsageError(f"unknown token {unknown[0]!r}", hint)
    for word in unknown:
        say(f"unknown token {word!r}")
    return len(unknown) + sum(not _leave_by_line(publisher, *each) for each in enumerate(lines, 1))


def _leave_by_line(publisher: "Publisher", number: int, line: str) -> bool:
    """Whether a line has a token that is known, or need not have one."""
    is_empty = not line.strip("[]{}, \n\r\t\ufeff") or (number == 1 and "token" in line.lower())
    if is_empty or sum(leave(publisher, word) for word in dict.fromkeys(_tokens(line))):
        return True
    say(f"line {number}: no token that is known: {line.strip()[:_SHOWN]}")
    return False


def leave(publisher: "Publisher", word: str) -> bool:
    """Unsubscribe by one token and say so; False if it is unknown."""
    outbox = publisher.outbox
    token = outbox.keys.subscription_token(word)
    found = outbox.readers.leave(token, REASON, publisher.clock()) if token else None
    if found is not None:
        was = "was already unsubscribed" if found.state == "unsubscribed" else "unsubscribed"
        tell(f"{found.email}: {was} ({found.newsletter})")
    return found is not None
