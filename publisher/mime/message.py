"""One Email as bytes, built for itself alone: plain to read, and what the byte template equals."""

from base64 import encodebytes
from email.utils import format_datetime

from publisher.mime.addresses import address
from publisher.mime.headers import Own, header_lines, link, recipient
from publisher.mime.quoted_printable import quoted, unix_lines
from publisher.model.messages import Email

# `=_` stands in no part, whatever is in it: not in quoted-printable, not in base64.
BOUNDARY = "=_publisher"
RULE = f"--{BOUNDARY}\r\n"
END = f"--{BOUNDARY}--\r\n"


def as_bytes(email: Email, key: str) -> bytes:
    """The whole mail, the same for the same key: lines end with CRLF and stay below 998 bytes.

    No line begins with a dot. Everything is ASCII but an address whose local part is not (RFC
    6532).

    Raises:
        Rejected: an address is none, or the link to unsubscribe is longer than a line.
    """
    own = Own(
        to=recipient(email.recipient_name, address(email.recipient)),
        date=format_datetime(email.date),
        key=key,
        link=link(email.unsubscribe),
    )
    parts = _part("plain", email.text), _part("html", email.html)
    body = b"".join(RULE.encode() + part + b"\r\n" for part in parts)
    return head(email, own).encode() + body + END.encode()


def head(email: Email, own: Own) -> str:
    """The headers of the whole mail, and the blank line.

    Raises:
        Rejected: an address is none.
    """
    kind = f'multipart/alternative; boundary="{BOUNDARY}"'
    lines = [*header_lines(email, own), "MIME-Version: 1.0", f"Content-Type: {kind}", "", ""]
    return "\r\n".join(lines)


def part_head(subtype: str, coding: str) -> str:
    """The headers of one alternative, and the blank line."""
    kind = f"Content-Type: text/{subtype}; charset=utf-8"
    return f"{kind}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"


def _part(subtype: str, text: str) -> bytes:
    """One alternative, in quoted-printable, or in base64 where that is much shorter."""
    plain = unix_lines(text).encode("utf-8", "replace")
    coding, body = "quoted-printable", quoted(plain)
    if len(body) > 2 * len(plain):
        coding, body = "base64", encodebytes(plain.replace(b"\n", b"\r\n"))
    return part_head(subtype, coding).encode() + body.replace(b"\n", b"\r\n")
