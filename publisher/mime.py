"""An Email as the bytes that travel: headers, text, HTML (RFC 5322, 2045 to 2047, 6532)."""

import re
from base64 import encodebytes
from binascii import b2a_qp
from email.header import Header
from email.utils import format_datetime, quote
from typing import NamedTuple
from urllib.parse import quote as percent_encode

from publisher.errors import Rejected
from publisher.messages import Email

URI = 950  # with the header's name, a line stays below 998 bytes (RFC 5322 section 2.1.1)
ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
WORD = 60  # an ASCII word longer than this is encoded, so that it can be folded
_BREAKERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\s]+")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\s\"(),:;<>@\[\\\]]")
_NOT_IN_PHRASE = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]")
_URI = "".join(map(chr, range(0x21, 0x7F))).translate({ord(c): None for c in "<>"})


class Mailbox(NamedTuple):
    """A name for people and the address, whose domain is in ASCII (RFC 5890)."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]


def as_bytes(email: Email, key: str) -> bytes:
    """The whole mail, lines ended by CRLF and below 998 bytes, the same for the same key.

    Everything is ASCII but an address whose local part is not (RFC 6532).

    Raises:
        Rejected: an address is none, or the link to unsubscribe is longer than a line.
    """
    boundary = f"=_{key}"
    kind = f'multipart/alternative; boundary="{boundary}"'
    lines = [*_headers(email, key), "MIME-Version: 1.0", f"Content-Type: {kind}", "", ""]
    head = "\r\n".join(lines).encode()
    parts = _part("plain", email.text), _part("html", email.html)
    rule = f"--{boundary}".encode()
    return head + b"".join(rule + b"\r\n" + part + b"\r\n" for part in parts) + rule + b"--\r\n"


def mailbox(text: str) -> Mailbox:
    """`Name <a@b>`, `"Na, me" <a@b>` or `a@b`, checked.

    Raises:
        Rejected: the address is none.
    """
    before, bracket, inside = text.rpartition("<")
    if not bracket or not inside.endswith(">"):
        return Mailbox("", address(text))
    name = before.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return Mailbox(one_line(name), address(inside[:-1]))


def address(text: str) -> str:
    """The bare address, its domain as A-labels (`bücher.example` is `xn--bcher-kva.example`).

    Raises:
        Rejected: it has a line break, a blank or a special character, no domain, or is too long.
    """
    local, _, domain = text.rpartition("@")
    if not local or not domain or _NOT_IN_ADDRESS.search(local + domain):
        raise Rejected(f"{_shown(text)} is not an e-mail address")
    whole = f"{local}@{_a_labels(domain)}"
    if len(whole.encode()) > ADDRESS:
        raise Rejected(f"{_shown(text)} is longer than {ADDRESS} bytes")
    return whole


def one_line(text: str) -> str:
    """`text` on one line: breaks and control characters are blanks, blanks are single."""
    return _BREAKERS.sub(" ", text).strip()


def _headers(email: Email, key: str) -> list[str]:
    """Every header but those of the MIME parts, in the order people expect."""
    sender = mailbox(email.sender)
    headers = [
        f"From: {_mailbox(sender)}",
        f"To: {_mailbox(Mailbox(one_line(email.recipient_name), address(email.recipient)))}",
        f"Subject: {_subject(one_line(email.subject))}",
        f"Date: {format_datetime(email.date)}",
        f"Message-ID: <{key}@{sender.domain}>",
    ]
    if email.reply_to:
        headers.append(f"Reply-To: {_mailbox(mailbox(email.reply_to))}")
    return [*headers, *_list_headers(email), "Auto-Submitted: auto-generated"]


def _list_headers(email: Email) -> list[str]:
    """What programs that know mailing lists look for (RFC 2919, 2369, 8058)."""
    headers = []
    if email.list_id:
        headers.append(f"List-Id: {_list_id(email.list_id)}")
    if email.unsubscribe:
        headers.append(f"List-Unsubscribe: {_uri(email.unsubscribe)}")
    if email.unsubscribe and email.one_click:
        headers.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return headers


def _mailbox(box: Mailbox) -> str:
    """A mailbox in a header; a long name has its own line."""
    if not box.name:
        return box.address
    name = _phrase(box.name)
    blank = " " if len(name) < WORD else "\r\n "
    return f"{name}{blank}<{box.address}>"


def _phrase(name: str) -> str:
    """A name as RFC 5322 wants it: bare, quoted, or encoded words."""
    if not name.isascii() or "=?" in name or len(name) > WORD:
        return Header(name, "utf-8", header_name="Reply-To").encode(linesep="\r\n")
    return f'"{quote(name)}"' if _NOT_IN_PHRASE.search(name) else name


def _subject(text: str) -> str:
    """Free text, folded below 78 characters where it can be."""
    plain = text.isascii() and "=?" not in text and max(map(len, text.split()), default=0) < WORD
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset, header_name="Subject").encode(linesep="\r\n")


def _a_labels(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError as error:
        raise Rejected(f"{_shown(domain)} cannot be a domain") from error


def _list_id(text: str) -> str:
    """`Name <id.domain>`; the id is in ASCII."""
    name, _, inside = text.rpartition("<")
    label = re.sub(r"[^A-Za-z0-9.-]", "-", _a_labels(inside.removesuffix(">")))
    return f"{_phrase(one_line(name))} <{label}>" if name.strip() else f"<{label}>"


def _uri(uri: str) -> str:
    """The link in angle brackets, on one line and never in encoded words, whatever its length."""
    safe = percent_encode(uri, safe=_URI, errors="replace")
    if len(safe) > URI:
        raise Rejected(f"the link to unsubscribe is longer than {URI} characters")
    return f"<{safe}>"


def _part(subtype: str, text: str) -> bytes:
    """One alternative, in quoted-printable, or in base64 where that is much shorter."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    coding, body = "quoted-printable", b2a_qp(plain, istext=True)
    if len(body) > 2 * len(plain):
        coding, body = "base64", encodebytes(plain.replace(b"\n", b"\r\n"))
    head = f"Content-Type: text/{subtype}; charset=utf-8\nContent-Transfer-Encoding: {coding}\n\n"
    return (head.encode() + body).replace(b"\n", b"\r\n")


def _shown(text: str) -> str:
    """Something a stranger wrote, safe to show."""
    return repr(text[:80])
