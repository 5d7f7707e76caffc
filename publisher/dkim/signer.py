"""Signatures: what is hashed, in which order, and the header that says so (RFC 6376 section 5)."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from textwrap import wrap
from typing import TYPE_CHECKING

from publisher.dkim.canonical import body as relaxed_body
from publisher.dkim.canonical import value
from publisher.dkim.keys import Key, read_key

if TYPE_CHECKING:
    from publisher.dkim.options import SigningKey

SIGNED = tuple(
    b"from to subject date message-id reply-to list-id list-unsubscribe list-unsubscribe-post"
    b" mime-version content-type".split()
)
NAME = b"DKIM-Signature: "
ROW = 72
Headers = Mapping[bytes, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Stamp:
    """A key in use: `domain` may be empty, then each email is signed for its sender's domain."""

    key: Key
    selector: str
    domain: str = ""


class Signer:
    """Signs emails, each with every key; safe to use from several threads."""

    def __init__(self, stamps: Sequence[Stamp], clock: Callable[[], float] = time.time) -> None:
        """Keep the keys; `clock` gives seconds since 1970 for the tag `t=`."""
        self._stamps = tuple(stamps)
        self._clock = clock

    def sign(self, content: bytes, *, relaxed: bool = False) -> bytes:
        """The email with a DKIM-Signature for each key in front, relaxed in headers and body.

        The lines of `content` end with CRLF, and no dot is doubled. All of `SIGNED` that it has
        is covered, and From is named once more, so that none can be added. `relaxed` says that
        the body is in its relaxed form, as publisher.mime writes it: looking takes a third as long
        as sending.
        """
        head, _, body = content.partition(b"\r\n\r\n")
        found = _headers(head)
        pairs = [(name, text) for name in SIGNED for text in found.get(name, ())]
        names = (*(name for name, _ in pairs), SIGNED[0])
        signed = b"".join(b"%b:%b\r\n" % pair for pair in pairs)
        body_hash = b64encode(sha256(body if relaxed else relaxed_body(body)).digest())
        moment = int(self._clock())
        own = _domain(found)
        written = [_signature(each, own, names, signed, moment, body_hash) for each in self._stamps]
        return b"".join([*written, content])


def open_signer(options: "Sequence[SigningKey]") -> Signer:
    """The signer for the option `dkim`.

    Raises:
        KeyProblem: a key cannot be used, or cryptography is not installed.
    """
    return Signer([Stamp(read_key(each), each.selector, each.domain) for each in options])


def _headers(head: bytes) -> Headers:
    """Every header that may be covered: its values, the lowest in the email first (5.4.2)."""
    found: dict[bytes, list[bytes]] = {}
    unfolded = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    for line in reversed(unfolded.split(b"\r\n")):
        name, colon, text = line.partition(b":")
        name = name.rstrip(b" \t").lower()
        if colon and name in SIGNED:
            found.setdefault(name, []).append(value(text))
    return found


def _domain(found: Headers) -> str:
    """The domain of From, whose mailbox is the last thing in it."""
    sender = found.get(SIGNED[0], (b"",))[0]
    return sender.rpartition(b"@")[2].rstrip(b"> ").decode("ascii", "replace")


def _signature(
    stamp: Stamp, own: str, names: tuple[bytes, ...], signed: bytes, moment: int, body_hash: bytes
) -> bytes:
    begin = f"v=1; a={stamp.key.algorithm}; c=relaxed/relaxed;\r\n d={stamp.domain or own};"
    begin += f"\r\n s={stamp.selector}; t={moment};\r\n h="
    tags = b"%b%b;\r\n bh=%b;\r\n b=" % (begin.encode(), _listed(names), body_hash)
    sealed = b64encode(stamp.key.sign(signed + b"dkim-signature:" + value(tags)))
    folded = b"\r\n ".join(sealed[at : at + ROW] for at in range(0, len(sealed), ROW))
    return b"".join([NAME, tags, folded, b"\r\n"])


@lru_cache(maxsize=64)
def _listed(names: tuple[bytes, ...]) -> bytes:
    """The names with colons between them, folded; few lists of them are ever sent."""
    listed = b":".join(names).decode()
    rows = wrap(listed.replace(":", ": "), ROW, break_on_hyphens=False)
    return "\r\n  ".join(rows).replace(": ", ":").encode()
