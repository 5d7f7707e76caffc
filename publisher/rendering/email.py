"""A frozen edition becomes the mail of one reader, or of a million: as an Email, or as bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from markupsafe import escape

from publisher.mime import addresses, headers
from publisher.mime.quoted_printable import value_line
from publisher.mime.template import ByteTemplate
from publisher.model.messages import Email
from publisher.rendering.merge_fields import FIELDS, Reader, Rendered, asked, merge, pieces, used
from publisher.rendering.text.clean import clean

_LONGEST = 72
_UNSET = Reader("")[3:]
_SOME_DAY = datetime(1970, 1, 1, tzinfo=UTC)
# Clean, the same in HTML and in quoted-printable, and no dot at the start of a line.
_plain = re.compile(r"[\w@%/:+~-][\w.@%/:+~-]*(?: [\w.@%/:+~-]+)*", re.ASCII).fullmatch
_url_safe = re.compile(r"[\w-]*", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every reader's mail of one newsletter shares; `web` is the public pages' URL or ''."""

    sender: str
    list_id: str
    web: str = ""
    reply_to: str = ""


def letter(
    rendered: Rendered, head: Letterhead, address: str, name: str, token: str, date: datetime
) -> Email:
    """The mail for the reader at `address`, whose links carry `token`."""
    unsubscribe = unsubscribe_uri(head.web, head.sender, token)
    html, text = merge(rendered, Reader(address, name, unsubscribe))
    return Email(
        sender=head.sender,
        recipient=address,
        recipient_name=name,
        subject=rendered.subject,
        html=html,
        text=text,
        date=date,
        list_id=head.list_id,
        unsubscribe=unsubscribe,
        one_click=unsubscribe.startswith("https:"),
        reply_to=head.reply_to,
    )


def unsubscribe_uri(web: str, sender: str, token: str) -> str:
    """Where a reader leaves: a page where there is one (RFC 8058), else a mail (RFC 6068)."""
    return _start(web, sender) + _end(token)


def _start(web: str, sender: str) -> str:
    """What the links of all readers have in common."""
    if web:
        return f"{web}/unsubscribe/"
    address = sender.rpartition("<")[2].rstrip("> ")
    return f"mailto:{quote(address, safe='@')}?subject=unsubscribe%20"


def _end(token: str) -> str:
    """A reader's own end of the link."""
    return token if _url_safe(token) else quote(token, safe="", errors="replace")


class Circular:
    """An edition for all its readers: encoded once, their own parts spliced in as bytes.

    `sender` is the address that answers for it. What `mail` makes is the same mail, once it is
    read, as `as_bytes(letter(…), key)`.

    Raises:
        Rejected: the sender's address is none.
    """

    def __init__(self, rendered: Rendered, head: Letterhead) -> None:
        self.sender = addresses.mailbox(head.sender).address
        self._rendered = rendered
        self._head = head
        bodies = (rendered.html, rendered.text)
        questions = frozenset[str]().union(*map(asked, bodies))
        wanted = questions.union(*map(used, bodies))
        self._fields = [name for name in FIELDS if name in wanted]
        self._asked = [name for name in self._fields if name in questions]
        self._numbers = [FIELDS.index(name) for name in self._fields]
        self._places = [2 * self._fields.index(name) for name in self._asked]
        self._templates: dict[str, ByteTemplate] = {}

    def mail(self, key: str, address: str, name: str, token: str, date: bytes) -> tuple[str, bytes]:
        """The mail for the reader at `address`, whose links carry `token`; before it, to whom.

        Args:
            key: the delivery's own, for Message-ID.
            address: as the reader wrote it.
            name: may be empty.
            token: stands for the reader in links.
            date: what the header Date says (RFC 5322 section 3.3).

        Raises:
            Rejected: an address is none, or the link to unsubscribe is longer than a line.
        """
        recipient = addresses.address(address)
        end = _end(token)
        reader = (address, name, end, *_UNSET)  # making a Reader costs as much as checking a name
        lines: list[bytes] = []
        for number in self._numbers:
            lines += _lines(reader[number])
        answers = ""
        for place in self._places:
            answers += "+" if lines[place] else "-"
        template = self._templates.get(answers) or self._compile(answers)
        to = headers.recipient(name, recipient).encode()
        return recipient, template.fill((to, date, key.encode(), end.encode(), *lines))

    def _compile(self, answers: str) -> ByteTemplate:
        """The template of one variant, which is made when it is first wanted."""
        email = letter(self._rendered, self._head, "", "", "", _SOME_DAY)
        start = clean(email.unsubscribe)
        there = {name: sign == "+" for name, sign in zip(self._asked, answers, strict=True)}
        template = ByteTemplate(
            email,
            text=_with_start(pieces(self._rendered.text, there), start),
            html=_with_start(pieces(self._rendered.html, there), str(escape(start))),
            fields=self._fields,
        )
        self._templates[answers] = template
        return template


def _with_start(body: Sequence[str], start: str) -> list[str]:
    """`body` with the start of all readers' links before each place of a link."""
    following = [*body[1:], ""]
    pairs = zip(body, following, strict=True)
    return [
        piece + start if index % 2 == 0 and name == "unsubscribe" else piece
        for index, (piece, name) in enumerate(pairs)
    ]


def _lines(value: str) -> tuple[bytes, bytes]:
    """A value as it is spliced into the text and into the HTML."""
    if not value:
        return b"", b""
    if len(value) <= _LONGEST and _plain(value):
        line = value.encode() + b"=\r\n"
        return line, line
    return _other_lines(value)


@lru_cache(maxsize=1024)
def _other_lines(value: str) -> tuple[bytes, bytes]:
    plain = clean(value)
    escaped = str(escape(plain))
    line = value_line(plain)
    return line, line if escaped == plain else value_line(escaped)
