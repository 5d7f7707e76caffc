"""Mail merge on bytes: an email encoded once, with slots for what differs between recipients.

A slot in a body stands at the start of an encoded line, after a soft line break where the text
has no break of its own. What is put in brings its own soft break, so any value fits and the rest
is never encoded again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from operator import itemgetter
from sys import maxsize
from typing import NamedTuple
from urllib.parse import quote

from publisher.errors import Rejected
from publisher.mime.addresses import mailbox, parse_address
from publisher.mime.headers import URI, Own, header_lines, link, recipient
from publisher.mime.quoted_printable import quoted, quoted_before_slot, unix_lines, value_line
from publisher.model.messages import Bodies, Email, EmailTemplate, Parcel

# `=_` stands in no part, whatever is in it.
BOUNDARY = "=_publisher"
RULE = f"--{BOUNDARY}\r\n"
END = f"--{BOUNDARY}--\r\n"
# A control character never gets into a header, so none can pose as a slot.
_SLOTS = Own(to="\0to\0", date="\0date\0", id="\0id\0", link="\0link\0")
_FIELDS = ("email", "name", "unsubscribe", "confirm", "seen")
_NAMES = [*Own._fields, *(f"{part}.{name}" for name in _FIELDS for part in Bodies._fields)]
_LONGEST = 72
_NOTHING = (b"", b"")
# The same in HTML and in quoted-printable, and no dot at the start of a line.
_plain = re.compile(r"[\w@%/:+~-][\w.@%/:+~-]*(?: [\w.@%/:+~-]+)*", re.ASCII).fullmatch
_url_safe = re.compile(r"[\w-]*", re.ASCII).fullmatch


def as_bytes(email: Email, key: str) -> bytes:
    """One email, the same for the same key, as `ByteTemplate.fill` promises it.

    Raises:
        Rejected: an address is invalid, or the link to unsubscribe is longer than a line.
    """
    parcel = Parcel.single(email, key)
    return ByteTemplate(parcel.template).fill(parcel)[1]


def link_end(token: str) -> str:
    """The recipient's own end of a link."""
    return token if _url_safe(token) else quote(token, safe="", errors="replace")


class _Variant(NamedTuple):
    """Bytes with an empty place for each slot at the odd numbers, and how values are arranged."""

    pieces: list[bytes]
    arranged: Callable[[Sequence[bytes]], tuple[bytes, ...]]


class ByteTemplate:
    """All emails of one edition; `sender` is the bare address that answers for it.

    Raises:
        Rejected: an address in the template is invalid.
    """

    def __init__(self, template: EmailTemplate) -> None:
        shared = template.shared
        self.sender = mailbox(shared.sender).address
        self._template = template
        starts = [link(start) for start in (shared.unsubscribe, shared.unsubscribe_too) if start]
        # Without the header no line holds a whole link: bodies are folded.
        self._room = URI - max(map(len, starts)) if starts else maxsize
        self._head = list(_head(shared))
        self._variants: dict[bool, _Variant] = {}

    def fill(self, parcel: Parcel) -> tuple[str, bytes]:
        """The bare address of the recipient, and the email: whole lines of at most 998 bytes.

        No line begins with a dot. All is ASCII but an address whose local part is not (RFC 6532).

        Raises:
            Rejected: an address is invalid, or the link to unsubscribe is longer than a line.
        """
        to, name = parse_address(parcel.recipient).written, parcel.name
        end = link_end(parcel.token)
        if len(end) > self._room:
            raise Rejected(f"the link to unsubscribe is longer than {URI} characters")
        pieces, arranged = self._variants.get(bool(name)) or self._compile(named=bool(name))
        pieces = pieces.copy()
        pieces[1::2] = arranged(
            (
                recipient(name, to).encode(),
                _date(parcel.date),
                (parcel.mark or parcel.key).encode(),
                end.encode(),
                *_lines(parcel.recipient.strip()),
                *_lines(name),
                *_lines(end),
                *(_lines(link_end(parcel.confirm)) if parcel.confirm else _NOTHING),
                *(_lines(link_end(parcel.seen)) if parcel.seen else _NOTHING),
            )
        )
        return to, b"".join(pieces)

    def _compile(self, *, named: bool) -> _Variant:
        """The variant with a name or without one, which is made when it is first wanted."""
        bodies = self._template.named if named else self._template.unnamed
        sequence = [*self._head, *_part("plain", "text", bodies.text)]
        sequence += [*_part("html", "html", bodies.html), END.encode()]
        pieces, slots = _alternating(sequence)
        variant = _Variant(pieces, itemgetter(*map(_NAMES.index, slots)))
        self._variants[named] = variant
        return variant


def _lines(value: str) -> tuple[bytes, bytes]:
    """A value as it is spliced into the text and into the HTML."""
    if not value:
        return _NOTHING
    if len(value) <= _LONGEST and _plain(value):
        line = value.encode() + b"=\r\n"
        return line, line
    return _other_lines(value)


@lru_cache(maxsize=1024)
def _other_lines(value: str) -> tuple[bytes, bytes]:
    return value_line(value), value_line(escape(value))


@lru_cache(maxsize=16)
def _date(moment: datetime) -> bytes:
    return format_datetime(moment).encode()


def _head(email: Email) -> Iterator[bytes | str]:
    """The headers of the whole email and the blank line: bytes, and the names of slots."""
    kind = f'multipart/alternative; boundary="{BOUNDARY}"'
    lines = [*header_lines(email, _SLOTS), "MIME-Version: 1.0", f"Content-Type: {kind}", "", ""]
    pieces = enumerate("\r\n".join(lines).split("\0"))
    yield from (piece if index % 2 else piece.encode() for index, piece in pieces)


def _part(subtype: str, part: str, pieces: Sequence[str]) -> Iterator[bytes | str]:
    """One alternative: bytes, and the names of slots."""
    kind = f"Content-Type: text/{subtype}; charset=utf-8"
    coding = "Content-Transfer-Encoding: quoted-printable"
    yield f"{RULE}{kind}\r\n{coding}\r\n\r\n".encode()
    for index, piece in enumerate(pieces):
        if index % 2:
            yield f"{part}.{piece}"
        else:
            encode = quoted if index == len(pieces) - 1 else quoted_before_slot
            plain = unix_lines(piece).encode("utf-8", "replace")
            yield encode(plain).replace(b"\n", b"\r\n")
    yield b"\r\n"


def _alternating(sequence: Iterable[bytes | str]) -> tuple[list[bytes], list[str]]:
    """Bytes with an empty place for each slot at the odd numbers, and the slots' names."""
    pieces, slots = [b""], list[str]()
    for piece in sequence:
        if isinstance(piece, bytes):
            pieces[-1] += piece
        else:
            slots.append(piece)
            pieces += [b"", b""]
    return pieces, slots
