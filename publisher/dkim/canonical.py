"""The relaxed canonical form of headers and bodies (RFC 6376 section 3.4)."""

from collections.abc import Sequence
from typing import NamedTuple

PIECE = 2048  # bytes of a first body that are known, or not, as one
ANCHOR = 48  # so many bytes tell where a known piece may stand
DRIFT = 256  # so much longer or shorter may one reader's own words be than another's
TRIES = 16  # so often are an edition's pieces cut anew, along what differs between its readers


class _Piece(NamedTuple):
    """Some whole lines of a body: where they stood, as they are, and relaxed."""

    start: int
    raw: bytes
    relaxed: bytes


class _Gap(NamedTuple):
    """The pieces `first` to `last` (not included) that a body has not, and what it has there."""

    first: int
    last: int
    text: bytes


class Bodies:
    """Relaxes body after body; mails of one edition are alike, so what was done is not done again.

    Safe to use from several threads: what is remembered is replaced as a whole.
    """

    def __init__(self) -> None:
        self._known: Sequence[_Piece] = ()
        self._tries = 0

    def relaxed(self, body: bytes) -> bytes:
        """The form that is hashed; lines of `body` end with CRLF."""
        known = self._known
        done, gaps = _done(known, body)
        fresh = sum(len(gap.text) for gap in gaps)
        if 2 * fresh > len(body) or (self._tries and 4 * fresh > PIECE):
            self._learn(known, gaps, body)
        return _without_empty_end(done)

    def _learn(self, known: Sequence[_Piece], gaps: Sequence[_Gap], body: bytes) -> None:
        """Cut the pieces anew, or take the body for one of another edition."""
        cut = _recut(known, gaps)
        if 2 * sum(len(piece.raw) for piece in cut) < len(body):
            self._known, self._tries = _pieces(body), TRIES
        else:
            self._known, self._tries = cut, max(self._tries - 1, 0)


def _done(known: Sequence[_Piece], body: bytes) -> tuple[bytes, list[_Gap]]:
    """Every line relaxed, and what was not known of them."""
    done, gaps, position, drift, first = [], [], 0, 0, 0
    for number, (start, raw, relaxed) in enumerate(known):
        if not body.startswith(raw, position):
            found = _place(body, raw, max(position, start + drift - DRIFT), start + drift)
            if found < 0:
                continue
            gap = body[position:found]
            gaps.append(_Gap(first, number, gap))
            done.append(lines(gap))
            position, drift = found, found - start
        done.append(relaxed)
        position += len(raw)
        first = number + 1
    rest = body[position:]
    gaps.append(_Gap(first, len(known), rest))
    return b"".join([*done, lines(rest)]), gaps


def lines(text: bytes) -> bytes:
    """Whole lines, each without blanks at its end and with single ones inside."""
    text = text.replace(b"\t", b" ")
    if b"  " in text:
        text = _single(b"\r\n%b\r\n" % text)[2:-2]
    return text.replace(b" \r\n", b"\r\n")


def value(text: bytes) -> bytes:
    """A header's value, unfolded, with single blanks and none around it."""
    return _single(text.replace(b"\r\n", b"").replace(b"\t", b" "))


def _single(text: bytes) -> bytes:
    return b" ".join(filter(None, text.split(b" ")))


def _place(body: bytes, raw: bytes, least: int, likely: int) -> int:
    """Where the lines stand, from `least` on and about where they are `likely`; -1: nowhere."""
    found = body.find(raw[:ANCHOR], least, likely + DRIFT + ANCHOR)
    at_line = body[max(found - 2, 0) : max(found, 0)] == b"\r\n"
    return found if at_line and body.startswith(raw, found) else -1


def _pieces(body: bytes) -> list[_Piece]:
    """The body in pieces of whole lines; what has no line's end is none."""
    pieces, start, last = [], 0, body.rfind(b"\r\n")
    while start <= last:
        found = body.find(b"\r\n", start + PIECE)
        end = (last if found < 0 else found) + 2
        raw = body[start:end]
        pieces.append(_Piece(start, raw, lines(raw)))
        start = end
    return pieces


def _recut(known: Sequence[_Piece], gaps: Sequence[_Gap]) -> list[_Piece]:
    """The pieces, those that did not fit cut down to the lines that begin and end their gap."""
    cut: list[_Piece] = []
    position = 0
    for first, last, text in gaps:
        cut += [*known[position:first], *_common(known[first:last], text)]
        position = last
    return [*cut, *known[position:]]


def _common(pieces: Sequence[_Piece], text: bytes) -> list[_Piece]:
    """The lines at the start and at the end that the pieces share with what stands there now."""
    if not pieces:
        return []
    old, new = _split(b"".join(piece.raw for piece in pieces)), _split(text)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    before, after = b"".join(old[:head]), b"".join(old[len(old) - tail :])
    end = pieces[-1].start + len(pieces[-1].raw)
    found = [(pieces[0].start, before), (end - len(after), after)]
    return [_Piece(start, raw, lines(raw)) for start, raw in found if raw]


def _split(text: bytes) -> list[bytes]:
    return [line + b"\r\n" for line in text.split(b"\r\n")[:-1]]


def _alike(old: Sequence[bytes], new: Sequence[bytes]) -> int:
    """How many lines at the start are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (one, two) in pairs if one != two), min(len(old), len(new)))


def _without_empty_end(text: bytes) -> bytes:
    """One CRLF at the end, or nothing where nothing is left (section 3.4.4)."""
    if text.endswith(b" "):
        text = text[:-1]
    ends = text[len(text.rstrip(b"\r\n")) :].replace(b"\r\n", b"\0\0")
    empty = len(ends) - len(ends.rstrip(b"\0"))
    if empty == len(b"\r\n") < len(text):
        return text
    text = text[: len(text) - empty]
    return text + b"\r\n" if text else b""
