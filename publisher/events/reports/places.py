"""Where a report names the email that it is about."""

import re
from collections.abc import Iterator
from typing import Final

from publisher.events.mailbox.mail import Mail, Part

ENVELOPE: Final = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to")
_OWN_ID: Final = re.compile(
    r"^Message-ID:[ \t]*(?:\r?\n[ \t]+)?(\S{1,250})", re.IGNORECASE | re.MULTILINE
)


def places(mail: Mail) -> Iterator[str]:
    """The texts that may hold a delivery's mark, the surest first."""
    yield from mail.all(*ENVELOPE)
    yield from mail.all("to")
    for part in mail.walk():
        yield from _returned(part)
    yield from answered(mail)


def answered(mail: Mail) -> Iterator[str]:
    """The emails that this one answers, by its own headers."""
    yield from mail.all("in-reply-to", "references")


def returned_in_text(text: str) -> Iterator[str]:
    """The IDs of emails whose headers stand in a text, as older servers return them."""
    for found in _OWN_ID.finditer(text):
        yield found[1]


def _returned(part: Part) -> Iterator[str]:
    """What a returned email, or its headers alone, says of itself."""
    if part.kind in {"message/rfc822", "message/global"} or part.kind.endswith("rfc822-headers"):
        yield from part.embedded.all("message-id", "return-path")
    elif part.kind.endswith("/delivery-status") or part.kind == "message/feedback-report":
        for name in ("x-postfix-sender", "original-mail-from", "original-envelope-id"):
            yield from Part(part.content).all(name)
