"""Mail merge on bytes: a mail encoded once, with slots for what differs from reader to reader.

A slot in a body stands at the start of an encoded line, after a soft line break where the text
has no break of its own. What is put in brings its own soft break, so any value fits and the rest
is never encoded again.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from publisher.mime.headers import URI, Own, link, too_long
from publisher.mime.message import END, RULE, head, part_head
from publisher.mime.quoted_printable import quoted, quoted_before_slot, unix_lines
from publisher.model.messages import Email

# A control character never gets into a header, so none can pose as a slot.
_SLOTS = Own(to="\0to\0", date="\0date\0", key="\0key\0", link="\0link\0")


class ByteTemplate:
    """All mails of one edition, but for the readers' own parts.

    Args:
        email: what every mail shares; `unsubscribe` is the start of the link, of which each
            reader's own end is put in. Its recipient, date and bodies are not looked at.
        text: constant, name of a field, constant, name … constant.
        html: the same.
        fields: the names, in the order in which `fill` gets their values.

    Raises:
        Rejected: an address in `email` is none, or its link is longer than a line.
    """

    def __init__(
        self, email: Email, text: Sequence[str], html: Sequence[str], fields: Sequence[str]
    ) -> None:
        start = link(email.unsubscribe)
        own = _SLOTS._replace(link=start and start + _SLOTS.link)
        names = [*Own._fields, *(f"{part}.{name}" for name in fields for part in ("text", "html"))]
        sequence = [*_head(head(email, own)), *_part("plain", "text", text)]
        sequence += [*_part("html", "html", html), END.encode()]
        self._pieces, slots = _alternating(sequence)
        self._arranged = itemgetter(*map(names.index, slots))
        self._room = URI - len(start)

    def fill(self, values: Sequence[bytes]) -> bytes:
        """The mail of one reader, as `as_bytes` promises it.

        Args:
            values: To, Date, the key, the end of the link, then for each field its `value_line`
                in the text and in the HTML.

        Raises:
            Rejected: the link to unsubscribe is longer than a line.
        """
        if len(values[3]) > self._room:
            raise too_long()
        pieces = self._pieces.copy()
        pieces[1::2] = self._arranged(values)
        return b"".join(pieces)


def _head(text: str) -> Iterator[bytes | str]:
    for index, piece in enumerate(text.split("\0")):
        yield piece if index % 2 else piece.encode()


def _part(subtype: str, part: str, pieces: Sequence[str]) -> Iterator[bytes | str]:
    """One alternative: bytes, and the names of slots."""
    yield (RULE + part_head(subtype, "quoted-printable")).encode()
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
