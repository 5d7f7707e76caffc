"""Email addresses: one parser for whatever is stored, sent to, configured or typed.

Follows RFC 5321 §4.5.3.1 (lengths), RFC 5322 §3.2.3 (dot-atom), RFC 6531 (beyond ASCII) and
RFC 5891 with UTS 46, non-transitional (domains): `straße.de` is `xn--strae-oqa.de`, never
`strasse.de`.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from publisher.errors import Rejected, UsageError
from publisher.mime.lines import legible

MAX_ADDRESS: Final = 254  # octets, without the angle brackets
MAX_LOCAL: Final = 64
MAX_LABEL: Final = 63
_SHOWN: Final = 80

_ATEXT: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL: Final = r"(?![^.]{64})[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
_LAST_LABEL: Final = rf"(?=[0-9-]*[A-Za-z]){_LABEL}"  # all digits would be an IP address
_is_plain: Final = re.compile(
    rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_ATEXT}+(?:\.{_ATEXT}+)*@(?:{_LABEL}\.)+{_LAST_LABEL}"
).fullmatch
_is_label: Final = re.compile(_LABEL).fullmatch
_is_last_label: Final = re.compile(_LAST_LABEL).fullmatch
_is_atext: Final = re.compile(_ATEXT).fullmatch
_BLANK: Final = ("C", "Z")  # Unicode's controls, formats and separators
_WRITABLE: Final = ("L", "M", "N")


class AddressError(UsageError, Rejected):
    """An invalid address, typed by a person or met when an email is sent; the message says why."""


class Address(NamedTuple):
    """`written` is what emails go to, its domain in ASCII; equal `key`: one person's."""

    written: str
    key: str


class Mailbox(NamedTuple):
    """A name for people and the address, whose domain is in ASCII (RFC 5890)."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]


def parse_address(text: str) -> Address:
    """Check one bare address.

    Raises:
        AddressError: it is invalid, in words for the person who typed it.
    """
    if _is_plain(text):
        return Address(text, text.lower())
    return _parse_any(text)


def mailbox(text: str) -> Mailbox:
    """`Name <a@b>`, `"Na, me" <a@b>` or `a@b`, checked.

    Raises:
        AddressError: the address is invalid.
    """
    before, bracket, inside = text.rpartition("<")
    if not bracket or not inside.endswith(">"):
        return Mailbox("", parse_address(text).written)
    name = before.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return Mailbox(legible(name), parse_address(inside[:-1]).written)


@lru_cache(maxsize=1024)
def a_labels(domain: str) -> str:
    """A domain as the DNS knows it; one in ASCII is only measured, not judged.

    Raises:
        AddressError: it is invalid.
    """
    labels = _ascii_labels(domain)
    named = labels[:-1] if labels[-1:] == [""] else labels  # the root's own dot
    if not (named and all(0 < len(label) <= MAX_LABEL for label in named)):
        raise AddressError(f"{_shown(domain)} is not a valid domain")
    return ".".join(labels)


def _parse_any(text: str) -> Address:
    """What the short way does not know: blanks around it, letters beyond ASCII, mistakes."""
    written = unicodedata.normalize("NFC", text.strip(" \t"))
    shown = _shown(text)
    if not written:
        raise AddressError("an empty address")
    if any(unicodedata.category(letter)[0] in _BLANK for letter in written):
        raise AddressError(f"{shown} contains a space, a line break or an invisible character")
    if written.count("@") != 1:
        raise AddressError(f"{shown} needs exactly one @, as in name@example.org")
    local, _, domain = written.partition("@")
    _check_local(local, shown)
    whole = f"{local}@{_domain(domain, shown)}"
    folded = unicodedata.normalize("NFC", local.casefold())
    key = f"{folded}@{whole.rpartition('@')[2].lower()}"
    if max(len(key.encode()), len(whole.encode())) > MAX_ADDRESS:
        raise AddressError(f"{shown} is longer than {MAX_ADDRESS} bytes")
    return Address(whole, key)


def _domain(written: str, shown: str) -> str:
    *above, last = labels = _ascii_labels(written)
    sound = all(map(_is_label, above)) and _is_last_label(last)
    if not sound:
        raise AddressError(f"{shown} has no valid domain after the @, as in name@example.org")
    if not above and last.lower() != "localhost":
        raise AddressError(f"{shown} has no full domain after the @, as in name@example.org")
    return ".".join(labels)


def _ascii_labels(domain: str) -> list[str]:
    """The parts of a domain, those beyond ASCII as A-labels; one empty part where that fails."""
    if domain.isascii():
        return domain.split(".")
    import idna  # most commands never meet such a domain

    try:
        mapped = idna.uts46_remap(domain, std3_rules=False, transitional=False).split(".")
        return [each if each.isascii() else idna.alabel(each).decode() for each in mapped]
    except ValueError:
        return [""]


def _check_local(local: str, shown: str) -> None:
    if not local:
        raise AddressError(f"{shown} has nothing before the @")
    if len(local.encode()) > MAX_LOCAL:
        raise AddressError(f"{shown} has more than {MAX_LOCAL} bytes before the @")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise AddressError(f"{shown} has a dot too many before the @")
    for letter in local:
        writable = not letter.isascii() and unicodedata.category(letter)[0] in _WRITABLE
        if not (writable or letter == "." or _is_atext(letter)):
            raise AddressError(f"{shown} cannot have {letter!r} before the @")


def _shown(text: str) -> str:
    """Something a stranger wrote, safe to show."""
    return repr(text[:_SHOWN])
