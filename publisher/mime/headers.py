"""The headers of an email, each on lines that every server takes."""

import re
from base64 import b64encode
from email.header import Header
from email.utils import quote
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote as percent_encode

from publisher.mime.addresses import Mailbox, a_labels, mailbox
from publisher.mime.lines import legible, one_line
from publisher.model.messages import Email

URI = 950  # with the header's name, a line stays below 998 bytes (RFC 5322 section 2.1.1)
WORD = 60  # an ASCII word longer than this is encoded, so that it can be folded
LIST_ID = 255  # RFC 2919 section 2
CHUNK = 39  # bytes in an encoded word: the line with the header's name has 76 (RFC 2047 section 2)
_NOT_IN_PHRASE = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]")
_URI = "".join(map(chr, range(0x21, 0x7F))).translate({ord(c): None for c in "<>"})
_plain_name = re.compile(r"[A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*").fullmatch


class Own(NamedTuple):
    """What differs from email to email, as it stands in the headers; `link` is a link's end."""

    to: str
    date: str
    id: str
    link: str


def header_lines(email: Email, own: Own) -> list[str]:
    """Every header but those of the MIME parts, in the order people expect (RFC 2919, 2369, 8058).

    Raises:
        Rejected: the sender's address or the one for replies is invalid.
    """
    sender, reply_to = mailbox(email.sender), email.reply_to
    links = [
        link(start) + own.link for start in (email.unsubscribe, email.unsubscribe_too) if start
    ]
    headers = {
        "From": _mailbox(sender),
        "To": own.to,
        "Subject": _subject(one_line(email.subject)),
        "Date": own.date,
        "Message-ID": f"<{own.id}@{sender.domain}>",
        "Reply-To": _mailbox(mailbox(reply_to)) if reply_to else None,
        "List-Id": _list_id(email.list_id) if email.list_id else None,
        "List-Unsubscribe": ",\r\n ".join(f"<{each}>" for each in links) or None,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"
        if email.one_click and links
        else None,
        "Auto-Submitted": "auto-generated",
    }
    return [f"{name}: {value}" for name, value in headers.items() if value is not None]


def recipient(name: str, address: str) -> str:
    """The value of To for a name as a stranger wrote it and a checked address."""
    if len(name) < WORD and _plain_name(name):
        return f"{name} <{address}>"
    return _mailbox(Mailbox(legible(name), address)) if name else address


def link(uri: str) -> str:
    """A link that stays in its angle brackets and never in encoded words."""
    return percent_encode(uri, safe=_URI, errors="replace")


def _mailbox(box: Mailbox) -> str:
    """A mailbox in a header; a long name has its own line."""
    if not box.name:
        return box.address
    name = _phrase(box.name)
    blank = " " if len(name) < WORD else "\r\n "
    return f"{name}{blank}<{box.address}>"


@lru_cache(maxsize=1024)
def _phrase(name: str) -> str:
    """A name as RFC 5322 wants it: bare, quoted, or encoded words."""
    if not name.isascii() or "=?" in name or len(name) > WORD:
        return _encoded_words(name)
    return f'"{quote(name)}"' if _NOT_IN_PHRASE.search(name) else name


def _encoded_words(text: str) -> str:
    """Encoded words (RFC 2047), each on its own line; `email.header` takes ten times as long."""
    raw, words = text.encode(), list[str]()
    while raw:
        chunk = raw[:CHUNK].decode(errors="ignore").encode()  # no character is cut in two
        words.append(f"=?utf-8?b?{b64encode(chunk).decode()}?=")
        raw = raw[len(chunk) :]
    return "\r\n ".join(words)


def _subject(text: str) -> str:
    """Free text, folded below 78 characters where it can be."""
    plain = text.isascii() and "=?" not in text and max(map(len, text.split()), default=0) < WORD
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset, header_name="Subject").encode(linesep="\r\n")


def _list_id(text: str) -> str:
    """`Name <id.domain>`; the id is in ASCII."""
    name, _, inside = text.rpartition("<")
    label = re.sub(r"[^A-Za-z0-9.-]", "-", a_labels(inside.removesuffix(">")))[-LIST_ID:]
    return f"{_phrase(legible(name))} <{label}>" if name.strip() else f"<{label}>"
