"""Signatures: what is hashed, in which order, and the header that says so (RFC 6376 section 5)."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from publisher.dkim.canonical import body as relaxed_body
from publisher.dkim.canonical import value
from publisher.dkim.keys import Key, read_key

if TYPE_CHECKING:
    from publisher.dkim.options import SigningKey

SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"mime-version",
    b"content-type",
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
        names, signed = _covered(found)
        body_hash = b64encode(sha256(body if relaxed else relaxed_body(body)).digest())
        moment = str(int(self._clock())).encode()
        own = _domain(found)
        written = [_signature(each, own, names, signed, moment, body_hash) for each in self._stamps]
        return b"".join([*written, content])


class _Form(NamedTuple):
    """A signature's header around its time and body hash, as it is sent and as it is hashed."""

    sent: tuple[bytes, bytes, bytes]
    hashed: tuple[bytes, bytes, bytes]


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


def _covered(found: Headers) -> tuple[tuple[bytes, ...], bytes]:
    """The names that `h=` lists, and those headers as they are hashed."""
    pairs = [(name, text) for name in SIGNED for text in found.get(name, ())]
    names = (*(name for name, _ in pairs), SIGNED[0])
    return names, b"".join(b"%b:%b\r\n" % pair for pair in pairs)


def _domain(found: Headers) -> str:
    """The domain of From, whose mailbox is the last thing in it."""
    sender = found.get(SIGNED[0], (b"",))[0]
    return sender.rpartition(b"@")[2].rstrip(b"> ").decode("ascii", "replace")


def _signature(
    stamp: Stamp,
    own: str,
    names: tuple[bytes, ...],
    signed: bytes,
    moment: bytes,
    body_hash: bytes,
) -> bytes:
    form = _form(stamp.key.algorithm, stamp.domain or own, stamp.selector, names)
    between = (moment, body_hash, b"")
    mine = b"".join(part for pair in zip(form.hashed, between, strict=True) for part in pair)
    sealed = b64encode(stamp.key.sign(signed + mine))
    folded = b"\r\n ".join(sealed[at : at + ROW] for at in range(0, len(sealed), ROW))
    first, second, last = form.sent
    return b"".join([first, moment, second, body_hash, last, folded, b"\r\n"])


@lru_cache(maxsize=64)
def _form(algorithm: str, domain: str, selector: str, names: tuple[bytes, ...]) -> _Form:
    """The header for emails that have these headers; few kinds of them are ever sent."""
    tags = f"v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={domain};\r\n s={selector}; t="
    first, second, last = tags.encode(), _listed(names) + b";\r\n bh=", b";\r\n b="
    sent = (NAME + first, b";\r\n h=" + second, last)
    hashed = [b"dkim-signature:" + value(first), b"; h=" + value(second), value(last)]
    return _Form(sent, (hashed[0], hashed[1], hashed[2]))


def _listed(names: tuple[bytes, ...]) -> bytes:
    """The names with colons between them, folded."""
    rows = [b""]
    for name in names:
        if len(rows[-1]) + len(name) > ROW:
            rows.append(b"")
        rows[-1] += name + b":"
    return b"\r\n  ".join(rows)[:-1]
