"""Addresses and mailboxes, checked: what strangers wrote never breaks a header or a command."""

import re
from functools import lru_cache
from typing import NamedTuple

from publisher.errors import Rejected

ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
_BREAKERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\s]+")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\s\"(),:;<>@\[\\\]]")
_plain = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}"
).fullmatch


class Mailbox(NamedTuple):
    """A name for people and the address, whose domain is in ASCII (RFC 5890)."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]


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
    if len(text) <= ADDRESS and _plain(text):
        return text
    local, _, domain = text.rpartition("@")
    if not local or not domain or _NOT_IN_ADDRESS.search(local + domain):
        raise Rejected(f"{_shown(text)} is not an e-mail address")
    whole = f"{local}@{a_labels(domain)}"
    if len(whole.encode()) > ADDRESS:
        raise Rejected(f"{_shown(text)} is longer than {ADDRESS} bytes")
    return whole


@lru_cache(maxsize=1024)
def a_labels(domain: str) -> str:
    """A domain as the DNS knows it.

    Raises:
        Rejected: it cannot be one.
    """
    try:
        return domain.encode("idna").decode()
    except UnicodeError as error:
        raise Rejected(f"{_shown(domain)} cannot be a domain") from error


def one_line(text: str) -> str:
    """`text` on one line: breaks and control characters are blanks, blanks are single."""
    return _BREAKERS.sub(" ", text).strip()


def _shown(text: str) -> str:
    """Something a stranger wrote, safe to show."""
    return repr(text[:80])
