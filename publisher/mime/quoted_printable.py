r"""Quoted-printable (RFC 2045 section 6.7) that can be spliced and needs no dot-stuffing.

No line begins with a dot, so what follows DATA is the email as it is (RFC 5321 section 4.5.2), and
`=_` never occurs, so a boundary that holds it never does. No line has a tab, two blanks beside each
other or one at its end, so DKIM's relaxed form (RFC 6376 section 3.4.4) is the text itself. Encoded
lines end with `\n` until an email is whole.
"""

import re
from binascii import b2a_qp

SOFT = b"=\n"
# b2a_qp leaves dots alone, and overlooks the bytes that a blank at a line's end takes.
_AMISS = re.compile(rb"\n(?:\..*|.{77,})")
_BLANK = re.compile(rb"(?<= ) |\t")  # a blank behind another
# Folded at 73: with the sign of the fold, and a dot written in three bytes, a line has 76.
_FOLD = re.compile(rb".{71,73}(?<!=)(?<!=.)(?=.)")


def unix_lines(text: str) -> str:
    r"""`text` with every line ended by `\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def quoted(plain: bytes) -> bytes:
    """`plain` encoded, from the start of a line on; its lines have at most 76 bytes."""
    encoded = _BLANK.sub(lambda blank: b"=%02X" % ord(blank[0]), b2a_qp(plain, istext=True))
    return _AMISS.sub(_fixed, b"\n" + encoded)[1:]


def _fixed(line: re.Match[bytes]) -> bytes:
    """A line folded once more, so that no dot begins it and none of its lines is too long."""
    return _FOLD.sub(rb"\g<0>=\n", line[0]).replace(b"\n.", b"\n=2E")


def quoted_before_slot(plain: bytes) -> bytes:
    """The same where a value follows, which needs a fresh line."""
    if not plain or plain.endswith(b"\n"):
        return quoted(plain)
    # One letter more makes room for the soft break, and keeps a blank before it as it is.
    return quoted(plain + b"x")[:-1].removesuffix(SOFT) + SOFT


def value_line(value: str) -> bytes:
    r"""A value between two soft breaks, ready for a slot: lines ended by CRLF, or nothing."""
    plain = value.encode("utf-8", "replace")
    return quoted_before_slot(plain).replace(b"\n", b"\r\n")
